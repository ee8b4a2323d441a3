"""The process's own search index, built at start and again within seconds of any edit, by whichever process."""

import asyncio
from contextlib import suppress

import structlog

from bot.hub import Hub
from db.engine import Database
from usecases import knowledge
from usecases.answers import NOTHING, Found, KnowledgeIndex, build_index

log = structlog.get_logger()

RECHECK_SECONDS = 5


class Knowledge:
    """`find` is pure computation on the index in force; `keep_fresh` replaces it when the entries have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index: KnowledgeIndex | None = None
        self._stamp: object = None

    def find(self, question: str, language: str) -> Found:
        """What the office's knowledge has for a question; nothing before the first `refresh`."""
        return self._index.find(question, language) if self._index else NOTHING

    def refresh(self) -> bool:
        """Rebuild the index if an entry was edited since; whether it was."""
        with self._database.read() as session:
            stamp = knowledge.stamp(session)
            if stamp == self._stamp:
                return False
            self._index = build_index(session)
            self._stamp = stamp
        log.info("knowledge.indexed", entries=stamp[0])
        return True

    async def keep_fresh(self, hub: Hub) -> None:
        """Refresh on the signal of an edit, and every few seconds, until cancelled."""
        edited = hub.join("knowledge")
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(edited.wait(), RECHECK_SECONDS)
                edited.clear()
                await asyncio.to_thread(self.refresh)
        finally:
            hub.leave("knowledge", edited)
