"""Preparation: the slow work of an update, done before its transaction: fetching and storing files, searching the knowledge.

A read-only snapshot says what is needed. What was prepared for one version of the conversation is not applied to another.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import memory
from bot.awaited_list import awaited_list, is_for_template
from bot.drawing import Drawing, wanted_of
from bot.inbound import Inbound, IncomingFile, Sender
from bot.knowledge import Knowledge
from bot.taking import Taking
from bot.work import FetchedFile, Prepared, Several
from db.engine import Database
from db.models.enquiry import HUMAN
from domain.barcode_photos import UNSURE
from domain.dossiers.declaration import EXCEL
from domain.errors import FileNotFetched, FileTooLarge, OfficeError, TooManyFiles
from domain.folding import clean
from domain.languages import OTHER, language_of
from domain.moments import wish_of
from domain.questions import questions_of
from locales.languages import DEFAULT, LANGUAGES
from usecases import contacts, enquiries, uploads
from usecases.kept_lists import ListWanted, ProductSheets

log = structlog.get_logger()

Fetch = Callable[[str], Awaitable[bytes]]
"""A channel's way to a file's bytes; raises `NetworkFault` where it may work later, `OfficeError` where it never will."""


_FETCH_TRIES = 5
_LONGEST = 4000
"""Letters of a message that are judged."""
_AT_ONCE = 8
"""Questions of one message that are judged."""


class NetworkFault(Exception):
    """A platform could not be reached or did not answer; trying again is right."""


@dataclass(frozen=True)
class _Snapshot:
    """What the database says before the work. `file_room`: so many more files the contact may send today."""

    version: int | None
    language: str
    with_officer: bool
    file_room: int
    spoken: str | None = None
    previous: str | None = None
    site: str | None = None
    products: ListWanted | None = None
    """A product list is awaited."""


class Preparation:
    """One for the process; `prepare` may run for many updates side by side."""

    def __init__(
        self,
        database: Database,
        taking: Taking,
        knowledge: Knowledge,
        *,
        drawing: Drawing,
        sheets: ProductSheets,
        max_file_bytes: int,
        max_files_per_day: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._taking, self._knowledge, self._clock = database, taking, knowledge, clock
        self._drawing, self._sheets = drawing, sheets
        self._max_file_bytes, self._max_files_per_day = max_file_bytes, max_files_per_day

    async def prepare(self, inbound: Inbound, sender: Sender, fetch: Fetch) -> Prepared:
        """Everything that this update needs before its transaction."""
        snapshot = await asyncio.to_thread(self._snapshot, inbound, sender)
        if (wanted := wanted_of(inbound)) is not None:
            drawn = await asyncio.to_thread(self._drawing.draw, wanted, snapshot.language, snapshot.site)
            return Prepared(snapshot.version, drawn=drawn, spoken=snapshot.spoken)
        files = tuple([await self._take(file, fetch) for file in inbound.files[: snapshot.file_room]])
        files = await asyncio.to_thread(self._with_products, inbound, files, snapshot)
        too_many = TooManyFiles(limit=self._max_files_per_day)
        files += tuple(FetchedFile(uploads.safe_name(file.name), refusal=too_many) for file in inbound.files[snapshot.file_room :])
        question = _question(inbound)
        spoken = language_of(question) or snapshot.spoken
        if not question or files or snapshot.with_officer or spoken == OTHER:
            return Prepared(snapshot.version, files, spoken=spoken)
        language = spoken if spoken in LANGUAGES else snapshot.language
        if listed := questions_of(question):
            judged = [await asyncio.to_thread(self._knowledge.judge, one, language) for one in listed[:_AT_ONCE]]
            return Prepared(snapshot.version, spoken=spoken, several=Several(tuple(judged), len(listed)))
        one = await asyncio.to_thread(self._knowledge.judge, question, language, snapshot.previous)
        return Prepared(snapshot.version, judged=one, spoken=spoken)

    def _snapshot(self, inbound: Inbound, sender: Sender) -> _Snapshot:
        with self._database.read() as session:
            known = contacts.find(session, inbound.channel, inbound.account, sender.chat_id)
            if known is None:
                return _Snapshot(None, sender.language or DEFAULT, False, self._max_files_per_day)
            contact, conversation = known
            now = self._clock()
            sent = uploads.sent_today(session, contact.id, now) if inbound.files else 0
            current = enquiries.current(session, contact)
            spoken = memory.recalled(conversation.data, memory.SPOKEN, now)
            language = spoken if spoken in LANGUAGES else contact.language
            with_officer = current is not None and current.status == HUMAN
            return _Snapshot(
                conversation.version,
                contact.language,
                with_officer,
                file_room=max(0, self._max_files_per_day - sent),
                spoken=spoken,
                previous=memory.recalled(conversation.data, memory.CONTEXT, now),
                site=memory.recalled(conversation.data, memory.SITE, now),
                products=awaited_list(session, contact, conversation, language, now) if inbound.files else None,
            )

    def _with_products(self, inbound: Inbound, files: tuple[FetchedFile, ...], snapshot: _Snapshot) -> tuple[FetchedFile, ...]:
        """Sheets with what is in them, where a product list is awaited; or the template that was asked for."""
        if is_for_template(inbound):
            file, size = self._sheets.template(snapshot.language)
            return (FetchedFile(file.name, file.sha256, size, file.media_type),)
        if snapshot.products is None:
            return files
        return tuple(self._read_products(file, snapshot.products) for file in files)

    def _read_products(self, file: FetchedFile, wanted: ListWanted) -> FetchedFile:
        if file.refusal is not None or file.media_type not in EXCEL:
            return file
        try:
            return replace(file, products=self._sheets.take(file.sha256, file.name, wanted))
        except OfficeError as refusal:
            return replace(file, products=refusal)

    async def _take(self, file: IncomingFile, fetch: Fetch) -> FetchedFile:
        name = uploads.safe_name(file.name)
        try:
            if file.size is not None and file.size > self._max_file_bytes:
                raise FileTooLarge(name=name, limit=self._max_file_bytes // (1024 * 1024))
            content = await self._fetch(file, name, fetch)
            kept = await self._taking.take(content, file.name)
            seen = await self._taking.read_codes(content, kept)
        except OfficeError as refusal:
            return FetchedFile(name, refusal=refusal)
        advice = (seen.advice or UNSURE,) if seen.advice or not seen.sure else ()
        return FetchedFile(
            kept.name, kept.sha256, kept.size, kept.media_type, findings=kept.findings, codes=tuple(seen.codes), advice=advice
        )

    async def _fetch(self, file: IncomingFile, name: str, fetch: Fetch) -> bytes:
        for attempt in range(_FETCH_TRIES):
            try:
                return await fetch(file.reference)
            except FileNotFetched:
                break
            except NetworkFault as fault:
                log.warning("file.not_fetched", attempt=attempt + 1, fault=type(fault.__cause__).__name__)
                await asyncio.sleep(0.5 * 2**attempt)
        raise FileNotFetched(name=name)


def _question(inbound: Inbound) -> str:
    update = inbound.update
    message = (update.message or update.edited_message) if update else None
    text = clean(message.text or "") if message else ""
    return "" if text.startswith("/") or wish_of(text) is not None else text[:_LONGEST]
