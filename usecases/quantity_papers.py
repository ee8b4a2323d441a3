"""Papers of quantity marks that go out (văn bản đi về dấu định lượng): which fit a dossier, their drafts, the rows of what was made,
sending, and the templates that staff put in the place of ours.

In three steps, so that no transaction waits for a page to be laid out: `draft` reads, `paper_making.make` renders, `keep` writes.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.files import FileStore
from db.models import Contact, Dossier, IssuedPaper, MarkEntry, Organisation, PaperTemplate, Staff
from db.models.dossier import STAFF
from db.models.quantity_mark import ANNOUNCEMENT
from domain.dossiers.quantity_common import FAMILY
from domain.errors import DossierMoved, NotADocument, PaperNotFitting, PaperWithoutChat
from domain.messages import N_
from locales import translate
from usecases import dossiers, mark_registers, notices, organisations, paper_facts, paper_making, paper_samples, quantity_report, uploads
from usecases import paper_layouts as layouts
from usecases.enquiries import FileToSend
from usecases.opening import Opener
from usecases.paper_layouts import KINDS, Kind
from usecases.paper_making import Draft, Made
from usecases.paper_templates import ours
from usecases.uploads import PDF, WORD, KeptFile

FILE_NAMES = {
    layouts.RECEIPT_SHEET: "phieu-tiep-nhan",
    layouts.REGISTER_EXTRACT: "trich-so",
    layouts.COMPLETION_REQUEST: "yeu-cau-bo-sung",
    layouts.CERTIFICATE: "giay-chung-nhan",
    layouts.ANNOUNCEMENT: "ban-cong-bo",
    layouts.FIRM_REPORT: "bao-cao-nam",
    layouts.OFFICE_REPORT: "bao-cao-chi-cuc",
    layouts.REFUSAL: "tra-loi-ho-so",
}
REFUSED = frozenset({"wrong_office", "out_of_scope", "needs_certificate", "refused", "processing_cancelled"})
"""States of a dossier that is answered by a refusal."""
MADE, SENT = "paper_made", "paper_sent"
"""Events of a dossier."""


# making


def fitting(session: Session, dossier: Dossier) -> tuple[str, ...]:
    """The kinds of paper that can be made of a dossier as it stands."""
    if dossiers.declared(dossier).family != FAMILY:
        return ()
    entry = mark_registers.entry_of(session, dossier)
    is_announced = entry is not None and entry.register == ANNOUNCEMENT
    fits = {
        layouts.RECEIPT_SHEET: is_announced,
        layouts.CERTIFICATE: entry is not None and not is_announced,
        layouts.REGISTER_EXTRACT: entry is not None,
        layouts.COMPLETION_REQUEST: dossier.demand_count > 0,
        layouts.REFUSAL: dossier.status in REFUSED,
        layouts.ANNOUNCEMENT: dossier.kind == "quantity_announcement",
    }
    return tuple(name for name, is_fit in fits.items() if is_fit)


def draft(session: Session, files: FileStore, kind: str, dossier: Dossier, *, number: str = "", public_url: str, now: datetime) -> Draft:
    """What a paper of a dossier is made from. Raises `PaperNotFitting`."""
    if kind not in fitting(session, dossier):
        raise PaperNotFitting(reference=dossier.reference)
    entry = mark_registers.entry_of(session, dossier)
    facts = paper_facts.of_dossier(session, kind, dossier, entry, number=number, public_url=public_url, now=now)
    return Draft(
        kind,
        facts,
        f"{dossier.reference}-{FILE_NAMES[kind]}",
        template(session, files, KINDS[kind]),
        dossier_id=dossier.id,
        entry_id=entry.id if entry is not None else None,
        stand=_stand(dossier, entry),
    )


def draft_office_report(session: Session, files: FileStore, year: int, *, number: str = "", now: datetime) -> Draft:
    """What the office's report on a year is made from."""
    facts = quantity_report.facts(session, quantity_report.of_year(session, year, now), number=number, now=now)
    kind = layouts.OFFICE_REPORT
    return Draft(kind, facts, f"{FILE_NAMES[kind]}-{year}", template(session, files, KINDS[kind]), year=year)


def draft_firm_report(
    session: Session, files: FileStore, organisation: Organisation, year: int, *, public_url: str, now: datetime
) -> Draft:
    """What the form of a firm's report on a year is made from."""
    facts = paper_facts.of_firm_report(session, organisation, year, public_url=public_url, now=now)
    kind = layouts.FIRM_REPORT
    return Draft(kind, facts, f"{FILE_NAMES[kind]}-{year}-{organisation.tax_code}", template(session, files, KINDS[kind]), year=year)


def _stand(dossier: Dossier, entry: MarkEntry | None) -> tuple[object, ...]:
    """What a paper of a dossier rests on."""
    of_entry = (entry.id, entry.changed_at) if entry is not None else ()
    return (dossier.status, dossier.status_since, dossier.demand_count, *of_entry)


def keep(session: Session, files: FileStore, made: Made, of: Draft, *, staff: Staff, now: datetime) -> IssuedPaper:
    """Write down a paper that was made. Raises `DossierMoved` where its dossier went on meanwhile: the paper would say what is past."""
    dossier = dossiers.lock_for_staff(session, of.dossier_id) if of.dossier_id is not None else None
    if dossier is not None and _stand(dossier, mark_registers.entry_of(session, dossier)) != of.stand:
        raise DossierMoved(reference=dossier.reference)
    digests = {}
    for form, content in ((WORD, made.docx), (PDF, made.pdf)):
        digests[form] = files.put(content)
        uploads.note(session, digests[form], len(content), form, now)
    paper = IssuedPaper(
        kind=of.kind,
        dossier_id=of.dossier_id,
        entry_id=of.entry_id,
        year=of.year,
        name=of.name,
        docx_sha256=digests[WORD],
        pdf_sha256=digests[PDF],
        made_by_id=staff.id,
        made_at=now,
    )
    session.add(paper)
    session.flush()
    if dossier is not None:
        _record(session, dossier, MADE, of.kind, staff, now)
    return paper


def _record(session: Session, dossier: Dossier, event: str, kind: str, staff: Staff, now: datetime) -> None:
    words = translate(f"outgoing.kind.{kind}", layouts.LANGUAGE)
    dossiers.record(session, dossier, event, actor=STAFF, staff=staff, words=words, is_internal=True, now=now)


def of_dossier(session: Session, dossier: Dossier) -> Sequence[IssuedPaper]:
    """The papers made of a dossier, the newest first."""
    return session.scalars(select(IssuedPaper).where(IssuedPaper.dossier_id == dossier.id).order_by(IssuedPaper.id.desc())).all()


def of_year(session: Session, year: int) -> Sequence[IssuedPaper]:
    """The office's reports that were made on a year, the newest first."""
    its = select(IssuedPaper).where(IssuedPaper.kind == layouts.OFFICE_REPORT, IssuedPaper.year == year)
    return session.scalars(its.order_by(IssuedPaper.id.desc())).all()


# sending


def send(session: Session, paper: IssuedPaper, *, staff: Staff, now: datetime) -> None:
    """Send a paper into the chat of who filed the dossier: the PDF, and of the firm's own forms the DOCX too.

    Raises `PaperWithoutChat`.
    """
    dossier = dossiers.lock_for_staff(session, paper.dossier_id) if paper.dossier_id is not None else None
    if dossier is None or dossier.contact is None:
        raise PaperWithoutChat(reference=dossier.reference if dossier is not None else paper.name)
    contact = dossier.contact
    is_form = KINDS[paper.kind].is_of_firm
    title = translate(f"outgoing.kind.{paper.kind}", contact.language)
    key = N_("outgoing.sent_form") if is_form else N_("outgoing.sent")
    notices.say(session, contact, key, now, title=title, reference=dossier.reference)
    for file in files_of(paper)[: 2 if is_form else 1]:
        notices.send_document(session, contact, file, "", now)
    paper.sent_at = now
    _record(session, dossier, SENT, paper.kind, staff, now)


def files_of(paper: IssuedPaper) -> list[FileToSend]:
    """PDF and DOCX."""
    return [FileToSend(paper.pdf_sha256, f"{paper.name}.pdf", PDF), FileToSend(paper.docx_sha256, f"{paper.name}.docx", WORD)]


# templates


def current(session: Session, kind: str) -> PaperTemplate | None:
    """The template that counts; None where it is ours."""
    newest = session.scalars(_versions(kind).limit(1)).one_or_none()
    return newest if newest is not None and newest.sha256 is not None else None


def versions(session: Session, kind: str) -> Sequence[PaperTemplate]:
    """Everything that was put in the place of ours, the newest first."""
    return session.scalars(_versions(kind)).all()


def _versions(kind: str) -> Select[PaperTemplate]:
    return select(PaperTemplate).where(PaperTemplate.kind == kind).order_by(PaperTemplate.id.desc())


def template(session: Session, files: FileStore, kind: Kind) -> bytes:
    """The DOCX that papers of a kind are made from."""
    row = current(session, kind.name)
    return ours(kind) if row is None or row.sha256 is None else files.read(row.sha256)


def must_render(content: bytes, kept: KeptFile, kind: Kind, opener: Opener) -> bytes:
    """Try a template with sample facts; the paper that came out. Raises `NotADocument`, and what the renderer says is wrong and where."""
    if kept.media_type != WORD:
        raise NotADocument(name=kept.name)
    return paper_making.filled(content, kept.name, kind, paper_samples.all_of(kind), opener)


def put(session: Session, kind: Kind, kept: KeptFile, *, staff: Staff, now: datetime) -> PaperTemplate:
    """Put a template that renders in the place of ours."""
    uploads.note_kept(session, kept, now)
    row = PaperTemplate(kind=kind.name, sha256=kept.sha256, name=kept.name[:200], put_by_id=staff.id, put_at=now)
    session.add(row)
    session.flush()
    return row


def back_to_ours(session: Session, kind: Kind, *, staff: Staff, now: datetime) -> None:
    """Ours counts again; what was put before stays in the list. Twice is once."""
    if current(session, kind.name) is not None:
        session.add(PaperTemplate(kind=kind.name, sha256=None, put_by_id=staff.id, put_at=now))


def may_ask(session: Session, contact: Contact, organisation_id: int) -> bool:
    """Whether a contact may have the form of a firm: confirmed for it, or who filed what stands in the register."""
    filed = select(MarkEntry.id).join(Dossier, Dossier.id == MarkEntry.dossier_id)
    mine = filed.where(MarkEntry.organisation_id == organisation_id, Dossier.contact_id == contact.id)
    return organisations.speaks_for(session, contact, organisation_id) or session.scalar(mine.limit(1)) is not None
