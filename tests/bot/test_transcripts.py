"""Conversations as officials read and write them, replayed through every channel."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot import memory
from db.models import Conversation, Enquiry, Staff
from db.settings import Settings
from domain.judgement import NOT_OURS, Decision, Judgement
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, candidates, open_counter
from usecases import enquiries

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("channel", ["web", "telegram"])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_the_office_answers_as_written(path: Path, channel: str, settings: Settings) -> None:
    clock = FixedClock(NOW)
    settings = settings.model_copy(update={"telegram_bot_token": type(settings.secret_key)("42:TEST-token-of-the-tests-only")})
    async with open_counter(settings, clock) as counter:
        officer = _officer(counter.database)
        citizen = Citizen(counter, channel)
        pending: list[str] = []
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            where = f"{path.name}, line {number}"
            kind, _, text = line.partition(":")
            text = text.strip()
            clock.move(seconds=5)
            if kind == "office":
                assert pending, f"{where}: nothing was said"
                said = pending.pop(0)
                missing = [part for part in text.split(" … ") if part.strip() not in said]
                assert not missing, f"{where}: {missing} not in {said!r}"
            elif line == "silence":
                assert not pending, f"{where}: {pending}"
            elif kind == "judged":
                counter.knowledge.next = _judgement(counter.database, text)
            elif kind == "later":
                clock.move(minutes=int(text.split()[0]))
            elif kind == "remembered":
                assert (_remembered(citizen, clock) or "") == text, where
            elif not line.startswith("#"):
                assert not pending, f"{where}: was also said {pending}"
                pending = await _act(counter, citizen, officer, kind, text, clock)
                assert counter.knowledge.next is None, f"{where}: was not judged"
        assert not pending, f"{path.name}: was also said {pending}"
        citizen.turns()


def _judgement(database, text: str) -> Judgement:
    """From a line such as `handover not_ours dat-dai`: decision, reason, then the subject or the entries."""
    decision, reason, *named = text.split()
    if reason == NOT_OURS:
        return Judgement(Decision(decision), reason, subject=named[0])
    return Judgement(Decision(decision), reason, candidates(database, *named))


def _remembered(citizen: Citizen, clock: FixedClock) -> str | None:
    """The question that a follow-up would live on."""
    with citizen.counter.database.read() as session:
        return memory.recalled(session.get_one(Conversation, citizen.contact().id).data, memory.CONTEXT, clock())


async def _act(counter, citizen: Citizen, officer: int, kind: str, text: str, clock: FixedClock) -> list[str]:
    if kind == "citizen":
        return [said.text for said in await citizen.say(text)]
    if kind == "citizen presses":
        return [said.text for said in await citizen.press(text)]
    contact = citizen.contact()
    with counter.database.write() as session:
        enquiry = session.scalars(select(Enquiry).where(Enquiry.contact_id == contact.id).order_by(Enquiry.id.desc())).first()
        assert enquiry is not None
        if kind == "officer":
            enquiries.reply(session, enquiry, session.get_one(Staff, officer), text=text, now=clock())
        elif kind == "officer gives back":
            enquiries.give_back(session, enquiry, clock())
        else:
            raise ValueError(f"unknown line: {kind}")
    return [said.text for said in citizen.hear()]


def _officer(database) -> int:
    with database.write() as session:
        person = Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=NOW)
        session.add(person)
        session.flush()
        return person.id
