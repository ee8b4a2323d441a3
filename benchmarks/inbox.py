"""`python -m benchmarks.inbox`: how long the pages of the inbox take among 100,000 enquiries, on both engines, whole requests, a table.

A year's worth of an office ten times ours: 97,000 closed, 1,000 waiting, 1,000 with an officer, 1,000 given back to the bot.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert, text

from admin import create_app
from admin.access import ADMINISTRATOR
from admin.commands import OPERATOR, lay_down_roles
from admin.passwords import digest
from benchmarks.stage import Stage
from db.engine import Database
from db.models import Contact, Enquiry, InboundMessage
from db.searched import folded
from db.settings import Settings
from domain.references import ENQUIRY, format_reference
from locales.compile import compile_catalogues
from tests.postgres import running_postgres
from usecases import staff

ENQUIRIES, OPEN, BATCH, TIMES = 100_000, 3_000, 5_000, 7
EMAIL, PASSWORD = "bench@chuan.example", "mật khẩu chỉ để đo"
QUESTIONS = ("Cân của tôi có phải kiểm định không?", "Xin cấp mã vạch ở đâu, phí bao nhiêu?", "Nhãn phụ hàng nhập khẩu ghi thế nào?")
PAGES = {
    "waiting": "/inbox/?queue=waiting",
    "open": "/inbox/?queue=open",
    "open, overdue": "/inbox/?queue=open&overdue=1",
    "given back": "/inbox/?queue=given_back",
    "closed": "/inbox/?queue=closed",
    "closed, page 3,000": "/inbox/?queue=closed&page=3000",
    "all": "/inbox/?queue=all",
    "all, Telegram, English": "/inbox/?queue=all&channel=telegram&language=en",
    "all, filters that fit nothing": "/inbox/?queue=closed&channel=telegram&language=en&officer=nobody&awaiting=1",
    "search, frequent words": "/inbox/?q=ma+vach",
    "search, one name": "/inbox/?q=nguoi+hoi+04242",
    "search, nothing": "/inbox/?q=khong+co+o+dau+ca",
    "conversation": "/inbox/{reference}",
    "turns, new": "/inbox/{reference}/turns",
}


def fill(database: Database, now: datetime, number: int) -> str:
    """Contacts, enquiries, a message each; the reference of an open one."""
    for first in range(1, number + 1, BATCH):
        keys = range(first, min(first + BATCH, number + 1))
        with database.write() as session:
            session.execute(insert(Contact), [_contact(key, now) for key in keys])
            session.execute(insert(Enquiry), [_enquiry(key, number, now) for key in keys])
            session.execute(insert(InboundMessage), [_message(key, now) for key in keys])
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return format_reference(ENQUIRY, 2026, number)


def _contact(key: int, now: datetime) -> dict[str, object]:
    name = f"Người hỏi {key:05d}"
    channel = "telegram" if key % 3 == 0 else "web"
    facts = {"channel": channel, "account": "main", "chat_id": key, "display_name": name, "language": "en" if key % 20 == 0 else "vi"}
    return facts | {"id": key, "folded": folded(Contact, facts), "first_seen_at": now, "last_seen_at": now}


def _enquiry(key: int, number: int, now: datetime) -> dict[str, object]:
    at = now - timedelta(minutes=5 * (number - key))
    status = "closed" if key <= number - OPEN else ("waiting", "human", "bot")[key % 3]
    facts = {
        "reference": format_reference(ENQUIRY, 2026, key),
        "question": f"{QUESTIONS[key % 3]} Trường hợp thứ {key} của cơ sở chúng tôi.",
    }
    facts |= {"id": key, "contact_id": key, "status": status, "transcript_from": key, "reason": "not_found", "opened_at": at}
    facts |= {"due_at": at + timedelta(days=1), "last_citizen_at": at, "assigned_to_id": 1 if status == "human" else None}
    return facts | {"folded": folded(Enquiry, facts), "closed_at": at + timedelta(days=key % 9) if status == "closed" else None}


def _message(key: int, now: datetime) -> dict[str, object]:
    return {"id": key, "contact_id": key, "enquiry_id": key, "kind": "message", "text": QUESTIONS[key % 3], "at": now}


def sign_in(settings: Settings, database: Database, now: datetime) -> FlaskClient:
    """An administrator's browser."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        hashed = digest(PASSWORD)
    with database.write() as session:
        lay_down_roles(session)
        staff.add(session, EMAIL, "Đo", [ADMINISTRATOR], hashed, by=OPERATOR, now=now).must_change_password = False
    client = app.test_client()
    assert client.post("/login", data={"email": EMAIL, "password": PASSWORD}).status_code == 302
    return client


def measure(client: FlaskClient, address: str) -> float:
    """Median milliseconds of a whole request."""
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = client.get(address)
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return statistics.median(took)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--enquiries", type=int, default=ENQUIRIES)
    number = arguments.parse_args().enquiries
    compile_catalogues()
    now, table = datetime.now(UTC), {}
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        stage = Stage(Path(folder), server)
        for engine in ("SQLite", "PostgreSQL"):
            with stage.database(engine) as url:
                settings = Settings(_env_file=None, database_url=url, data_dir=Path(folder) / "var", secret_key="x" * 32)
                database = Database(url)
                client = sign_in(settings, database, now)
                reference = fill(database, now, number)
                table[engine] = {name: measure(client, address.format(reference=reference)) for name, address in PAGES.items()}
                database.close()
                with client.application.app_context():
                    from admin.database import db

                    db.engine.dispose()
    print(f"| page among {number:,} enquiries | SQLite ms | PostgreSQL ms |\n| --- | ---: | ---: |")
    for name in PAGES:
        print(f"| {name} | {table['SQLite'][name]:.0f} | {table['PostgreSQL'][name]:.0f} |")


if __name__ == "__main__":
    main()
