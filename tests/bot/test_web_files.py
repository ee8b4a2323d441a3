"""Files in the web chat, both ways: what a visitor uploads reaches the officer, what an officer sends is fetched by its link only."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Attachment, Contact, Enquiry, InboundMessage
from db.queries.transcripts import list_turns
from db.settings import Settings
from tests.live import Live, Visitor, text_of, unlike_any
from tests.officers import answer_enquiry
from tests.pictures import PDF, excel, picture
from usecases import uploads
from usecases.enquiries import FileToSend


async def upload(live: Live, visitor: Visitor, content: bytes, name: str) -> httpx.Response:
    async with live.http() as client:
        headers = {"Authorization": f"Bearer {visitor.token}"}
        return await client.post(f"/chat/files?lang={visitor.language}", files={"file": (name, content)}, headers=headers)


async def reference_of(live: Live, visitor: Visitor, content: bytes, name: str) -> str:
    answer = await upload(live, visitor, content, name)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ref"])


def newest(database: Database) -> Enquiry:
    with database.read() as session:
        return session.scalars(select(Enquiry).order_by(Enquiry.id.desc()).limit(1)).one()


async def test_uploads_come_with_their_message_to_the_officer(live: Live, database: Database):
    files = {"cân mới.jpg": picture("JPEG"), "tờ khai.pdf": PDF, "bảng kê.xlsx": excel()}
    async with live.visitor() as visitor:
        references = [await reference_of(live, visitor, content, name) for name, content in files.items()]
        said = text_of(await visitor.say("Nhờ cán bộ xem giúp các tệp này", files=references))
        enquiry = newest(database)
        assert enquiry.reference in said
        shown = next(event for event in visitor.events if event["kind"] == "mine")["files"]
    assert [file["name"] for file in shown] == list(files)
    assert [file["size"] for file in shown] == [len(content) for content in files.values()]
    assert [bool(file["preview"]) for file in shown] == [True, True, False]
    with database.read() as session:
        turn = list_turns(session, enquiry.contact_id)[0]
    assert [(file.name, file.sha256) for file in turn.files] == [(n, hashlib.sha256(c).hexdigest()) for n, c in files.items()]
    async with live.http() as client:
        for file, content in zip(shown, files.values(), strict=True):
            saved = await client.get(file["url"])
            assert saved.content == content
            assert saved.headers["content-disposition"].startswith("attachment")
        seen = await client.get(shown[0]["preview"])
        assert (seen.headers["content-type"], seen.headers["content-security-policy"]) == ("image/jpeg", "default-src 'none'; sandbox")
        assert seen.headers["content-disposition"].startswith("inline")


async def test_a_file_alone_is_kept_and_the_wish_is_asked_for(live: Live, database: Database):
    async with live.visitor() as visitor:
        reference = await reference_of(live, visitor, picture(), "ảnh.png")
        answer = await visitor.say("", files=[reference])
        assert "ảnh.png" in text_of(answer)
        await visitor.press(answer, answer["buttons"][0][0]["text"])
    with database.read() as session:
        assert [file.name for turn in list_turns(session, newest(database).contact_id) for file in turn.files] == ["ảnh.png"]


async def test_another_visitors_upload_is_refused_with_a_sentence_and_nothing_is_half_done(live: Live, database: Database):
    async with live.visitor() as owner, live.visitor() as thief:
        stolen = await reference_of(live, owner, picture(), "của tôi.png")
        own = await reference_of(live, thief, PDF, "của mình.pdf")
        for files in ([stolen], [own, stolen], [own + "x"], ["0" * 64]):
            own_id = await thief.message("Cho xem tệp này", files=files)
            refusal = await thief.refusal(own_id)
            assert refusal["retry_after"] is None
            assert "tệp" in refusal["reason"]
        await thief.caught_up()
        assert thief.events == []
        await owner.say("của tôi", files=[stolen])
    with database.read() as session:
        assert [file.name for file in session.scalars(select(Attachment))] == ["của tôi.png"]


async def test_what_is_no_good_file_is_refused_with_our_sentence(live: Live):
    jpeg = picture("JPEG", (900, 700))
    async with live.visitor() as visitor:
        for content, name, said in (
            (b"MZ\x90\x00" * 999, "bảng giá.pdf", "bảng giá.pdf"),
            (b"", "rỗng.pdf", "trống"),
            (jpeg[: len(jpeg) // 2], "đứt.jpg", "đứt.jpg"),
            (PDF[:40], "đứt.pdf", "đứt.pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "hình.png", "hình.png"),
            (b"PK\x03\x04" + b"\0" * 60, "../../etc/passwd.docx", "passwd.docx"),
        ):
            answer = await upload(live, visitor, content, name)
            assert answer.status_code == 422, (name, answer.text)
            assert said in answer.json()["error"]
            assert "error." not in answer.json()["error"]
        assert not [path for path in live.settings.files_dir.rglob("*") if path.is_file()]
    visitor.language = "en"
    assert "empty" in (await upload(live, visitor, b"", "nothing.pdf")).json()["error"]


async def test_a_file_over_the_limit_is_refused_before_it_is_read(settings: Settings):
    live = await Live(settings, max_file_mb=1).start()
    async with live.visitor() as visitor:
        just_over = await upload(live, visitor, picture("PNG") + b"\0" * 1024 * 1024, "vừa quá.png")
        far_over = await upload(live, visitor, b"\0" * 3 * 1024 * 1024, "to.png")
        for answer in (just_over, far_over):
            assert answer.status_code == 413
            assert "1 MB" in answer.json()["error"]
        assert (await upload(live, visitor, picture(), "vừa.png")).status_code == 200
    await live.stop()


async def test_an_upload_needs_a_visitor_and_a_form(live: Live):
    async with live.http() as client, live.visitor() as visitor:
        good = {"Authorization": f"Bearer {visitor.token}"}
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {visitor.token}x"}):
            answer = await client.post("/chat/files", files={"file": ("a.png", picture())}, headers=headers)
            assert answer.status_code == 401
            assert "tải lại trang" in answer.json()["error"]
        broken = good | {"Content-Type": "multipart/form-data; boundary=x"}
        for headers, body in (
            (good, b"file"),
            (broken, b"--y\r\nnonsense"),
            (broken, b"--x\r\nContent-Disposition: form-data; name=file\r\n"),
        ):
            answer = await client.post("/chat/files", content=body, headers=headers)
            assert answer.status_code in {400, 422}, answer.text
            assert answer.json()["error"]
        assert (await client.get("/chat/files", headers=good)).status_code == 405


async def test_uploads_have_a_pace(live: Live):
    async with live.visitor() as visitor, live.visitor() as other:
        taken = 0
        while (slow := await upload(live, visitor, picture(), "a.png")).status_code == 200:
            taken += 1
        assert taken >= 20
        assert slow.status_code == 429
        assert 1 <= slow.json()["retry_after"] <= 4
        assert (await upload(live, other, picture(), "a.png")).status_code == 200


async def test_a_days_files_are_counted_and_the_words_go_through_all_the_same(settings: Settings, database: Database):
    live = await Live(settings, max_files_per_day=3).start()
    async with live.visitor() as visitor, live.visitor() as other:
        references = [await reference_of(live, visitor, picture(colour=f"#00000{n}"), f"{n}.png") for n in range(5)]
        await visitor.say("hai tệp đầu", files=references[:2])
        known = len(visitor.heard())
        await visitor.say("ba tệp sau", files=references[2:])
        told = [text_of(event) for event in visitor.heard()[known:]]
        assert sum("3 tệp" in text for text in told) == 1, told
        mine = [event for event in visitor.events if event["kind"] == "mine"]
        assert [file["name"] for file in mine[1]["files"]] == ["2.png"]
        full = await upload(live, visitor, picture(), "4.png")
        assert full.status_code == 422
        assert "3 tệp" in full.json()["error"]
        await visitor.acknowledged(await visitor.message("chỉ có chữ", files=references[4:]))
        await visitor.until(lambda: visitor.mine()[-1] == "chỉ có chữ")
        await other.say("của tôi", files=[await reference_of(live, other, picture(), "của tôi.png")])
    with database.read() as session:
        texts = [turn.text for turn in list_turns(session, newest(database).contact_id - 1) if turn.who == "citizen"]
        assert texts == ["hai tệp đầu", "ba tệp sau", "chỉ có chữ"]
    await live.stop()


def test_the_day_of_the_count_is_the_offices_own(database: Database):
    seven_in_the_morning = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    with database.write() as session:
        contact = Contact(
            channel="web", account="main", chat_id=1, language="vi", first_seen_at=seven_in_the_morning, last_seen_at=seven_in_the_morning
        )
        session.add(contact)
        session.flush()
        uploads.note(session, "0" * 64, 1, "image/png", seven_in_the_morning)
        for hour in (-8, -6, 0):
            at = datetime.fromtimestamp(seven_in_the_morning.timestamp() + hour * 3600, UTC)
            message = InboundMessage(contact_id=contact.id, kind="message", text="", at=at)
            message.attachments = [Attachment(sha256="0" * 64, name="a", media_type="image/png", size=1)]
            session.add(message)
        session.flush()
        assert uploads.sent_today(session, contact.id, seven_in_the_morning) == 2
        assert uploads.sent_today(session, contact.id + 1, seven_in_the_morning) == 0


async def test_an_officers_files_arrive_and_are_fetched_by_their_link_only(live: Live, database: Database):
    files = {"công văn số 1.pdf": (PDF, "application/pdf"), "mẫu nhãn.png": (picture(), "image/png")}
    async with live.visitor() as visitor:
        await visitor.say(unlike_any())
        stored = [FileToSend(live.counter.files.put(content), name, kind) for name, (content, kind) in files.items()]
        with database.write() as session:
            for (content, kind), file in zip(files.values(), stored, strict=True):
                uploads.note(session, file.sha256, len(content), kind, live.counter.now())
        answer_enquiry(database, newest(database).reference, "Gửi bạn hai tệp.", stored)
        await visitor.until(lambda: len([event for event in visitor.heard() if event["files"]]) == 2)
        shown = [event["files"][0] for event in visitor.heard() if event["files"]]
        assert {event["from"] for event in visitor.heard() if event["files"]} == {"officer"}
    assert [(file["name"], file["size"]) for file in shown] == [(name, len(content)) for name, (content, _) in files.items()]
    async with live.http() as client:
        for file in shown:
            answer = await client.get(file["url"])
            assert answer.content == files[file["name"]][0]
            assert answer.headers["content-type"] == file["media_type"]
            assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(file['name'], safe='')}"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "private" in answer.headers["cache-control"]
        link = shown[0]["url"]
        digest = stored[0].sha256
        token = live.counter.web.new_visitor()[1]
        for forged in (
            link + "x",
            link[:-3],
            f"/chat/files/{digest}",
            "/chat/files/..%2f..%2fchuan.db",
            f"/chat/files/{token}",
            "/chat/files/%ff",
        ):
            assert (await client.get(forged)).status_code == 404, forged


async def test_a_full_disk_is_said_and_passes(live: Live, monkeypatch: pytest.MonkeyPatch):
    def full(content: bytes) -> str:
        raise OSError(28, "No space left on device")

    async with live.visitor() as visitor:
        with monkeypatch.context() as patched:
            patched.setattr(live.counter.files, "put", full)
            answer = await upload(live, visitor, picture(), "a.png")
        assert answer.status_code == 503
        assert "chưa lưu được" in answer.json()["error"]
        assert answer.json()["retry_after"] > 0
        assert (await upload(live, visitor, picture(), "a.png")).status_code == 200


async def test_a_lost_file_of_one_message_does_not_stop_the_others(live: Live, database: Database):
    async with live.visitor() as visitor:
        await visitor.say(unlike_any())
        digest = hashlib.sha256(b"never stored").hexdigest()
        answer_enquiry(database, newest(database).reference, "Xem tệp.", [FileToSend(digest, "mất.pdf", "application/pdf")])
        await visitor.until(lambda: any(event["files"] for event in visitor.heard()))
        lost = next(event["files"][0] for event in visitor.heard() if event["files"])
        async with live.http() as client:
            assert (await client.get(lost["url"])).status_code == 404
        await visitor.acknowledged(await visitor.message("Không tải được"))
