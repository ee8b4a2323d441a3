"""Checking and drawing lots before the transaction: the check, its picture and paper, the sheet for weighing; reading sheets of weights."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiogram.fsm.state import State, StatesGroup
from sqlalchemy.orm import Session

from bot import memory
from bot.drawing import PDF, PNG
from bot.inbound import Inbound
from bot.lot_draft import WEIGHTS, LotDraft, kept_draft
from bot.quantity_buttons import LotStep
from bot.work import FetchedFile, LotDrawn
from db.files import FileStore
from db.models import Conversation
from domain import opening
from domain.dossiers.declaration import EXCEL
from domain.errors import FileNotOpened, OfficeError
from domain.papers import histogram, lot_check, weighing_sheet
from domain.quantity_marks.tables import Plan
from domain.replies import says_done
from domain.worktime import ZONE
from usecases import lot_checks, lot_papers
from usecases.lot_checks import InForce, LotAsked
from usecases.lot_papers import Weighing
from usecases.opening import Opener
from usecases.sheet_writing import FORMS, XLSX
from usecases.uploads import CSV, NOTHING_FOUND, Findings
from usecases.weight_sheets import WeightSheet

ASSESS, SHEET = "assess", "sheet"
_SHEETS = EXCEL | {CSV}


class LotChecking(StatesGroup):
    """The next text or file is the answer to the step of the draft."""

    asked = State()


@dataclass(frozen=True)
class LotWanted:
    """What a draft leads to: a check, or a sheet for weighing."""

    known: InForce
    language: str
    asked: LotAsked | None = None
    weighing: Weighing | None = None


def lot_wanted(session: Session, inbound: Inbound, conversation: Conversation, language: str, now: datetime) -> LotWanted | None:
    """What an update wants computed and drawn; None where it wants nothing, or answers are missing."""
    draft = kept_draft(conversation.data, now)
    deed = _deed(inbound, draft, conversation, now) if draft else ""
    if draft is None or not deed:
        return None
    known = lot_checks.in_force(session, now.astimezone(ZONE).date())
    if deed == ASSESS:
        asked = draft.asked()
        return LotWanted(known, language, asked) if asked else None
    if not draft.value or not draft.lot_size:
        return None
    plan = lot_checks.plan_of(draft.quantity, draft.lot_size, known.rules, destructive=draft.destructive)
    if not isinstance(plan, Plan):
        return None
    return LotWanted(known, language, weighing=lot_papers.weighing_of(draft.quantity, draft.lot_size, plan, draft.token))


def _deed(inbound: Inbound, draft: LotDraft, conversation: Conversation, now: datetime) -> str:
    """What is wanted of this draft: by a button, or by "xong" where the draft waits."""
    update = inbound.update
    if update is not None and update.callback_query is not None:
        pressed = _unpacked(update.callback_query.data or "")
        return pressed.act if pressed and pressed.token == draft.token and pressed.act in {ASSESS, SHEET} else ""
    text = (update.message.text or "") if update is not None and update.message is not None else ""
    return ASSESS if says_done(text) and is_awaited(conversation, now) else ""


def _unpacked(data: str) -> LotStep | None:
    if not data.startswith(f"{LotStep.__prefix__}:"):
        return None
    try:
        return LotStep.unpack(data)
    except (TypeError, ValueError):
        return None


def is_awaited(conversation: Conversation, now: datetime) -> bool:
    """Whether the draft waits for a text or file."""
    return conversation.state == LotChecking.asked.state and memory.recalled(conversation.data, memory.AWAITED, now) is not None


def weights_awaited(conversation: Conversation, now: datetime) -> bool:
    """Whether a sheet would be one of weights."""
    draft = kept_draft(conversation.data, now) if is_awaited(conversation, now) else None
    return draft is not None and draft.step == WEIGHTS


class LotPress:
    """One for the process; blocks, and is called from threads."""

    def __init__(self, files: FileStore, opener: Opener, clock: Callable[[], datetime]) -> None:
        self._files, self._opener, self._clock = files, opener, clock

    def read(self, file: FetchedFile) -> WeightSheet | OfficeError | None:
        """What may be weights in a sheet, or why it cannot be read; None for what is no sheet."""
        if file.refusal is not None or file.media_type not in _SHEETS:
            return None
        try:
            return self._opener.run("read_weights", self._files.read(file.sha256), WeightSheet, name=file.name)
        except FileNotOpened:
            return FileNotOpened(name=file.name)
        except OfficeError as refusal:
            return refusal

    def draw(self, wanted: LotWanted) -> LotDrawn:
        """Check the lot and draw its picture and paper; or the sheet for weighing, printed and as a workbook."""
        if wanted.weighing is not None:
            return LotDrawn(files=tuple(self._sheets(wanted, wanted.weighing)))
        assert wanted.asked is not None
        found = lot_checks.check(wanted.asked, wanted.known)
        now = self._clock()
        paper = lot_papers.paper_of(wanted.asked, found, wanted.known.rules, wanted.language, now)
        files = [self._picture(histogram.picture(paper.histogram))] if paper.histogram is not None else []
        files.append(self._put(lot_check.lot_check(paper, now), PDF))
        return LotDrawn(wanted.asked, found, tuple(files))

    def _put(self, content: bytes, media_type: str, findings: Findings = NOTHING_FOUND) -> FetchedFile:
        return FetchedFile("", self._files.put(content), len(content), media_type, findings=findings)

    def _picture(self, content: bytes) -> FetchedFile:
        """With the small copy that the web page shows."""
        preview = opening.open_file(content, "", PNG).preview
        return self._put(content, PNG, Findings(was_opened=True, preview_sha256=self._files.put(preview) if preview else None))

    def _sheets(self, wanted: LotWanted, weighing: Weighing) -> list[FetchedFile]:
        paper = lot_papers.sheet_of(weighing, wanted.known.rules, wanted.language)
        printed = self._put(weighing_sheet.weighing_sheet(paper, self._clock()), PDF)
        scratch = self._files.scratch()
        try:
            lot_papers.write_sheet(scratch, weighing, wanted.language)
            size = scratch.stat().st_size
            digest = self._files.adopt(scratch)
        finally:
            scratch.unlink(missing_ok=True)
        return [printed, FetchedFile("", digest, size, FORMS[XLSX])]
