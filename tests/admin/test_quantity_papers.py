"""Papers of quantity marks in the panel: made once a click, sent once a click, and a template is refused with what is wrong and where."""

import html
import io
import re
from datetime import datetime

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import select

from admin.access import BARCODES, METROLOGY, VIEWER
from db.engine import Database
from db.models import IssuedPaper, OutboundMessage, PaperTemplate
from domain import qr
from tests.admin.conftest import Browser, csrf, of_role
from tests.admin.test_dossiers import Hire, Sign, act
from tests.examples import a_dossier
from tests.training import a_contact

LINE = {"number": "5/TB", "received_on": "23/11/2026", "signer": "Lê Văn An", "signer_title": "Chi cục trưởng"}


@pytest.fixture
def officer(hire: Hire, signed_in: Sign) -> Browser:
    hire(METROLOGY, name="Lê Đo Lường")
    return signed_in(of_role(METROLOGY))


def papers(database: Database) -> list[IssuedPaper]:
    with database.read() as session:
        return list(session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)))


def documents(database: Database) -> list[str]:
    with database.read() as session:
        its = select(OutboundMessage).where(OutboundMessage.method == "sendDocument").order_by(OutboundMessage.id)
        return [row.payload["document"]["name"] for row in session.scalars(its)]


def test_a_paper_is_made_and_sent_once_a_click(database: Database, now: datetime, officer: Browser, hire: Hire, signed_in: Sign) -> None:
    with database.write() as session:
        reference = a_dossier(session, now, "quantity_announcement", contact=a_contact(session, now), announcement_kind="first").reference
    here = f"/dossiers/{reference}"
    code, page = act(officer, reference, "enter", **LINE)
    assert code == 303, page
    page = html.unescape(officer.get(here).text)
    assert "Văn bản, giấy tờ" in page
    token = re.findall(r'name="token" value="([^"]+-receipt_sheet)"', page)[0]
    for _ in range(2):
        made = officer.post(f"/quantity_papers/{reference}/make/receipt_sheet", page=here, token=token, number="")
        assert made.status_code == 303
    (paper,) = papers(database)
    assert officer.post(f"/quantity_papers/{reference}/make/certificate", page=here, token="t", number="").status_code == 303
    assert "không hợp với tình trạng hiện nay" in html.unescape(officer.get(here).text)
    docx = officer.get(f"/quantity_papers/{reference}/{paper.id}.docx")
    assert "Số tiếp nhận: 5/TB (lần 1)" in "\n".join(line.text for line in Document(io.BytesIO(docx.data)).paragraphs)
    assert officer.get(f"/quantity_papers/{reference}/{paper.id}.pdf").data.startswith(b"%PDF")
    assert officer.get(f"/quantity_papers/{reference}/{paper.id}.exe").status_code == 404
    for _ in range(2):
        assert officer.post(f"/quantity_papers/{reference}/{paper.id}/send", page=here, token="gửi").status_code == 303
    assert documents(database) == [f"{reference}-phieu-tiep-nhan.pdf"]
    page = html.unescape(officer.get(here).text)
    assert "Đã gửi văn bản vào cuộc trò chuyện" in page
    assert "Gửi lại" in page
    with database.write() as session:
        other = a_dossier(session, now, "quantity_announcement", announcement_kind="first").reference
    assert officer.get(f"/quantity_papers/{other}/{paper.id}.pdf").status_code == 404
    hire(BARCODES)
    assert signed_in(of_role(BARCODES)).get(f"/quantity_papers/{reference}/{paper.id}.pdf").status_code == 403
    hire(VIEWER)
    page = signed_in(of_role(VIEWER)).get(here).text
    assert "/make/" not in page
    assert f"{paper.id}.pdf" not in page


def written(text: str) -> io.BytesIO:
    document, made = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(made)
    made.seek(0)
    return made


def test_a_template_is_tried_before_it_counts(database: Database, officer: Browser) -> None:
    here = "/paper_templates/certificate"
    assert "chưa đối chiếu Mẫu 2.ĐNCN" in html.unescape(officer.get("/paper_templates/").text)
    page = html.unescape(officer.get(here).text)
    assert "{{ register_number }}" in page
    assert "{%tr for row in products %}" in page
    assert "PDF luôn theo bố cục chung" in html.unescape(officer.get("/paper_templates/").text)

    def put(content: io.BytesIO, name: str) -> str:
        token = csrf(officer.get(here).text)
        headers = {"Referer": f"http://localhost{here}"}
        answer = officer.client.post(f"{here}/put", data={"csrf_token": token, "file": (content, name)}, headers=headers)
        assert answer.status_code == 303
        return html.unescape(officer.get(here).text)

    assert "tên mà loại giấy này không có: frim" in (page := put(written("Cấp cho {{ frim }}"), "sai.docx"))
    assert "Cấp cho {{ frim }}" in page
    assert "Mẫu phải là tệp Word loại .docx" in put(io.BytesIO(qr.png("x")), "giả.docx")
    with database.read() as session:
        assert session.scalars(select(PaperTemplate)).all() == []
    assert "Đang dùng mẫu của Chi cục: mẫu riêng.docx" in put(written("RIÊNG {{ firm }}"), "mẫu riêng.docx")
    sample = Document(io.BytesIO(officer.get(f"{here}/sample.docx").data))
    assert [line.text for line in sample.paragraphs] == ["RIÊNG Công ty TNHH Nước mắm “Phú Thuận” & Con <mẫu>"]
    counts = officer.get(f"{here}/current.docx").location
    assert "quét" in html.unescape(officer.get(counts).text)  # a warning first
    assert "RIÊNG" in Document(io.BytesIO(officer.post(counts, page=here).data)).paragraphs[0].text
    assert officer.get(f"{here}/ours.docx").data.startswith(b"PK")
    assert officer.post(f"{here}/back", page=here).status_code == 303
    assert "Đang dùng mẫu có sẵn." in (page := html.unescape(officer.get(here).text))
    assert "mẫu riêng.docx" in page  # in the history
    assert officer.get("/paper_templates/nothing").status_code == 404


def test_the_offices_report_is_on_the_page_in_a_sheet_and_on_paper(
    database: Database, now: datetime, officer: Browser, hire: Hire, signed_in: Sign
) -> None:
    with database.write() as session:
        reference = a_dossier(session, now, "quantity_announcement", contact=a_contact(session, now), announcement_kind="first").reference
    act(officer, reference, "enter", **LINE)
    here = "/quantity_report/"
    page = html.unescape(officer.get(here).text)
    assert "Báo cáo dấu định lượng 2026" in page
    sheet = load_workbook(io.BytesIO(officer.get(f"{here}report.xlsx?year=2026").data)).active
    rows = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert rows["Bản công bố tiếp nhận lần đầu trong năm"] == 1
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    for _ in range(2):
        assert officer.post(f"{here}make", page=here, token=token, year=2026, number="9/BC").status_code == 303
    (paper,) = papers(database)
    assert officer.get(f"{here}{paper.id}.pdf").data.startswith(b"%PDF")
    assert officer.get(f"{here}{paper.id}.docx").data.startswith(b"PK")
    assert [officer.get(f"{here}?year={year}").status_code for year in ("2025", "2014", "2030", "x")] == [200, 400, 400, 400]
    hire(VIEWER)
    viewer = signed_in(of_role(VIEWER))
    assert 'action="/quantity_report/make"' not in viewer.get(here).text
    assert viewer.get(f"{here}{paper.id}.pdf").status_code == 200
