"""Tickets (phiếu tham dự): found by what a link or a QR code holds, whole registrations by their secret, one person by their ticket."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ClassDocument, Participant, Registration
from db.models.registration import CONFIRMED
from usecases import class_notices


@dataclass(frozen=True)
class Found:
    """A registration and the people of it whose tickets are shown: all of them, or the one whose ticket was asked for."""

    registration: Registration
    people: list[Participant]
    is_replaced: bool = False
    """The ticket was somebody's in whose place another comes: it opens nothing."""

    @property
    def is_valid(self) -> bool:
        """Whether the door lets these people in."""
        return self.registration.status == CONFIRMED and not self.is_replaced


def find(session: Session, key: str) -> Found | None:
    """By a registration's secret or a participant's ticket; None where it is neither."""
    registration = session.scalars(select(Registration).where(Registration.secret == key)).one_or_none()
    if registration is not None:
        return Found(registration, class_notices.present(registration))
    person = session.scalars(select(Participant).where(Participant.ticket == key)).one_or_none()
    if person is None:
        return None
    is_replaced = person not in class_notices.present(person.registration)
    return Found(person.registration, [person], is_replaced)


def document(found: Found, key: int) -> ClassDocument | None:
    """A document of the class, for those who have a seat."""
    its = (one for one in found.registration.training_class.documents if one.id == key)
    return next(its, None) if found.is_valid else None
