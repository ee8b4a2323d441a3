"""What a firm is told of its dossier (thông báo hồ sơ), through the outbox: where it stands, with whom, what comes next and by when."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact, Dossier, DossierDemand, OrganisationContact
from domain import dossiers
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, moment, translate
from usecases import notices, organisations, time_limits
from usecases.enquiries import FileToSend


def show_dossier(key: int) -> str:
    """Data of a button that shows one's own dossier."""
    return f"dossier:{key}"


def fill(key: int) -> str:
    """Data of a button that opens the checklist of what is asked for."""
    return f"fill:{key}"


def facts(session: Session, dossier: Dossier, language: str) -> dict[str, Any]:
    """What most notices say: reference, type, state in plain words, with whom it lies, what comes next, by when."""
    state = dossiers.declared(dossier.kind, dossier.version).state(dossier.status)
    return {
        "reference": dossier.reference,
        "kind": translate(f"dossier.type.{dossier.kind}", language),
        "state": translate(f"dossier.state.{dossier.status}", language),
        "since": moment(dossier.status_since, language),
        "unit": translate(f"dossier.unit.{state.unit}", language),
        "next": translate(f"dossier.next.{dossier.status}", language),
        "due": due(session, dossier, language),
    }


def due(session: Session, dossier: Dossier, language: str) -> str:
    """Until when, and where nobody has confirmed the number of days, that this is so."""
    if dossier.due_on is None:
        return translate(N_("dossier.no_due_date"), language)
    said = day(dossier.due_on, language)
    running = dossiers.declared(dossier.kind, dossier.version).limit_in(dossier.status)
    limit = time_limits.in_force(session, running, dossier.submitted_at.astimezone(ZONE).date())
    if limit is not None and limit.verified_by:
        return said
    key = N_("dossier.due_unverified_rule") if dossiers.declared(dossier.kind, dossier.version).is_by_law else N_("dossier.due_unverified")
    return translate(key, language, due=said)


def _tell(session: Session, dossier: Dossier, key: str, now: datetime, data: str = "", **more: Any) -> bool:
    """Say something to who filed it; False where staff filled it in for somebody without a chat."""
    if dossier.contact is None:
        return False
    caption = N_("button.fill_in") if data.startswith("fill") else N_("button.open_dossier")
    buttons = [[(caption, data or show_dossier(dossier.id))]]
    notices.say(session, dossier.contact, key, now, buttons, **facts(session, dossier, dossier.contact.language), **more)
    return True


def _language(dossier: Dossier) -> str:
    return dossier.contact.language if dossier.contact else dossier.language


def received(session: Session, dossier: Dossier, now: datetime) -> bool:
    """It was handed in outside of the chat, which hears of it, too; the receipt as PDF follows."""
    source = translate(f"dossier.source.{dossier.source}", _language(dossier))
    return _tell(session, dossier, N_("dossier.received_elsewhere"), now, source=source)


def moved(session: Session, dossier: Dossier, words: str, now: datetime) -> bool:
    """An officer moved it on."""
    if words:
        return _tell(session, dossier, N_("dossier.moved_with_words"), now, words=words)
    return _tell(session, dossier, N_("dossier.moved"), now)


def demanded(session: Session, dossier: Dossier, demand: DossierDemand, now: datetime) -> bool:
    """Everything that is missing, in one message."""
    language = _language(dossier)
    listed = "\n".join(f"☐ {part_name(item.kind, item.name, language)}: {item.words}" for item in demand.items)
    if (until := completion_due(session, dossier, demand, language)) and listed:
        listed = f"{listed}\n{until}"
    return _tell(session, dossier, N_("dossier.demanded"), now, fill(dossier.id), items=listed)


def completion_due(session: Session, dossier: Dossier, demand: DossierDemand, language: str) -> str:
    """Until when the firm may complete its dossier, in a sentence; empty where no rule says."""
    if demand.due_on is None:
        return ""
    declared = dossiers.declared(dossier.kind, dossier.version)
    name = next((way.firm_limit for way in declared.moves if way.target == dossier.status and way.firm_limit), "")
    limit = time_limits.in_force(session, name, demand.asked_at.astimezone(ZONE).date())
    key = N_("dossier.complete_until") if limit is not None and limit.verified_by else N_("dossier.complete_until_unverified")
    return translate(key, language, due=day(demand.due_on, language))


def part_name(kind: str, name: str, language: str) -> str:
    """A field, a paper, or something else that is asked for, as people read it."""
    return translate(f"dossier.{kind}.{name}.name", language) if kind != "words" else translate(N_("dossier.other_thing"), language)


def late(session: Session, dossier: Dossier, now: datetime) -> bool:
    """Sorry, and why."""
    return _tell(session, dossier, N_("dossier.late"), now, reason=dossier.late_reason)


def send_receipt(session: Session, dossier: Dossier, file: FileToSend, now: datetime, *, to: Contact | None = None) -> bool:
    """The receipt as PDF, into the chat of who asks for it (`to`) or filed it. False where there is none."""
    contact = to or dossier.contact
    if contact is None:
        return False
    caption = translate(N_("dossier.receipt_caption"), contact.language, reference=dossier.reference)
    notices.send_document(session, contact, file, caption, now)
    return True


def speak_for(key: int, *, yes: bool) -> str:
    """Data of a button by which a confirmed contact lets another speak for its firm."""
    return f"spk:{key}:{int(yes)}"


def ask_confirmed(session: Session, link: OrganisationContact, now: datetime) -> int:
    """Ask the confirmed contacts of a firm whether somebody who typed its tax code speaks for it; how many were asked."""
    asked = organisations.confirmed_contacts(session, link.organisation_id)
    buttons = [[(N_("button.speaks_for_us"), speak_for(link.id, yes=True))], [(N_("button.speaks_not"), speak_for(link.id, yes=False))]]
    for one in asked:
        key = N_("organisation.asks_to_speak")
        notices.say(session, one.contact, key, now, buttons, person=link.person or "?", firm=link.organisation.name)
    return len(asked)
