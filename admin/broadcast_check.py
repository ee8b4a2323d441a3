"""The last check (kiểm tra lần cuối): everything about a broadcast that a person should read before it is handed in or let go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_security import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from admin import second_person
from admin.audience_form import said
from admin.content_form import LANGUAGE_NAMES, in_words
from admin.language import day, moment, say
from db.models import Broadcast, Holiday, OfficeSetting, Staff
from db.models.broadcast import DRAFT, PAUSED, RUNNING, SUBMITTED
from db.queries import audience as audiences
from domain.audiences import Audience
from domain.broadcasts import PLACEHOLDERS, Content, Problem, render
from domain.messages import N_
from domain.topics import SERVICE, TOPICS
from domain.worktime import ZONE
from usecases import broadcast_estimates, broadcasts, quiet_hours
from usecases.broadcast_estimates import Costs, Span

APPROVING = "broadcast_progress.approve"
"""The endpoint by which a second person lets one go."""
TOLD = 8
"""Broadcasts on the start page."""
SHORT = 12
"""Characters of a digest that people compare."""


@dataclass(frozen=True)
class Check:
    """What the page shows. `number` is how many it would reach, were it not for trial mode; `staff` how many in trial mode."""

    broadcast: Broadcast
    content: Content
    who: Sequence[str]
    reached: Mapping[str, int]
    staff: int
    when: Sequence[str]
    span: Span | None
    costs: Costs
    problems: Sequence[str]
    limits: Mapping[str, int]
    writers: Sequence[Staff]
    others: Sequence[str]
    is_alone: bool

    @property
    def number(self) -> int:
        return sum(self.reached.values())

    @property
    def is_typed(self) -> bool:
        """Whether the number of recipients is typed to confirm."""
        return self.number > self.limits["type_above"]

    @property
    def needs_second(self) -> bool:
        """Whether another person must let it go."""
        return self.number > self.limits["approve_above"]

    @property
    def is_own(self) -> bool:
        return current_user.id in {writer.id for writer in self.writers}

    @property
    def digest(self) -> str:
        return self.broadcast.digest[:SHORT]


def preview(content: Content, language: str) -> str:
    """The text with the names of its placeholders where somebody's own facts will stand."""
    named = {name: f"‹{say(f'panel.sending.fact.{name}')}›" for name in PLACEHOLDERS}
    text = content.texts.get(language, "")
    try:
        return render(text, named, named)
    except KeyError:  # of an unknown placeholder, which is among the problems: as it was written
        return text


def standing(session: Session, staff_id: int) -> list[Broadcast]:
    """What the start page tells: broadcasts that wait for a second person, go or stand still, and this person's that were sent back."""
    mine = (Broadcast.status == DRAFT) & (Broadcast.pause_reason != "") & (Broadcast.by_id == staff_id)
    told = or_(Broadcast.status.in_((SUBMITTED, PAUSED, *RUNNING)), mine)
    rows = select(Broadcast).where(told, Broadcast.deleted_at.is_(None)).order_by(Broadcast.changed_at.desc()).limit(TOLD)
    return list(session.scalars(rows))


def of(session: Session, broadcast: Broadcast, rate: float, now: datetime) -> Check:
    """The facts of the page. Nothing is written down."""
    reached = broadcasts.reach(session, broadcast, now)
    span = broadcast_estimates.span(session, broadcast, reached, rate, now)
    ids = {broadcast.by_id, broadcasts.version(session, broadcast).by_id}
    return Check(
        broadcast,
        broadcasts.content_of(session, broadcast),
        _who(broadcast),
        reached,
        sum(audiences.count_by_channel(session, [audiences.is_of_staff()]).values()),
        _when(session, broadcast, span, now),
        span,
        broadcast_estimates.costs(session, reached),
        [_problem(one) for one in broadcasts.check(session, broadcast, now)],
        session.get_one(OfficeSetting, broadcasts.LIMIT_KEY).value,
        session.scalars(select(Staff).where(Staff.id.in_(ids)).order_by(Staff.id)).all(),
        second_person.others(session, APPROVING, ids),
        second_person.is_alone(session, APPROVING),
    )


def _problem(problem: Problem) -> str:
    """A problem as a sentence, with the language whose text it is about."""
    language = problem.where.split(".")[0]
    named = language in LANGUAGE_NAMES and "language" not in problem.facts
    return (
        say(N_("panel.sending.problem_of"), language=say(LANGUAGE_NAMES[language]), problem=in_words(problem))
        if named
        else in_words(problem)
    )


def _who(broadcast: Broadcast) -> list[str]:
    """Who gets it: by whose choice, then every filter."""
    filters = [f"{name}: {values}" for name, values in said(Audience.of(broadcast.audience))]
    return [_consent(broadcast), *(filters or [say(N_("panel.sending.who.everybody"))])]


def _consent(broadcast: Broadcast) -> str:
    """Whose choice lets it come at all."""
    if broadcast.topic == SERVICE:
        return say(N_("panel.sending.who.service"))
    topic = say(TOPICS[broadcast.topic]) if broadcast.topic in TOPICS else "–"
    return say(N_("panel.sending.who.not_refused") if broadcast.is_urgent else N_("panel.sending.who.wants"), topic=topic)


def _when(session: Session, broadcast: Broadcast, span: Span | None, now: datetime) -> list[str]:
    """Moment, window, quiet hours and holidays, a sentence each."""
    at, window = broadcast.scheduled_at, (broadcast.window_from, broadcast.window_until)
    found = [say(N_("panel.sending.when.at"), at=moment(at)) if at else say(N_("panel.sending.when.at_once"))]
    if broadcast.is_urgent:
        return [*found, say(N_("panel.sending.when.urgent"), reason=broadcast.urgent_reason)]
    if any(window):
        found.append(say(N_("panel.sending.when.window"), opens=window[0], closes=window[1]))
    if broadcast.topic == SERVICE:
        return [*found, say(N_("panel.sending.when.service"))]
    return found + _quiet(session, at or now, span)


def _quiet(session: Session, at: datetime, span: Span | None) -> list[str]:
    hours = quiet_hours.for_all(session)
    found = [say(N_("panel.sending.when.quiet"), opens=f"{hours.opens:%H:%M}", closes=f"{hours.closes:%H:%M}")]
    if not hours.sundays:
        found.append(say(N_("panel.sending.when.no_sundays")))
    if span is not None and hours.closed:
        first, last = at.astimezone(ZONE).date(), span.ends.astimezone(ZONE).date()
        days = sorted(one for one in hours.closed if first <= one <= last)
        names = dict(session.execute(select(Holiday.day, Holiday.name).where(Holiday.day.in_(days))).all())
        found += [say(N_("panel.sending.when.holiday"), day=day(one), name=names.get(one, "")) for one in days]
    return [*found, say(N_("panel.sending.when.cap"))]
