from collections.abc import Callable

from sqlalchemy import text

from db.engine import Database
from tests.admin.conftest import LAN, Ask, Browser


def test_pages_and_sign_in_do_not_wait_for_a_writer(signed_in: Callable[[str], Browser], ask: Ask, database: Database) -> None:
    reference = ask()
    with database.write() as session:
        session.execute(text("UPDATE contacts SET language = 'en'"))
        lan = signed_in(LAN)
        for page in ("/", "/inbox/", f"/inbox/{reference}", f"/inbox/{reference}/turns", "/knowledge/", "/contacts/"):
            assert lan.get(page).status_code == 200
