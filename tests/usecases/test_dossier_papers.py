"""A receipt says everything that was received and promised, and holds whatever people type."""

import io
from datetime import datetime

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update

from db.engine import Database
from db.models import StoredFile, TimeLimit
from domain.papers import press
from domain.papers.receipt import receipt
from locales.languages import LANGUAGES
from tests.examples import a_dossier, a_draft, a_file
from tests.training import a_contact
from usecases import dossier_drafts, dossier_papers, dossiers


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_says_what_was_received_and_promised(database: Database, now: datetime, language: str) -> None:
    with database.write() as session:
        filed = a_dossier(session, now, contact=a_contact(session, now), language=language)
        session.execute(update(StoredFile).values(pages=3))
        paper = dossier_papers.receipt_of(session, filed, public_url="https://quay.example")
        dossiers.move(session, filed, "withdrawn", contact=filed.contact, now=now)
        filed.answers = {**filed.answers, "note": ""}
        later = dossier_papers.receipt_of(session, filed, public_url="https://quay.example")
        session.execute(update(TimeLimit).values(verified_by="Lê Thị Hoa"))
        session.expire_all()
        verified = dossier_papers.receipt_of(session, filed, public_url="https://quay.example")
    facts = {fact.label: fact.text for fact in paper.facts}
    due = {
        "vi": ("Hạn trả lời", "01/12/2026 (5 ngày làm việc) – chưa xác minh"),
        "en": ("Answer due", "1 Dec 2026 (5 working days) – unverified"),
    }
    label, text = due[language]
    assert facts[label] == text
    assert {fact.label: fact.text for fact in verified.facts}[label] == text.rsplit(" – ", 1)[0]
    assert {"0100233488", filed.firm, "09:00, 23/11/2026" if language == "vi" else "09:00, 23 Nov 2026"} <= set(facts.values())
    assert "Cam kết phục vụ" in " ".join(facts.values())
    assert later.facts == paper.facts, "what becomes of a dossier does not change its receipt"
    assert paper.answers[0].text == "0100233488"
    assert all(fact.text and not fact.label.startswith("dossier.") for fact in paper.answers)
    assert [row.file for row in paper.papers] == [f"{name}.pdf" for name in ("business_registration", "application_form", "product_list")]
    assert all("3 " in row.size for row in paper.papers)
    assert "".join(paper.digest).replace(" ", "") == filed.digest
    made = receipt(paper, filed.submitted_at)
    for standard in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", f"/Lang({language})".encode()):
        assert standard in made
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(press.pictures("receipt", paper, 150)[0])))
    assert code.text == f"https://quay.example/verify/{filed.secret}"


def test_long_answers_forty_files_and_any_letters_are_printed(database: Database, now: datetime) -> None:
    odd = '*Đậm* _#show_ $x$ @nhãn <chỗ> #{1+1} "-- \\ `mã` // 🔥 王 {{ x }}\n'
    with database.write() as session:
        draft = a_draft(session, now, "barcode_products", firm="Ữ" * 200, note=(odd * 20)[:1000], products="W" * 5000)
        for paper in dossier_drafts.declared(draft).papers:
            for number in range(1, 5 if paper.most == 5 else 20):
                dossier_drafts.attach(draft, paper, a_file(session, "ảnh" * 39 + ".pdf", now, number), paper.name, now)
        filed, _ = dossiers.submit(session, draft, source="chat", now=now)
        session.refresh(filed)
        paper = dossier_papers.receipt_of(session, filed, public_url="https://quay.example")
    assert receipt(paper, now).startswith(b"%PDF")
    found = press.look_up("receipt", paper, "<reference>")
    assert filed.reference in found[0]["text"]
    assert len(paper.papers) == 25
    assert len(press.pictures("receipt", paper, 20)) > 3
