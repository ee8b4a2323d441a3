"""Registers of quantity marks in the panel: an officer of metrology enters what came in, and a certificate takes two of them."""

import html
from datetime import datetime

import pytest
from sqlalchemy import select

from admin.access import BARCODES, METROLOGY
from db.engine import Database
from db.models import MarkEntry
from tests.admin.conftest import Browser, of_role
from tests.admin.test_dossiers import OTHER, Hire, Sign, act, dossier_of, notices
from tests.examples import a_dossier
from tests.training import a_contact


@pytest.fixture
def officer(hire: Hire, signed_in: Sign) -> Browser:
    hire(METROLOGY, name="Lê Đo Lường")
    return signed_in(of_role(METROLOGY))


def filed(database: Database, now: datetime, kind: str, **answers: object) -> str:
    with database.write() as session:
        return a_dossier(session, now, kind, contact=a_contact(session, now), **answers).reference


def test_an_announcement_is_entered_with_a_number_that_is_free(
    database: Database, now: datetime, officer: Browser, hire: Hire, signed_in: Sign
) -> None:
    first, second = (filed(database, now, "quantity_announcement", announcement_kind="first") for _ in range(2))
    hire(BARCODES, email=OTHER)
    assert signed_in(OTHER).get(f"/dossiers/{first}").status_code == 404
    page = html.unescape(officer.get(f"/dossiers/{first}").text)
    assert 'value="01/2026/TB"' in page
    assert "chưa biết Chi cục đánh số thế nào" in page
    assert 'value="received"' not in page, "never without a line"
    line = {"number": "5/TB", "received_on": "24/11/2026", "signer": "Lê Văn An", "signer_title": "Chi cục trưởng"}
    assert act(officer, first, "enter", **line | {"received_on": "hôm qua"})[0] == 422
    assert "Trong sổ: số 5/TB, ngày 24/11/2026, lần 1. Đang có hiệu lực" in act(officer, first, "enter", **line)[1]
    assert "đã tiếp nhận công bố, số 5/tb" in notices(database)[-1].casefold()
    code, page = act(officer, second, "enter", **line)
    assert code == 422
    assert "Số 5/TB đã có trong sổ" in page
    assert act(officer, second, "move", target="out_of_scope", words="Thuốc chữa bệnh, khoản 2 Điều 1.")[0] == 303
    assert "Thuốc chữa bệnh, khoản 2 Điều 1." in notices(database)[-1]


def test_a_certificate_is_drafted_by_one_and_entered_by_another(
    database: Database, now: datetime, officer: Browser, hire: Hire, signed_in: Sign
) -> None:
    hire(METROLOGY, email=OTHER)
    other = signed_in(OTHER)
    one = filed(database, now, "quantity_certificate", application_kind="first")
    act(officer, one, "move", target="complete")
    line = {
        "number": "3/GCN",
        "received_on": "24/11/2026",
        "signer": "Lê Văn An",
        "signer_title": "Chi cục trưởng",
        "words": "Mời tới nhận.",
    }
    assert "chờ người khác duyệt" in act(officer, one, "enter", **line)[1]
    assert act(officer, one, "approve")[0] == 422
    assert "Trong sổ: số 3/GCN" in act(other, one, "approve")[1]
    assert dossier_of(database, one).status == "certified"
    assert "Mời tới nhận." in notices(database)[-1]
    with database.read() as session:
        assert [str(entry.expires_on) for entry in session.scalars(select(MarkEntry)).unique()] == ["2031-11-24"]
