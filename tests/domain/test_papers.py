import io
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from domain.papers import press
from domain.papers.badges import BADGES_A_PAGE, Badge, Badges, badges
from domain.papers.certificate import Certificate, certificate, certificates
from domain.papers.letters import LETTERS, printable
from domain.papers.press import Code, Fact, Letterhead
from domain.papers.sign_in_sheet import Columns, Row, SignInSheet, sign_in_sheet
from domain.papers.ticket import Ticket, ticket

NOW = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
DOTS = 150
"""A screen shows a paper sharper than this, a cheap printer too."""
ADDRESS = "https://chuan.example/verify/" + "Zx9_-" * 6
OFFICE = "Chi cục Tiêu chuẩn Đo lường Chất lượng"
CLASS = "Tập huấn đo lường, chất lượng trong kinh doanh xăng dầu và khí dầu mỏ hóa lỏng"
NAME, FIRM = "Nguyễn Thị Ưng", "Công ty TNHH MTV Xăng dầu Đồng Nai"
HEAD = Letterhead(
    authority="SỞ KHOA HỌC VÀ CÔNG NGHỆ TỈNH ĐỒNG NAI",
    office=OFFICE.upper(),
    nation="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    motto="Độc lập - Tự do - Hạnh phúc",
)
TICKET = Ticket(
    language="vi",
    office=OFFICE,
    title="PHIẾU THAM DỰ",
    class_title=CLASS,
    participant=NAME,
    firm=FIRM,
    facts=(
        Fact("Thời gian", "8:00–11:30 thứ Ba, 01/12/2026\n13:30–16:30 thứ Tư, 02/12/2026"),
        Fact("Địa điểm", "Hội trường A, số 1597 Phạm Văn Thuận, Biên Hòa"),
        Fact("Mang theo", "Căn cước công dân, giấy giới thiệu"),
    ),
    code=Code(ADDRESS, "Mã QR của phiếu"),
    reference="DT-2026-000123-7",
    note="Xin đưa mã này cho cán bộ tại cửa.",
)
CERTIFICATE = Certificate(
    language="vi",
    head=HEAD,
    serial="Số: 0123/2026",
    title="GIẤY CHỨNG NHẬN",
    certifies="Chi cục trưởng chứng nhận",
    participant=NAME,
    firm=FIRM,
    attended="đã tham dự lớp",
    class_title=CLASS,
    dates="từ ngày 01/12/2026 đến ngày 02/12/2026",
    place_and_date="Đồng Nai, ngày 03 tháng 12 năm 2026",
    signer_title="CHI CỤC TRƯỞNG",
    signer="Trần Văn Đức",
    code=Code(ADDRESS, "Mã QR để kiểm tra"),
    verify="Quét mã để kiểm tra giấy chứng nhận này.",
)


def name_badges(number: int, name: str = NAME, firm: str = FIRM) -> Badges:
    people = (Badge(name, firm, Code(f"{ADDRESS}{n}", "Mã QR của phiếu")) for n in range(number))
    return Badges(language="vi", title="Thẻ tên", office=OFFICE, class_title=CLASS, badges=tuple(people))


def sheet(number: int, name: str = NAME, firm: str = FIRM) -> SignInSheet:
    return SignInSheet(
        language="vi",
        head=HEAD,
        title="DANH SÁCH KÝ TÊN",
        class_title=CLASS,
        facts=(Fact("Địa điểm:", "Hội trường A"),),
        sessions=("Buổi 1: 8:00–11:30, 01/12/2026", "Buổi 2: 13:30–16:30, 02/12/2026"),
        columns=Columns("STT", "Họ và tên", "Đơn vị", "Chức vụ", "Điện thoại", "Ký tên"),
        rows=tuple(Row(name, firm, "Cửa hàng trưởng", "0901 234 567") for _ in range(number)),
        page_of="Trang {page}/{pages}",
    )


def of(name: str, firm: str = FIRM) -> list[tuple[str, Any]]:
    """Each paper for one and the same person."""
    return [
        ("ticket", replace(TICKET, participant=name, firm=firm)),
        ("certificate", replace(CERTIFICATE, participant=name, firm=firm)),
        ("badges", name_badges(BADGES_A_PAGE, name, firm)),
        ("sign_in_sheet", sheet(3, name, firm)),
    ]


def seen(layout: str, paper: Any) -> list[Image.Image]:
    return [Image.open(io.BytesIO(page)).convert("L") for page in press.pictures(layout, paper, DOTS)]


def cut(page: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """A part of a page, in millimetres."""
    return page.crop(tuple(round(edge / 25.4 * DOTS) for edge in (left, top, right, bottom)))


def darkest(part: Image.Image) -> int:
    low, _ = part.getextrema()
    assert isinstance(low, int)
    return low


def codes(page: Image.Image) -> list[str]:
    return sorted(code.text for code in zxingcpp.read_barcodes(page))


def test_the_code_of_every_paper_is_read_from_the_page() -> None:
    for layout, paper in (("ticket", TICKET), ("certificate", CERTIFICATE)):
        (page,) = seen(layout, paper)
        assert codes(page) == [ADDRESS]


def test_eight_badges_stand_on_a_page_each_with_its_own_code() -> None:
    pages = seen("badges", name_badges(10))
    assert [len(codes(page)) for page in pages] == [8, 2]
    assert sorted(codes(pages[0]) + codes(pages[1])) == [f"{ADDRESS}{n}" for n in range(10)]


AROUND = {
    "ticket": ((0, 0, 105, 42.5), (0, 63, 105, 148), (0, 0, 8.5, 148), (96.5, 0, 105, 148)),
    "certificate": ((0, 0, 297, 72), (0, 102, 297, 210), (0, 0, 19.5, 210), (277.5, 0, 297, 210)),
    "badges": (
        *((0, 74.25 * row, 210, 74.25 * row + 24.5) for row in range(4)),
        *((0, 74.25 * row + 47, 210, 74.25 * row + 74) for row in range(4)),
        *((edge, 0, edge + 15, 297) for edge in (-7.5, 97.5, 202.5)),
    ),
    "sign_in_sheet": ((0, 0, 28, 210), (161.5, 0, 297, 210), (0, 0, 297, 77), (0, 109, 297, 210)),
}
"""All but the places of name and firm: left, top, right, bottom in millimetres. Whatever the name, not a dot may differ there."""
LONG = " ".join(["Công Tằng Tôn Nữ Thị Phương Khánh Huyền"] * 4)


@pytest.mark.parametrize(("name", "firm"), [(LONG, LONG * 2), ("Ữ" * 150, "W" * 150)], ids=["many words", "one word"])
def test_the_longest_names_stay_in_their_place(name: str, firm: str) -> None:
    short = dict(of(NAME))
    pages = {layout: seen(layout, paper) for layout, paper in of(name, firm)}
    for layout, boxes in AROUND.items():
        for page, plain in zip(pages[layout], seen(layout, short[layout]), strict=True):
            for box in boxes:
                assert cut(page, *box).tobytes() == cut(plain, *box).tobytes(), (layout, box)
    assert codes(pages["ticket"][0]) == codes(pages["certificate"][0]) == [ADDRESS]
    assert len(codes(pages["badges"][0])) == BADGES_A_PAGE


def test_names_are_never_read_as_markup() -> None:
    name = '*Đậm* _#show_ $x$ @nhãn <chỗ> #{1+1} "-- \\ `mã` // {{ x }} #import "a"'
    for layout, paper in of(name):
        assert press.pictures(layout, paper, 20)
        if layout != "sign_in_sheet":
            found = press.look_up(layout, paper, "<participant>")
            assert {(one["func"], one["text"]) for one in found} == {("text", name)}


def test_the_same_paper_is_the_same_file_however_its_letters_were_typed() -> None:
    apart = unicodedata.normalize("NFD", NAME)
    assert apart != NAME
    first = ticket(TICKET, NOW)
    assert first == ticket(replace(TICKET, participant=apart), NOW)
    assert first != ticket(TICKET, NOW + timedelta(days=1))
    assert first != ticket(replace(TICKET, participant="Nguyễn Thị Ứng"), NOW)


def test_papers_are_made_to_be_kept_and_to_be_read_aloud() -> None:
    for made in (ticket(TICKET, NOW), badges(name_badges(1), NOW), sign_in_sheet(sheet(1), NOW), certificate(CERTIFICATE, NOW)):
        assert made.startswith(b"%PDF-1.7")
        for fact in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"/Lang(vi)", b"/Marked true", b"+BeVietnamPro"):
            assert fact in made, fact


def test_each_certificate_is_a_file_of_its_own() -> None:
    people = [replace(CERTIFICATE, participant=name) for name in ("Bùi An", "Lê Bình")]
    assert list(certificates(people, NOW)) == [certificate(person, NOW) for person in people]


def test_sixty_people_sign_on_numbered_pages_with_their_headings_for_each_session() -> None:
    pages = seen("sign_in_sheet", sheet(60))
    half = len(pages) // 2
    assert half == 4
    feet = [cut(page, 200, 196, 290, 206).tobytes() for page in pages]
    assert len(set(feet)) == half
    assert feet[:half] == feet[half:], "each session counts its pages from one"
    headings = {cut(page, 10, 13, 290, 21).tobytes() for page in (*pages[1:half], *pages[half + 1 :])}
    assert len(headings) == 1
    assert darkest(cut(pages[1], 10, 13, 290, 21)) < 60
    assert seen("sign_in_sheet", sheet(0)), "a sheet without a name yet is a sheet all the same"


def test_every_letter_we_promise_has_a_shape_and_any_other_shows_as_a_mark() -> None:
    letters = "".join(sorted(LETTERS))
    assert ticket(replace(TICKET, participant=letters, note=letters), NOW)
    vietnamese = "".join(char for char in map(chr, range(0x1EA0, 0x1EFA)))
    assert printable(vietnamese) == vietnamese
    odd = "Gas Hải Đăng 🔥\N{VARIATION SELECTOR-16} 王\u200b\x07\r\nA\tB"
    assert printable(odd) == "Gas Hải Đăng ? ?\nA B"
    assert ticket(replace(TICKET, participant=odd), NOW)
