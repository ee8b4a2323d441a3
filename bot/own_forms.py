"""A firm's own forms, filled from what the office has (mẫu điền sẵn): laid out and stored before the transaction, as a page takes a second.

Who may have a form is looked at here, so that nothing is laid out for a stranger, and again where it is sent.
"""

from collections.abc import Callable
from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from sqlalchemy.orm import Session

from bot.inbound import Inbound, Sender
from bot.work import FetchedFile
from db.engine import Database
from db.files import FileStore
from db.models import Contact, Organisation
from domain.errors import NoSuchDossier
from usecases import contacts, dossiers, paper_layouts, paper_making, quantity_papers
from usecases.opening import Opener
from usecases.paper_making import Draft
from usecases.uploads import PDF, WORD

REPORT, ANNOUNCEMENT = "report", "announcement"


class OwnForm(CallbackData, prefix="own"):
    """A form as PDF and DOCX: of a firm (key of the organisation) its yearly report, or of a dossier its announcement (year 0)."""

    kind: str
    key: int
    year: int


class OwnForms:
    """One for the process; `fill` blocks for a second and is called from a thread."""

    def __init__(self, database: Database, files: FileStore, opener: Opener, public_url: str, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._opener = database, files, opener
        self._public_url, self._clock = public_url, clock

    def fill(self, wanted: OwnForm, inbound: Inbound, sender: Sender) -> tuple[FetchedFile, ...]:
        """PDF and DOCX; nothing where the form is not for this contact."""
        now = self._clock()
        with self._database.read() as session:
            known = contacts.find(session, inbound.channel, inbound.account, sender.chat_id)
            draft = self._draft(session, known[0], wanted, now) if known is not None else None
        if draft is None:
            return ()
        made = paper_making.make(draft, self._opener, now)
        forms = ((made.pdf, ".pdf", PDF), (made.docx, ".docx", WORD))
        return tuple(FetchedFile(draft.name + ending, self._files.put(content), len(content), kind) for content, ending, kind in forms)

    def _draft(self, session: Session, contact: Contact, wanted: OwnForm, now: datetime) -> Draft | None:
        try:
            may_have(session, contact, wanted)
        except NoSuchDossier:
            return None
        if wanted.kind == REPORT:
            firm = session.get_one(Organisation, wanted.key)
            return quantity_papers.draft_firm_report(session, self._files, firm, wanted.year, public_url=self._public_url, now=now)
        dossier = dossiers.get_own(session, contact, key=wanted.key)
        kind = paper_layouts.ANNOUNCEMENT
        return quantity_papers.draft(session, self._files, kind, dossier, public_url=self._public_url, now=now)


def may_have(session: Session, contact: Contact, wanted: OwnForm) -> None:
    """Raises `NoSuchDossier` for a form of somebody else."""
    if wanted.kind == REPORT:
        if not quantity_papers.may_ask(session, contact, wanted.key):
            raise NoSuchDossier(reference="")
    elif paper_layouts.ANNOUNCEMENT not in quantity_papers.fitting(session, dossiers.get_own(session, contact, key=wanted.key)):
        raise NoSuchDossier(reference="")


def form_wanted(inbound: Inbound) -> OwnForm | None:
    """The form that the pressed button of an update asks for, if any."""
    press = inbound.update.callback_query if inbound.update else None
    if press is None or not (press.data or "").startswith(f"{OwnForm.__prefix__}:"):
        return None
    try:
        return OwnForm.unpack(press.data or "")
    except (TypeError, ValueError):
        return None
