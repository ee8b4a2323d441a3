"""Certificates (giấy chứng nhận): for those who attended, and passed where there is a quiz. Anybody may check them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Attendance, Certificate, ClassSession, Participant, Staff, TrainingClass
from db.models.training_class import ARCHIVED, HELD
from domain.errors import CertificateNotEarned, ClassMove
from domain.messages import N_
from domain.references import CERTIFICATE
from domain.worktime import ZONE
from usecases import door, enquiries, notices, waiting_list
from usecases.references import next_reference

ABSENT, NOT_PASSED, EARNED = "absent", "not_passed", "earned"


@dataclass(frozen=True)
class Result:
    """What one participant did: sessions attended, whether a certificate is earned, the valid one if there is, revoked ones."""

    participant: Participant
    attended: int
    outcome: str
    certificate: Certificate | None
    revoked: Sequence[Certificate] = ()


def results(session: Session, training_class: TrainingClass) -> list[Result]:
    """Of everybody who had a seat, by name."""
    in_class = select(ClassSession.id).where(ClassSession.class_id == training_class.id)
    counted = select(Attendance.participant_id, func.count()).where(Attendance.session_id.in_(in_class)).group_by(Attendance.participant_id)
    attended = {key: number for key, number in session.execute(counted)}
    valid = select(Certificate).where(Certificate.class_id == training_class.id, Certificate.revoked_at.is_(None))
    given = {row.participant_id: row for row in session.scalars(valid)}
    revoked: dict[int, list[Certificate]] = {}
    for row in session.scalars(select(Certificate).where(Certificate.class_id == training_class.id, Certificate.revoked_at.is_not(None))):
        revoked.setdefault(row.participant_id, []).append(row)
    return [
        Result(
            person,
            came := attended.get(person.id, 0),
            outcome(training_class, person, came),
            given.get(person.id),
            revoked.get(person.id, ()),
        )
        for person in door.expected(session, training_class)
    ]


def outcome(training_class: TrainingClass, person: Participant, attended: int) -> str:
    """absent, not_passed or earned."""
    if attended < (training_class.sessions_needed or len(training_class.sessions)):
        return ABSENT
    if training_class.pass_mark is not None and (person.score is None or person.score < training_class.pass_mark):
        return NOT_PASSED
    return EARNED


def issue(session: Session, class_id: int, people: Sequence[int] | None, *, by: Staff, now: datetime) -> list[Certificate]:
    """Give certificates to these participants, or (None) to all who earned one; who has a valid one keeps it.

    Raises `ClassMove` before the class was held, `CertificateNotEarned` for somebody who is named and did not earn it.
    """
    training_class = waiting_list.lock(session, class_id)
    if training_class.status not in {HELD, ARCHIVED} or not training_class.gives_certificate:
        raise ClassMove(state=training_class.status, wanted=HELD)
    made = []
    for result in results(session, training_class):
        if people is not None and result.participant.id not in people:
            continue
        if result.outcome != EARNED:
            if people is not None:
                raise CertificateNotEarned(name=result.participant.full_name)
            continue
        if result.certificate is None:
            made.append(_new(session, training_class, result.participant, by, now))
    return made


def _new(session: Session, training_class: TrainingClass, person: Participant, by: Staff, now: datetime) -> Certificate:
    days = [one.starts_at.astimezone(ZONE).date() for one in training_class.sessions]
    certificate = Certificate(
        serial=next_reference(session, CERTIFICATE, now),
        secret=secrets.token_urlsafe(32),
        class_id=training_class.id,
        participant_id=person.id,
        full_name=person.full_name,
        firm=person.registration.firm,
        title=training_class.title,
        first_day=min(days),
        last_day=max(days),
        issued_at=now,
        issued_by_id=by.id,
    )
    session.add(certificate)
    session.flush()
    return certificate


def revoke(session: Session, certificate: Certificate, *, reason: str, now: datetime) -> None:
    """Revoke one (thu hồi): its public page says so from now on, and why. Its holder is told. Twice is once."""
    if certificate.revoked_at is None:
        certificate.revoked_at, certificate.revoked_reason = now, reason.strip()[:300]
        if (contact := certificate.participant.registration.contact) is not None:
            key = N_("class.certificate_revoked")
            notices.say(session, contact, key, now, serial=certificate.serial, name=certificate.full_name, reason=reason.strip())


def find(session: Session, secret: str) -> Certificate | None:
    """The certificate behind an address under /verify, revoked or not."""
    return session.scalars(select(Certificate).where(Certificate.secret == secret)).one_or_none()


def unmade(session: Session, limit: int) -> Sequence[Certificate]:
    """Certificates whose PDF is still to be made."""
    waiting = select(Certificate).where(Certificate.sha256.is_(None), Certificate.revoked_at.is_(None))
    return session.scalars(waiting.order_by(Certificate.id).limit(limit)).all()


def lock(session: Session, certificate: Certificate) -> None:
    """Read a certificate anew under its class's lock: whoever prints or revokes it holds that."""
    waiting_list.lock(session, certificate.class_id)
    session.refresh(certificate)


def deliver(session: Session, certificate: Certificate, file: enquiries.FileToSend, now: datetime) -> None:
    """Keep the PDF, already stored, and send it to the contact in the chat, once."""
    certificate.sha256 = file.sha256
    contact = certificate.participant.registration.contact
    if contact is None or certificate.sent_at is not None:
        return
    certificate.sent_at = now
    notices.say(session, contact, N_("class.certificate"), now, title=certificate.title, name=certificate.full_name)
    notices.send_document(session, contact, file, "", now)
