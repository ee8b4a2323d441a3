"""A product list in the web form: a sheet that is read before any transaction, and what is wrong with its rows."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from bot.counter import Counter
from db.models import DossierDraft
from domain.dossiers.declaration import EXCEL, Field
from domain.errors import ProductListAwaited
from usecases import dossier_drafts, kept_lists, uploads
from usecases.kept_lists import KeptList
from usecases.uploads import KeptFile

SHEET = "sheet-"
"""Beginning of the name of the input that sends a list."""


@dataclass(frozen=True)
class SentList:
    """A sheet that was taken in and read."""

    field: Field
    file: KeptFile
    kept: KeptList


async def take(counter: Counter, draft: DossierDraft, form: FormData, language: str) -> SentList | None:
    """The list of a form, if one was sent. Raises the `OfficeError` that says why it cannot be read."""
    field = kept_lists.field_of(dossier_drafts.declared(draft))
    sent = form.get(SHEET + field.name) if field else None
    if field is None or not isinstance(sent, UploadFile) or not sent.filename:
        return None
    file = await counter.taking.take(await sent.read(), sent.filename)
    if file.media_type not in EXCEL:
        raise ProductListAwaited
    asked = await asyncio.to_thread(_wanted, counter, draft, language)
    return SentList(field, file, await asyncio.to_thread(counter.sheets.take, file.sha256, file.name, asked))


def _wanted(counter: Counter, draft: DossierDraft, language: str) -> kept_lists.ListWanted:
    with counter.database.read() as session:
        return kept_lists.wanted(session, dossier_drafts.declared(draft), draft.answers, language)


def keep(session: Session, draft: DossierDraft, one: SentList, language: str, counter: Counter) -> dict[str, str]:
    """Keep the good rows as the answer; the first of the faulty ones come back as a sentence by field."""
    now = counter.now()
    uploads.note_kept(session, one.file, now)
    kept_lists.note(session, one.kept, now)
    if one.kept.count:
        dossier_drafts.answer(draft, one.field, dict(one.kept.answer), now)
    return {one.field.name: faults} if (faults := kept_lists.faults_said(one.kept, language)) else {}
