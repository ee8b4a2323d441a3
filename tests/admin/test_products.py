"""The register in the panel: found by number, goods and firm, its conflicts decided by an officer who sees both sides."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from admin.access import BARCODES, VIEWER
from db.engine import Database
from db.files import FileStore
from db.models import DeclaredProduct, OutboundMessage
from db.settings import Settings
from tests.admin.conftest import Browser, of_role
from tests.admin.test_tasks import Bench, export
from tests.products import goods, hand_in, number, register, settle

FIRM, OTHER = "0100233488", "0100109106"


def two_firms(database: Database, settings: Settings) -> tuple[int, int]:
    """Dossiers of two firms that both declare the second number; the second's is theirs to dispute."""
    files, listed = FileStore(settings.files_dir), (goods([1, 2]), goods([2, 3], name="Trà khác"))
    first = hand_in(database, files, FIRM, listed[0], chat_id=1)
    settle(database, first, listed[0])
    second = hand_in(database, files, OTHER, listed[1], chat_id=2)
    settle(database, second, listed[1])
    return first, second


def product(database: Database, dossier: int, code: str) -> int:
    with database.read() as session:
        return session.scalars(
            select(DeclaredProduct.id).where(DeclaredProduct.dossier_id == dossier, DeclaredProduct.gtin == f"0{code}")
        ).one()


def test_an_officer_sees_both_sides_of_a_number_and_gives_it_to_one(
    panel: Flask, settings: Settings, database: Database, hire: Callable[..., int], signed_in: Callable[[str], Browser]
) -> None:
    first, second = two_firms(database, settings)
    unseen = hand_in(database, FileStore(settings.files_dir), FIRM, goods([9]), chat_id=1)
    hire(BARCODES)
    hire(VIEWER)
    officer, viewer = signed_in(of_role(BARCODES)), signed_in(of_role(VIEWER))

    listed = officer.get("/products/").text
    assert "1 sản phẩm có mã bị trùng đang chờ quyết định" in listed
    assert all(text in listed for text in (number(1), number(3), f"Công ty {FIRM}", "Trà khác"))
    of_dossier = officer.get(f"/products/?dossier={second}").text
    assert (number(3) in of_dossier, number(1) in of_dossier) == (True, False)
    assert number(1) in officer.get(f"/products/?search=cong+ty+{FIRM}").text
    assert number(1) not in officer.get("/products/?status=disputed").text
    assert officer.get("/products/?dossier=x").status_code == 400
    assert "Không có" in officer.get(f"/products/?dossier={unseen}").text

    claimed = product(database, second, number(2))
    page = f"/products/{claimed}"
    shown = officer.get(page).text
    assert all(f"Công ty {firm}" in shown for firm in (FIRM, OTHER))
    assert shown.count("chưa đối chiếu, theo lời cơ sở") == 2
    assert "Ghi nhận và báo các bên" not in viewer.get(page).text
    assert viewer.post(f"{page}/decide", page="/products/").status_code == 403
    assert officer.post(f"{page}/decide", page=page, reason="x").status_code == 422
    assert officer.post(f"{page}/decide", page=page, winner=str(claimed), reason=" ").status_code == 422
    answer = officer.post(f"{page}/decide", page=page, winner=str(claimed), reason="GCN số 12 của cơ sở này")
    assert answer.status_code == 303
    assert register(database)[second, number(2)] == ("declared", True)
    assert register(database)[first, number(2)] == ("withdrawn", False)
    with database.read() as session:
        told = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "notice")).all()
    assert sorted(row.chat_id for row in told if number(2) in row.payload["text"]) == [1, 2]
    assert officer.post(f"{page}/decide", page="/products/", winner=str(claimed), reason="lại").status_code == 422


def test_the_register_goes_into_a_sheet(panel: Flask, settings: Settings, database: Database, admin: Browser) -> None:
    two_firms(database, settings)
    rows = export(admin, Bench(panel, settings), "products", status="disputed", search=f"cong ty {OTHER}")
    assert [row[0] for row in rows] == ["Mã GTIN", number(2)]
    assert rows[1][9:12] == [f"Công ty {OTHER}", OTHER, "Trùng mã, chờ quyết định"]
