from sqlalchemy import text

from db.engine import Database
from tests.admin.conftest import Ask, Browser


def test_pages_do_not_wait_for_a_writer(lan: Browser, ask: Ask, database: Database) -> None:
    """Those that show nobody's data in full; a look at a conversation is written down first, so it waits for its turn to write."""
    reference = ask()
    with database.write() as session:
        session.execute(text("UPDATE contacts SET language = 'en'"))
        for page in ("/", "/inbox/", f"/inbox/{reference}/turns", "/knowledge/", "/contacts/", "/calendar/", "/canned/"):
            assert lan.get(page).status_code == 200
