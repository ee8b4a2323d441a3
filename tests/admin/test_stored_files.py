"""Files in the panel: seen by previews, saved without what a phone wrote into them, opened unscanned only after a warning."""

import io
import re

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from db.engine import Database
from db.models import OutboundMessage, StoredFile
from db.models.stored_file import CLEAN, THREAT
from tests.admin.conftest import Ask, Browser
from tests.admin.test_desk import views
from tests.admin.test_inbox import outgoing
from tests.clamd import EICAR, running_clamd
from tests.clamd import THREAT as NAME_OF_THREAT
from tests.pictures import PDF, bomb, phone_photo
from usecases.scanning import Scanner


def sent(browser: Browser, reference: str, content: bytes, name: str, database: Database) -> str:
    """A file in a conversation; its address."""
    answer = browser.post(f"/inbox/{reference}/reply", text="", token=name, files=[(io.BytesIO(content), name)])
    assert answer.status_code == 303, answer.text
    payload = outgoing(database)[-1].payload
    return f"/inbox/{reference}/files/{(payload.get('photo') or payload['document'])['$file']}"


def judged(database: Database, address: str, scan: str, threat: str = "") -> None:
    with database.write() as session:
        session.execute(update(StoredFile).where(StoredFile.sha256 == address.rsplit("/", 1)[-1]).values(scan=scan, threat=threat))


def test_what_nobody_scanned_opens_only_after_a_warning(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    address = sent(lan, reference, PDF, "giấy phép.pdf", database)
    page = lan.get(f"/inbox/{reference}").text
    assert "Chưa quét vi-rút" in page
    assert f'href="{address}"' in page
    seen = len(views(database))
    warning = lan.get(address)
    assert "giấy phép.pdf" in warning.text
    assert "Vẫn mở" in warning.text
    assert "Content-Disposition" not in warning.headers
    assert lan.client.post(address).status_code == 400, "only from the warning itself"
    assert len(views(database)) == seen
    opened = lan.post(re.search(rf'action="({address})"', warning.text)[1], page=address)
    assert opened.data == PDF
    assert opened.headers["Content-Disposition"].startswith("attachment")
    assert opened.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(views(database)) == seen + 1


def test_what_was_scanned_opens_at_once_and_a_threat_never(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    address = sent(lan, reference, PDF, "giấy phép.pdf", database)
    judged(database, address, CLEAN)
    assert "Đã quét vi-rút: sạch" in lan.get(f"/inbox/{reference}").text
    assert lan.get(address).data == PDF
    judged(database, address, THREAT, NAME_OF_THREAT)
    page = lan.get(f"/inbox/{reference}").text
    assert f"Có mã độc: {NAME_OF_THREAT}" in page
    assert f'href="{address}"' not in page
    for answer in (lan.get(address), lan.post(address), lan.post(address + "?original=1")):
        assert answer.status_code == 403
        assert "mã độc" in answer.text


def test_a_photo_is_seen_upright_and_saved_without_its_place_unless_the_original_is_wanted(
    lan: Browser, ask: Ask, database: Database
) -> None:
    reference, photo = ask(), phone_photo()
    address = sent(lan, reference, photo, "IMG_1.jpg", database)
    judged(database, address, CLEAN)
    page = lan.get(f"/inbox/{reference}").text
    preview = Image.open(io.BytesIO(lan.get(address.replace("/files/", "/pictures/")).data))
    assert preview.width < preview.height
    saved = lan.get(address)
    assert b"Exif" not in saved.data
    assert "IMG_1.jpg" in saved.headers["Content-Disposition"]
    assert f'href="{address}?original=1"' in page
    seen = len(views(database))
    assert lan.get(f"{address}?original=1").data == photo
    assert len(views(database)) == seen + 1


@pytest.mark.parametrize(
    ("content", "name", "said"), [(bomb(50_000, 50_000), "bom.png", "điểm ảnh"), (PDF[:80] + b"%%EOF", "đứt.pdf", "hỏng")]
)
def test_a_bomb_or_a_torn_file_sends_nothing_and_says_why(
    lan: Browser, ask: Ask, database: Database, content: bytes, name: str, said: str
) -> None:
    answer = lan.post(f"/inbox/{ask()}/reply", text="Gửi kèm", token="t1", files=[(io.BytesIO(content), name)])
    assert answer.status_code == 422
    assert (name in answer.text, said in answer.text, "Gửi kèm</textarea>" in answer.text) == (True, True, True)
    assert outgoing(database) == []


def test_a_threat_that_staff_upload_is_refused_and_told_about(panel: Flask, ask: Ask, lan: Browser, database: Database) -> None:
    with running_clamd() as clamd:
        panel.extensions["intake"].scanner = Scanner(clamd.address)
        content = PDF.replace(b"trailer", b"%" + EICAR + b"\ntrailer")
        answer = lan.post(f"/inbox/{ask()}/reply", text="", token="t1", files=[(io.BytesIO(content), "mẫu.pdf")])
    assert (answer.status_code, NAME_OF_THREAT in answer.text) == (422, True)
    with database.read() as session:
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.method == "sendMail")).all()
    assert any(NAME_OF_THREAT in mail.payload["text"] for mail in mails)
    assert not [path for path in panel.extensions["files"].folder.rglob("*") if path.is_file()]
