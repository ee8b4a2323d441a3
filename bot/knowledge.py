"""The process's own search, built at start and again within seconds of any edit, by whichever process; and the meaning of new texts."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

import structlog

from bot.hub import Hub
from db.engine import Database
from domain.judgement import NOTHING, Judgement
from domain.material import Material
from domain.ranking import texts_of
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
        self._embedded: Material | None = None
        """The material whose texts all had a vector when it was looked at."""
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
            vectors = embedding.kept(session, texts_of(gathered)) if self._embed else {}
        self._search = build(gathered, vectors, self._embed)
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
        if self._embed is None or self._search is None or self._search.material is self._embedded:
            return 0
        done, wanted = 0, texts_of(self._search.material)
        while (missing := self._missing(wanted)) and self._may_embed():
            vectors = embedding.compute(missing, self._embed)
            with self._database.write() as session:
                embedding.keep(session, vectors)
            done += len(missing)
        if done:
            with self._database.write() as session:
                material.touch(session)  # every process takes them in
        if not missing:
            self._embedded = self._search.material
        return done

    def _missing(self, wanted: list[str]) -> list[str]:
        """The next texts without a vector."""
        with self._database.read() as session:
            known = embedding.kept(session, wanted)
        return list(islice((text for text in wanted if text not in known), _BATCH))

    def _may_embed(self) -> bool:
        """Whether no other process is at it."""
        with self._database.write() as session:
            return leases.hold(session, _LEASE, self._holder, self._clock(), _LASTS)
