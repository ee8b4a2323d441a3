"""Files of citizens at the counter: scanned, told about once, and no reason to stop."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import select

from bot.channels.web import Upload
from bot.counter import Counter
from bot.dossier_buttons import BeginDossier
from db.models import Attachment, DossierDraft, OutboundMessage, Staff, StoredFile
from db.models.stored_file import CLEAN, THREAT, UNSCANNED
from db.settings import Settings
from domain.errors import FileNotOpened
from tests.clamd import EICAR, Clamd, running_clamd
from tests.clamd import THREAT as NAME_OF_THREAT
from tests.conftest import NOW
from tests.dossiers import ANSWERS
from tests.live import Live
from tests.pictures import PDF, excel, phone_photo, picture
from tests.talk import Citizen, FixedClock, open_counter

INFECTED = PDF.replace(b"trailer", b"%" + EICAR + b"\ntrailer")
TORN = PDF[:80] + b"\n%%EOF"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with running_clamd() as running:
        yield running


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock, clamd: Clamd) -> AsyncIterator[Counter]:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token, "clamd": clamd.address}), clock) as opened:
        with opened.database.write() as session:
            session.add(Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=NOW))
        yield opened


Send = Callable[..., object]


@pytest.fixture
def sends(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Send:
    """A citizen of Telegram, whose platform hands out what it was given; files of one album by their names."""
    given: dict[str, bytes] = {}

    async def fetch(reference: str) -> bytes:
        return given[reference]

    monkeypatch.setattr(counter.telegram, "fetch", fetch)

    async def send(citizen: Citizen, content: bytes, name: str, group: str | None = None, caption: str | None = None) -> list[str]:
        given[name] = content
        document = {"file_id": name, "file_unique_id": name, "file_name": name}
        said = await citizen.say("", document=document, media_group_id=group, caption=caption)
        return [one.text for one in said]

    return send


def rows(counter: Counter, wanted: type, **its: object) -> list:
    with counter.database.read() as session:
        return list(session.scalars(select(wanted).filter_by(**its)))


def words(counter: Counter, row: int) -> str:
    return next(one.payload["text"] for one in rows(counter, OutboundMessage, id=row))


async def test_an_album_is_answered_once_and_the_answer_grows(counter: Counter, clock: FixedClock, sends: Send) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")
    (first,) = await sends(citizen, phone_photo(), "a.jpg", "7")
    assert "Đã nhận 1 tệp: a.jpg" in first
    row = citizen.heard
    for name, content in (("b.pdf", PDF), ("c.pdf", TORN)):
        clock.move(seconds=1)
        assert await sends(citizen, content, name, "7") == []
    text = words(counter, row)
    assert "Đã nhận 2 tệp: a.jpg, b.pdf" in text
    assert "“c.pdf”" in text
    clock.move(seconds=5)  # it was sent meanwhile: it is edited
    (edit,) = await sends(citizen, picture(), "d.png", "7")
    assert "3 tệp: a.jpg, b.pdf, d.png" in edit
    assert [one.edits_id for one in rows(counter, OutboundMessage, method="editMessageText")] == [row]
    (other,) = await sends(citizen, picture(), "e.png", "8")
    assert "Đã nhận 1 tệp: e.png" in other
    assert {file.name for file in rows(counter, Attachment)} == {"a.jpg", "b.pdf", "d.png", "e.png"}


async def test_an_album_with_words_goes_to_people_and_the_one_reply_says_both(counter: Counter, sends: Send) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")
    said = await sends(citizen, phone_photo(), "a.jpg", "7", caption="Nhãn này ghi vậy đúng chưa?")
    row = citizen.heard
    assert len(said) == 1
    assert await sends(citizen, TORN, "b.pdf", "7") == []
    assert await sends(citizen, PDF, "c.pdf", "7") == []
    text = words(counter, row)
    assert "HD-" in text
    assert "Đã nhận 2 tệp: a.jpg, c.pdf" in text
    assert "“b.pdf”" in text
    (alone,) = await sends(citizen, picture(), "d.png")
    assert "Đã nhận 1 tệp: d.png" in alone
    assert "HD-" in alone


async def test_several_files_of_one_web_message_get_one_reply(counter: Counter, settings: Settings) -> None:
    citizen = Citizen(counter)
    kept = [await counter.taking.take(content, name) for content, name in ((phone_photo(), "a.jpg"), (PDF, "b.pdf"))]
    references = [Upload(one.sha256, one.name, one.media_type, one.size) for one in kept]
    said = [one.text for one in await citizen.say("", references=references)]
    assert sum("Đã nhận 2 tệp: a.jpg, b.pdf" in text for text in said) == 1
    stored = {row.media_type: row for row in rows(counter, StoredFile)}
    assert [stored[one.media_type].scan for one in kept] == [CLEAN, CLEAN]
    assert (stored["application/pdf"].pages, stored["application/pdf"].copy_sha256) == (1, None)
    assert stored["image/jpeg"].copy_sha256 is not None
    assert all(row.preview_sha256 and row.opened_at == NOW for row in stored.values())


async def test_a_threat_is_refused_with_a_sentence_kept_nowhere_and_staff_are_told_once(counter: Counter, sends: Send) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")
    for name in ("hồ sơ.pdf", "hồ sơ 2.pdf"):
        (said,) = await sends(citizen, INFECTED, name)
        assert f"“{name}”" in said
        assert NAME_OF_THREAT in said
    assert rows(counter, Attachment) == rows(counter, StoredFile) == []
    assert not [path for path in counter.files.folder.rglob("*") if path.is_file()]
    (mail,) = rows(counter, OutboundMessage, method="sendMail")
    assert NAME_OF_THREAT in mail.payload["text"]
    assert "hồ sơ" not in str(mail.payload)


async def test_what_came_while_the_scanner_was_away_is_scanned_later(
    counter: Counter, clamd: Clamd, clock: FixedClock, sends: Send
) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")
    clamd.stop()
    assert counter.rescan is not None
    for content, name in ((PDF, "a.pdf"), (INFECTED, "b.pdf")):
        (said,) = await sends(citizen, content, name)
        assert "Đã nhận 1 tệp" in said
    assert [row.scan for row in rows(counter, StoredFile)] == [UNSCANNED, UNSCANNED]
    assert await counter.rescan.once() == 0
    clamd.start()
    assert await counter.rescan.once() == 2
    assert await counter.rescan.once() == 0
    by_name = {file.name: file.sha256 for file in rows(counter, Attachment)}
    found = {name: rows(counter, StoredFile, sha256=digest)[0] for name, digest in by_name.items()}
    assert [(row.scan, row.threat) for row in found.values()] == [(CLEAN, ""), (THREAT, NAME_OF_THREAT)]
    assert [counter.files.path(digest).exists() for digest in by_name.values()] == [True, False]
    assert len(rows(counter, OutboundMessage, method="sendMail")) == 1


async def test_a_decoder_that_dies_costs_its_file_and_nothing_else(counter: Counter, sends: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = Citizen(counter, "telegram")
    await citizen.say("/start")

    def dies(content: bytes, name: str, media_type: str) -> object:
        raise FileNotOpened(name=name)

    with monkeypatch.context() as patched:
        patched.setattr(counter.taking._intake.opener, "open", dies)
        (said,) = await sends(citizen, PDF, "a.pdf")
    assert "“a.pdf” không mở được" in said
    (said,) = await sends(citizen, PDF, "a.pdf")
    assert "Đã nhận 1 tệp: a.pdf" in said


async def test_a_threat_in_the_web_chat_is_refused_at_the_upload(settings: Settings, clamd: Clamd) -> None:
    live = await Live(settings, clamd=clamd.address).start()
    async with live.visitor() as visitor, live.http() as client:
        headers = {"Authorization": f"Bearer {visitor.token}"}
        answer = await client.post("/chat/files?lang=vi", files={"file": ("hồ sơ.pdf", INFECTED)}, headers=headers)
        assert (answer.status_code, NAME_OF_THREAT in answer.json()["error"]) == (422, True)
        assert not [path for path in live.settings.files_dir.rglob("*") if path.is_file()]
    await live.stop()


async def test_an_album_for_a_paper_of_a_dossier_is_answered_once_with_the_next_step(counter: Counter, sends: Send) -> None:
    citizen = Citizen(counter, channel="telegram")
    await citizen.say("chao")
    await citizen.press_data(BeginDossier(kind="barcode_registration").pack())
    with counter.database.write() as session:
        draft = session.scalars(select(DossierDraft)).unique().one()
        draft.answers, draft.at = ANSWERS, "business_registration"
    await sends(citizen, picture("JPEG"), "trang 1.jpg", "88")
    await sends(citizen, excel(), "bang.xlsx", "88")
    await sends(citizen, picture("PNG"), "trang 2.png", "88")
    [reply] = [row for row in rows(counter, OutboundMessage, method="sendMessage") if "trang 1.jpg" in row.payload["text"]]
    text = reply.payload["text"]
    assert "trang 1.jpg, trang 2.png" in text
    assert "hiện có 2 tệp" in text
    assert "bang.xlsx” không dùng được" in text
    assert "Xong, đã gửi 2 tệp" in str(reply.payload["reply_markup"])
    [draft] = rows(counter, DossierDraft)
    assert [file["name"] for file in draft.papers["business_registration"]] == ["trang 1.jpg", "trang 2.png"]
