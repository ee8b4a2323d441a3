"""Learning (học từ câu hỏi): questions that the knowledge does not answer, put together, and what staff make of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Contact, Enquiry, GivenAnswer, InboundMessage, KnowledgeEntry, LabelledQuestion, OutboundMessage, Staff
from domain.errors import AlreadySettled
from domain.judgement import Decision
from domain.likeness import group
from domain.markup import to_plain
from domain.worktime import ZONE
from locales import translate_html
from usecases import knowledge, material

NEWEST = 1000
"""So many unanswered questions are put together at a time."""
EXAMPLES = 8
STYLE, ORIGIN = "staff", "staff"
_OPEN = (GivenAnswer.is_gap, GivenAnswer.settled_at.is_(None), GivenAnswer.question.is_not(None))


@dataclass(frozen=True)
class Gap:
    """Unanswered questions that are alike. `questions` are the different wordings, the newest first; `enquiries` those they led to."""

    answer_ids: tuple[int, ...]
    questions: tuple[str, ...]
    askers: int
    newest: datetime
    language: str
    enquiries: tuple[Enquiry, ...]
    near: tuple[int, ...]
    """Entries that the search found for the newest of them, best first."""

    @property
    def key(self) -> int:
        """A name for the group: its first question."""
        return min(self.answer_ids)

    @property
    def question(self) -> str:
        """The shortest wording stands for all."""
        return min(self.questions, key=lambda text: (len(text), text))


def count_open(session: Session) -> int:
    """How many unanswered questions nobody has dealt with."""
    return session.scalar(select(func.count()).select_from(GivenAnswer).where(*_OPEN)) or 0


def gaps(session: Session) -> list[Gap]:
    """The newest unanswered questions put together by likeness: those that most people asked first."""
    rows = session.execute(
        select(GivenAnswer, Contact.language, InboundMessage.enquiry_id)
        .join(Contact, Contact.id == GivenAnswer.contact_id)
        .outerjoin(InboundMessage, InboundMessage.id == GivenAnswer.inbound_message_id)
        .where(*_OPEN)
        .order_by(GivenAnswer.id.desc())
        .limit(NEWEST)
    ).all()
    rows = rows[::-1]  # the oldest leads its group, so that a group keeps its name while it grows
    keys = {key for _, _, key in rows if key is not None}
    enquiries = {row.id: row for row in session.scalars(select(Enquiry).where(Enquiry.id.in_(keys)))}
    found = [_gap([rows[at] for at in positions], enquiries) for positions in group([row[0].question or "" for row in rows])]
    return sorted(found, key=lambda gap: (-gap.askers, -len(gap.answer_ids), -gap.newest.timestamp(), gap.key))


def find(session: Session, key: int) -> Gap | None:
    """The group that holds an unanswered question."""
    return next((gap for gap in gaps(session) if key in gap.answer_ids), None)


def reply_to(session: Session, enquiries: Sequence[Enquiry]) -> str:
    """What officers answered to the newest of these enquiries that has an answer, as plain text."""
    for enquiry in sorted(enquiries, key=lambda row: row.id, reverse=True):
        rows = session.execute(
            select(OutboundMessage.payload, Staff.full_name)
            .outerjoin(Staff, Staff.id == OutboundMessage.staff_id)
            .where(OutboundMessage.enquiry_id == enquiry.id, OutboundMessage.kind == "officer", OutboundMessage.method == "sendMessage")
            .order_by(OutboundMessage.id)
        )
        said = [_without_name(payload.get("text", ""), name or "", enquiry.contact.language) for payload, name in rows]
        if text := "\n\n".join(filter(None, said)):
            return text
    return ""


def draft(
    session: Session,
    answer_ids: Collection[int],
    *,
    question: str,
    answer: str,
    language: str,
    topic: str,
    slug: str,
    staff: Staff,
    now: datetime,
) -> KnowledgeEntry:
    """Begin an entry for unanswered questions; their askers are told when it is published. Raises `AlreadySettled`."""
    rows = _settle(session, answer_ids, now)
    today = now.astimezone(ZONE).date()
    written = {
        "question": question,
        "answer": answer,
        "source": "",
        "topic": topic,
        "certainty": "medium",
        "as_of": today,
        "review_by": today + knowledge.REVIEW_AFTER,
    }
    entry = knowledge.create(session, slug, language, written, staff_id=staff.id, now=now)
    _await(session, rows, entry, staff, now)
    return entry


def rephrase(session: Session, answer_ids: Collection[int], entry: KnowledgeEntry, text: str, *, staff: Staff, now: datetime) -> None:
    """Make unanswered questions a phrasing of an entry. Where it is not served yet, their askers are told when it is.

    Raises `AlreadySettled`.
    """
    rows = _settle(session, answer_ids, now)
    knowledge.add_phrasing(session, entry, text, staff_id=staff.id, now=now)
    _await(session, rows, entry, staff, now)


def set_aside(session: Session, answer_ids: Collection[int], now: datetime) -> int:
    """Nothing is to be made of these; how many they were. Raises `AlreadySettled`."""
    return len(_settle(session, answer_ids, now))


def found_for(session: Session, enquiry: Enquiry) -> tuple[GivenAnswer, list[tuple[KnowledgeEntry, float]]] | None:
    """What the search found for the question of an enquiry, drafts included; None where it was not asked."""
    given = session.scalars(
        select(GivenAnswer)
        .join(InboundMessage, InboundMessage.id == GivenAnswer.inbound_message_id)
        .where(InboundMessage.enquiry_id == enquiry.id, GivenAnswer.question.is_not(None))
        .order_by(GivenAnswer.id)
        .limit(1)
    ).one_or_none()
    if given is None:
        return None
    entries = {row.id: row for row in session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.id.in_(key for key, _ in given.scores)))}
    return given, [(entries[key], score) for key, score in given.scores if key in entries]


def _gap(rows: Sequence[tuple[GivenAnswer, str, int | None]], enquiries: dict[int, Enquiry]) -> Gap:
    answers = [row[0] for row in rows]
    keys = dict.fromkeys(key for _, _, key in reversed(rows) if key is not None)
    return Gap(
        tuple(answer.id for answer in answers),
        tuple(dict.fromkeys(answer.question or "" for answer in reversed(answers))),
        len({answer.contact_id for answer in answers}),
        max(answer.at for answer in answers),
        rows[-1][1],
        tuple(enquiries[key] for key in keys if key in enquiries),
        tuple(key for key, _ in answers[-1].scores),
    )


def _settle(session: Session, answer_ids: Collection[int], now: datetime) -> Sequence[GivenAnswer]:
    """The unanswered questions that are still open, now dealt with."""
    wanted = select(GivenAnswer).where(GivenAnswer.id.in_(answer_ids), *_OPEN).order_by(GivenAnswer.id).with_for_update()
    rows = session.scalars(wanted).all()
    if not rows:
        raise AlreadySettled
    for row in rows:
        row.settled_at = now
    return rows


def _await(session: Session, rows: Sequence[GivenAnswer], entry: KnowledgeEntry, staff: Staff, now: datetime) -> None:
    """Let the askers wait for an entry that is not served yet, and keep their questions to measure the search on."""
    if not material.is_served(entry, now.astimezone(ZONE).date()):
        for row in rows:
            row.awaits_entry_id = entry.id
    wordings = list(dict.fromkeys(row.question or "" for row in rows))[:EXAMPLES]
    known = set(session.scalars(select(LabelledQuestion.text).where(LabelledQuestion.text.in_(wordings))))
    for text in wordings:
        if text not in known:
            session.add(
                LabelledQuestion(
                    text=text, style=STYLE, expect=[entry.slug], intent=Decision.ANSWER, origin=ORIGIN, staff_id=staff.id, at=now
                )
            )


def _without_name(said: str, officer: str, language: str) -> str:
    """An officer's answer without the line that says who wrote it."""
    heading = translate_html("enquiry.officer_says", language, officer=officer, text="")
    return to_plain(said.removeprefix(heading)).strip()
