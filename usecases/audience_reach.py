"""Reach (số người nhận): how many an audience fits and how many of them a message of a topic would reach, and a sample of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from db.models import Contact
from db.queries import audience as audiences
from domain.audiences import Audience
from domain.topics import SERVICE, TOPICS
from usecases import broadcasts

SAMPLE = 20


@dataclass(frozen=True)
class Reach:
    """`by_channel`: how many the filters fit, and how many of these would get it. Whoever cannot be reached is in neither."""

    by_channel: Mapping[str, tuple[int, int]]

    @property
    def fits(self) -> int:
        return sum(fits for fits, _ in self.by_channel.values())

    @property
    def gets(self) -> int:
        return sum(gets for _, gets in self.by_channel.values())


def reach(session: Session, audience: Audience, topic: str, *, is_urgent: bool, now: datetime) -> Reach:
    """With a topic that is not known yet, whoever fits would get it."""
    return Reach(audiences.count_two(session, audiences.fitting(audience, now), _consent(topic, is_urgent)))


def sample(
    session: Session, audience: Audience, topic: str, *, is_urgent: bool, seen: ColumnElement[bool], now: datetime
) -> Sequence[Contact]:
    """Twenty of those who would get it, by chance, among those who may be `seen`."""
    return audiences.sample(session, [*audiences.fitting(audience, now), *_consent(topic, is_urgent), seen], SAMPLE)


def _consent(topic: str, is_urgent: bool) -> list[ColumnElement[bool]]:
    return broadcasts.consent(topic if topic in TOPICS else SERVICE, is_urgent=is_urgent)
