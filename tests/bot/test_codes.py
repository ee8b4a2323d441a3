"""Codes in the chat: typed at any time, photographed, beside what else people type that looks like a number."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.channels.web import Upload
from bot.counter import Counter
from bot.work import Prepared
from db.models import Enquiry
from db.settings import Settings
from domain.judgement import ASKED, NOT_FOUND, Decision, Judgement
from tests.conftest import NOW
from tests.pictures import picture
from tests.talk import Citizen, FixedClock, open_counter


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    async with open_counter(settings, clock) as opened:
        opened.knowledge.always = Judgement(Decision.HANDOVER, NOT_FOUND)
        yield opened


@dataclass(frozen=True)
class Read:
    text: str
    format: str
    gtin14: str | None


class Eyes:
    """The preparation with a reader that sees in pictures what the test says."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.codes, self.advice = inner, (), ()

    async def prepare(self, *event: Any) -> Prepared:
        prepared = await self.inner.prepare(*event)
        files = tuple(replace(file, codes=self.codes, advice=self.advice) for file in prepared.files)
        return replace(prepared, files=files)


@pytest.fixture
def eyes(counter: Counter) -> Eyes:
    counter._unit._preparation = Eyes(counter._unit._preparation)
    return counter._unit._preparation


@pytest.fixture
def photo(counter: Counter) -> Callable[[], list[Upload]]:
    content = picture()
    return lambda: [Upload(counter.files.put(content), "anh.png", "image/png", len(content))]


async def test_a_number_typed_at_any_time_is_answered_with_issuer_and_never_called_genuine(counter: Counter) -> None:
    citizen = Citizen(counter)
    said = (await citizen.say("8 936003 721777"))[-1]
    for part in (
        "Đúng cấu trúc",
        "không phải xuất xứ",
        "Mã doanh nghiệp GS1: 893600372 (9 số)",
        "chưa chứng minh hàng trên tay là hàng thật",
    ):
        assert part in said.text
    assert any("In nhãn" in caption for caption in said.buttons)
    wrong = (await citizen.say("8936003721771"))[-1]
    assert "Sai cấu trúc" in wrong.text
    assert "số cuối phải là 7" in wrong.text
    letter = (await citizen.say("893600372177O"))[-1]
    assert "ký tự thứ 13 là chữ “O”. Có phải là số 0?" in letter.text
    assert "số cuối phải là 7" in (await citizen.press("Tra 8936003721770"))[-1].text
    link = (await citizen.say("https://id.example.vn/01/08936003721777/10/L2611?17=271130"))[-1]
    assert "số lô: L2611" in link.text
    assert "hạn sử dụng: 30/11/2027" in link.text
    assert "restricted circulation in a region" in (await Citizen(counter, language="en").say("2012345678903"))[-1].text


async def test_phones_tax_codes_and_answers_to_a_dialogue_or_an_officer_are_no_codes(counter: Counter) -> None:
    citizen = Citizen(counter)
    for text in ("0905 111 222", "0100109106-001", "048201001234"):
        assert "cấu trúc" not in (await citizen.say(text))[-1].text
    with counter.database.write() as session:
        enquiry = session.query(Enquiry).one()
        enquiry.status = "human"
    assert await citizen.say("8936003721777") == [], "it is for the officer"


async def test_asked_for_a_code_a_sentence_will_do_and_a_question_is_a_question(counter: Counter) -> None:
    citizen = Citizen(counter)
    assert "gõ dãy số" in (await citizen.say("tra mã"))[-1].text
    assert "Chưa thấy mã" in (await citizen.say("số 12"))[-1].text
    both = (await citizen.say("hộp này 8936003721777, còn hộp kia là 8936003721760"))[-1].text
    assert "Có 2 mã" in both
    await citizen.press("🔎 Tra mã")
    counter.knowledge.next = Judgement(Decision.HANDOVER, ASKED)
    assert "HD-2026-" in (await citizen.say("xin cấp mã ở đâu?"))[-1].text
    assert counter.knowledge.next is None


async def test_a_photo_is_answered_by_its_codes_or_by_how_to_take_it_again(
    counter: Counter, eyes: Eyes, photo: Callable[[], list[Upload]]
) -> None:
    citizen = Citizen(counter)
    eyes.codes = (Read("8936003721777", "EAN13", "08936003721777"), Read("https://example.vn", "QRCODE", None))
    said = (await citizen.say("", references=photo()))[-1].text
    assert "Có 2 mã" in said
    assert "8936003721777" in said
    assert "không phải GS1 Digital Link" in said
    eyes.codes = (Read("https://example.vn", "QRCODE", None),)
    kept = (await citizen.say("", references=photo()))[-1].text
    assert "cấu trúc" not in kept, "a paper with some QR code is no question about goods"
    eyes.codes = ()
    await citizen.say("/tra_ma")
    failed = (await citizen.say("", references=photo()))[-1].text
    assert "gõ dãy số" in failed
    eyes.codes = (Read("96385074", "EAN8", "00000096385074"),)
    assert "GTIN-8" in (await citizen.say("", references=photo()))[-1].text


@pytest.mark.parametrize(
    "asked", ["ma vach 8936003721777 co that khong", "Mã 8936003721777 đúng không ạ?", "is this barcode 8936003721777 genuine?"]
)
async def test_a_code_in_a_short_question_is_the_question(counter: Counter, asked: str) -> None:
    said = (await Citizen(counter).say(asked))[-1]
    assert "8936003721777" in said.text
    assert "GTIN-13" in said.text
