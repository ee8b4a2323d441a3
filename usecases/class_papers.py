"""The papers of a class (giấy tờ của lớp): facts and sentences put together; the layouts are in `domain.papers`."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from db.models import Certificate, Participant, Registration, TrainingClass
from domain.calendar_file import Event
from domain.messages import N_
from domain.papers import badges, certificate, sign_in_sheet, ticket
from domain.papers.press import Code, Fact
from domain.worktime import ZONE
from locales import day, translate
from usecases import class_notices, office
from usecases.letterheads import letterhead

_WRITTEN_BY_HAND = 5
"""Empty lines at the end of a sign-in sheet, for those who come without a sign-up."""


def ticket_of(session: Session, person: Participant, *, link: str, language: str) -> ticket.Ticket:
    """A participant's ticket; `link` is the address of its page, which the code holds."""
    registration, training_class = person.registration, person.registration.training_class
    facts = [
        Fact(translate(N_("paper.when"), language), class_notices.when(training_class.sessions, language)),
        Fact(translate(N_("paper.where"), language), training_class.place or translate(N_("paper.online"), language)),
        Fact(translate(N_("paper.bring"), language), training_class.bring),
    ]
    return ticket.Ticket(
        language=language,
        office=office.name(session, language),
        title=translate(N_("paper.ticket"), language),
        class_title=training_class.title,
        participant=person.full_name,
        firm=registration.firm,
        facts=tuple(fact for fact in facts if fact.text),
        code=Code(link, translate(N_("paper.ticket_code"), language)),
        reference=translate(N_("paper.reference"), language, reference=registration.reference),
        note=translate(N_("paper.ticket_note"), language),
    )


def sign_in_sheet_of(session: Session, training_class: TrainingClass, people: Sequence[Participant]) -> sign_in_sheet.SignInSheet:
    """The sheet to sign (danh sách ký tên), a list for each session, with some empty lines."""
    language = "vi"
    rows = [sign_in_sheet.Row(one.full_name, one.registration.firm, one.position, one.phone or one.registration.phone) for one in people]
    return sign_in_sheet.SignInSheet(
        language=language,
        head=letterhead(session),
        title=translate(N_("paper.sign_in"), language),
        class_title=training_class.title,
        facts=(Fact(translate(N_("paper.where"), language) + ":", training_class.place or translate(N_("paper.online"), language)),),
        sessions=tuple(class_notices.one_session(one.starts_at, one.ends_at, language) for one in training_class.sessions),
        columns=sign_in_sheet.Columns(
            number=translate(N_("paper.number"), language),
            name=translate(N_("paper.name"), language),
            firm=translate(N_("paper.firm"), language),
            position=translate(N_("paper.position"), language),
            phone=translate(N_("paper.phone"), language),
            signature=translate(N_("paper.signature"), language),
        ),
        rows=(*rows, *[sign_in_sheet.Row("", "", "", "")] * _WRITTEN_BY_HAND),
        page_of=translate(N_("paper.page_of"), language),
    )


def badges_of(session: Session, training_class: TrainingClass, people: Sequence[Participant], *, public_url: str) -> badges.Badges:
    """Name badges (thẻ tên) with each one's ticket code."""
    language = "vi"
    spoken = translate(N_("paper.ticket_code"), language)
    return badges.Badges(
        language=language,
        title=translate(N_("paper.badges"), language),
        office=office.name(session, language),
        class_title=training_class.title,
        badges=tuple(
            badges.Badge(one.full_name, one.registration.firm, Code(ticket_link(public_url, one.ticket), spoken)) for one in people
        ),
    )


def certificate_of(session: Session, given: Certificate, *, public_url: str) -> certificate.Certificate:
    """A certificate (giấy chứng nhận) as it was issued; its code leads to its page under /verify."""
    language, facts = "vi", office.on_papers(session)
    issued = given.issued_at.astimezone(ZONE).date()
    dated = translate(N_("paper.dated"), language, day=f"{issued.day:02d}", month=f"{issued.month:02d}", year=issued.year)
    return certificate.Certificate(
        language=language,
        head=letterhead(session),
        serial=translate(N_("paper.serial"), language, serial=given.serial),
        title=translate(N_("paper.certificate"), language),
        certifies=translate(N_("paper.certifies"), language),
        participant=given.full_name,
        firm=given.firm,
        attended=translate(N_("paper.attended"), language),
        class_title=given.title,
        dates=_days(given.first_day, given.last_day, language),
        place_and_date=f"{facts['city']}, {dated}" if facts["city"] else dated[0].upper() + dated[1:],
        signer_title=facts["signer_title"],
        signer=facts["signer"],
        code=Code(verify_link(public_url, given.secret), translate(N_("paper.verify_code"), language)),
        verify=translate(N_("paper.verify"), language),
    )


def _days(first: date, last: date, language: str) -> str:
    if first == last:
        return translate(N_("paper.on_day"), language, day=day(first, language))
    return translate(N_("paper.from_to"), language, first=day(first, language), last=day(last, language))


def events_of(registration: Registration, *, link: str, host: str, language: str) -> list[Event]:
    """A registration in somebody's calendar. The UID stays for ever; SEQUENCE grows with each change of the class, and with its end."""
    training_class = registration.training_class
    cancelled = registration.ended_at is not None
    stamp = max(filter(None, (training_class.changed_at, registration.created_at, registration.ended_at)))
    names = ", ".join(person.full_name for person in class_notices.present(registration))
    said = translate(N_("paper.event"), language, names=names, bring=training_class.bring or "–", reference=registration.reference)
    return [
        Event(
            uid=f"{registration.reference}-{one.id}@{host}",
            sequence=2 * training_class.sequence + cancelled,
            cancelled=cancelled,
            title=training_class.title,
            description=said,
            place=training_class.place or training_class.online_link,
            url=link,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            stamp=stamp,
        )
        for one in training_class.sessions
    ]


def ticket_link(public_url: str, key: str) -> str:
    """Address of the page of a registration (by its secret) or of one ticket."""
    return f"{public_url}/tickets/{key}"


def calendar_link(public_url: str, secret: str) -> str:
    """Address of a registration's calendar file."""
    return f"{public_url}/calendar/{secret}.ics"


def verify_link(public_url: str, secret: str) -> str:
    """Address of a certificate's public page."""
    return f"{public_url}/verify/{secret}"


def made_at(registration: Registration) -> datetime:
    """The moment that a ticket's file says it was made: the same ticket is the same file."""
    return max(registration.created_at, registration.training_class.changed_at)
