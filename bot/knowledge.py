"""The process's own search, built at start and again within seconds of any edit, by whichever process; and the meaning of new texts."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.hub import Hub
from db.engine import Database
from domain.judgement import NOTHING, Judgement
from domain.ranking import no_vectors
from domain.worktime import ZONE
from usecases import embedding, leases, material
from usecases.embedding import Embed
from usecases.search import Search, build

log = structlog.get_logger()

RECHECK_SECONDS = 5
_BATCH = 8
"""Texts that are embedded before their vectors are stored: about a second of work, lost at most once, and a stop waits for it."""
_LEASE, _LASTS = "embedding", timedelta(minutes=2)


class Knowledge:
    """`judge` is pure computation on the search in force; `keep_fresh` replaces it when the knowledge has changed, and every day."""

    def __init__(self, database: Database, holder: str, clock: Callable[[], datetime]) -> None:
        self._database, self._holder, self._clock = database, holder, clock
        self._search: Search | None = None
        self._stamp: object = None
        self._embed: Embed | None = None

    def judge(self, question: str, language: str, previous: str | None = None) -> Judgement:
        """What to do with a question; nothing is known before the first `refresh`."""
        return self._search.judge(question, language, previous) if self._search else NOTHING

    def open(self) -> None:
        """Load the model, once a process, and build the search. Without the model it goes by words alone, and says so in the log."""
        self._embed = embedding.load()
        if self._embed is None:
            log.warning("knowledge.no_model")
        self.refresh()

    def refresh(self) -> bool:
        """Rebuild the search if anything was edited since; whether it was."""
        today = self._clock().astimezone(ZONE).date()
        with self._database.read() as session:
            stamp = material.stamp(session, today)
            if stamp == self._stamp:
                return False
            gathered = material.gather(session, today)
            self._search = build(gathered, partial(embedding.kept, session) if self._embed else no_vectors, self._embed)
        self._stamp = stamp
        log.info("knowledge.indexed", entries=len(gathered.entries), rankers=self._search.rankers)
        return True

    async def keep_fresh(self, hub: Hub) -> None:
        """Refresh on the signal of an edit, and every few seconds, until cancelled."""
        edited = hub.join("knowledge")
        try:
            while True:
                await asyncio.to_thread(self.refresh)
                await asyncio.to_thread(self.embed_missing)
                with suppress(TimeoutError):
                    await asyncio.wait_for(edited.wait(), RECHECK_SECONDS)
                edited.clear()
        finally:
            hub.leave("knowledge", edited)

    def embed_missing(self) -> int:
        """Compute and keep the vectors that are missing, one process at a time, and take them into the search; how many there were."""
        if self._embed is None or self._search is None or not self._search.lacking:
            return 0
        done, lacking = 0, self._search.lacking
        for at in range(0, len(lacking), _BATCH):
            missing = self._missing(lacking[at : at + _BATCH])
            if missing and not self._may_embed():
                break
            done += self._embed_now(missing, self._embed)
        if done:
            with self._database.write() as session:
                material.touch(session)  # every process takes them in
        return done

    def _missing(self, texts: list[str]) -> list[str]:
        """Those without a vector: another process may have been at it meanwhile."""
        with self._database.read() as session:
            known = embedding.kept(session, texts)
        return [text for text in texts if text not in known]

    def _embed_now(self, texts: list[str], embed: Embed) -> int:
        if texts:
            vectors = embedding.compute(texts, embed)
            with self._database.write() as session:
                embedding.keep(session, vectors)
        return len(texts)

    def _may_embed(self) -> bool:
        """Whether no other process is at it."""
        with self._database.write() as session:
            return leases.hold(session, _LEASE, self._holder, self._clock(), _LASTS)
