"""Whom a message is for, as officers choose it: what is counted and why, who is shown by name, and filters that are kept."""

from collections.abc import Callable
from datetime import datetime

import pytest

from admin.access import COMMUNICATIONS
from db.engine import Database
from db.models import Organisation, OrganisationContact
from tests import broadcasts
from tests.admin.conftest import Browser, of_role

HIRE = Callable[..., int]
SIGN = Callable[[str], Browser]


@pytest.fixture
def somebody(database: Database, now: datetime) -> list[int]:
    """Three firms of Thuận Hóa and one of Phú Xuân on Telegram; two of the three want to hear of barcodes."""
    with database.write() as session:
        wanting = broadcasts.people(session, 2, now)
        others = broadcasts.people(session, 2, now, topic=None, first=3)
        for number, key in enumerate([*wanting, *others]):
            commune = "Phường Thuận Hóa" if number < 3 else "Phường Phú Xuân"
            firm = Organisation(tax_code=f"010023348{number}", name=f"Cơ sở {number}", commune=commune, created_at=now, changed_at=now)
            session.add(firm)
            session.flush()
            session.add(OrganisationContact(organisation_id=firm.id, contact_id=key, status="confirmed", since=now))
        return [*wanting, *others]


@pytest.fixture
def writer(hire: HIRE, signed_in: SIGN) -> Browser:
    hire(COMMUNICATIONS)
    return signed_in(of_role(COMMUNICATIONS))


def test_the_count_says_how_many_fit_and_how_many_of_them_want_it(
    somebody: list[int], writer: Browser, hire: HIRE, signed_in: SIGN
) -> None:
    of_thuan_hoa = {"audience-communes": "Phường Thuận Hóa", "part": "yes"}
    said = writer.post("/audiences/count", topic="barcodes", **of_thuan_hoa)
    assert said.status_code == 200, said.text
    assert "2 người sẽ nhận được" in said.text
    assert "hợp với 3 người" in said.text
    assert "Người 1" in said.text
    assert "Cơ sở 1" in said.text
