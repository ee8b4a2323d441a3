"""`python -m benchmarks.sign_up`: sign-ups a second for one popular class, beside bare transactions that lock one row and insert two.

Everybody wants the same class, so all of them wait for its lock: a commit at a time is the limit of both sides.
"""

import argparse
import itertools
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.__main__ import machine, spread
from db.engine import Database
from db.migrate import upgrade
from db.models import Contact, Participant, Registration, TrainingClass
from db.models.registration import CONFIRMED
from domain.training import Person
from locales.compile import compile_catalogues
from tests.postgres import running_postgres
from usecases import classes, contacts, sign_up, starter

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SIDE_BY_SIDE = 8


def prepare(database: Database, number: int) -> tuple[int, list[int]]:
    """An open class with a seat for everybody, and who wants it."""
    upgrade(database)
    start = NOW + timedelta(days=14)
    facts = {"title": "Xăng dầu", "topic": "Xăng dầu", "place": "Huế", "seats": 100_000, "sign_up_from": NOW - timedelta(days=1)}
    with database.write() as session:
        starter.lay_down(session, NOW)
        made = classes.create(session, facts | {"sign_up_until": start, "changes_until": start}, [(start, start + timedelta(hours=3))], NOW)
        classes.publish(session, made.id, NOW, trial=True)
        keys = [contacts.meet(session, "web", "main", n, now=NOW, name=None, language="vi")[0].id for n in range(number)]
    return made.id, keys


def ours(database: Database, class_id: int, contact_id: int, n: int) -> None:
    """What a tap on "Gửi đăng ký" writes."""
    with database.write() as session:
        contact = session.get_one(Contact, contact_id, with_for_update=True)
        wish = sign_up.Wish([Person(f"Nguyễn Văn An {n}")], token=secrets.token_hex(8), phone=f"09{n:08d}")
        sign_up.sign_up(session, class_id, wish, contact=contact, source="chat", waits=False, now=NOW)


def bare(database: Database, class_id: int, contact_id: int, n: int) -> None:
    """Lock the class, insert a registration and a participant, commit."""
    with database.engine.begin() as connection:
        connection.execute(select(TrainingClass.id).where(TrainingClass.id == class_id).with_for_update()).scalar_one()
        values = {
            "reference": f"B{n}",
            "class_id": class_id,
            "contact_id": contact_id,
            "token": f"b{n}",
            "secret": f"b{n}",
            "source": "bare",
        }
        row = insert(Registration).values(
            **values, answers={}, status=CONFIRMED, created_at=NOW, queued_at=NOW, firm="", tax_code="", phone=""
        )
        (key,) = connection.execute(row.values(ended_by="", receipt_number="", note="", folded="")).inserted_primary_key
        person = {
            "class_id": class_id,
            "registration_id": key,
            "full_name": "An",
            "position": "",
            "phone": "",
            "ticket": f"b{n}",
            "folded": "",
        }
        connection.execute(insert(Participant).values(**person))


def rate(
    run: Callable[[Database, int, int, int], None], database: Database, class_id: int, keys: list[int], numbers: Iterator[int]
) -> float:
    """Transactions a second, `SIDE_BY_SIDE` at once."""
    jobs = [(key, next(numbers)) for key in keys]
    began = time.perf_counter()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda job: run(database, class_id, *job), jobs))
    return len(jobs) / (time.perf_counter() - began)


def measure(engine: str, url: str, number: int, repeats: int) -> str:
    database = Database(url)
    class_id, keys = prepare(database, number)
    numbers = itertools.count(1)
    both = [(rate(bare, database, class_id, keys, numbers), rate(ours, database, class_id, keys, numbers)) for _ in range(repeats)]
    with database.read() as session:
        signed_up = select(Registration.id).where(Registration.class_id == class_id, Registration.source == "chat")
        if len(session.scalars(signed_up).all()) != number * repeats:
            raise RuntimeError("not everybody got a seat")
    database.close()
    plain, full = [one for one, _ in both], [one for _, one in both]
    return f"| {engine} | {spread(full)} | {spread(plain)} | {statistics.median(full) / statistics.median(plain):.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sign_up")
    parser.add_argument("--number", type=int, default=150, help="sign-ups a run")
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    compile_catalogues()
    print(f"{machine()}\n\n| sign-ups/s | ours: median (range) | bare transactions | ratio |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        print(measure("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", chosen.number, chosen.repeats), flush=True)
    with running_postgres() as server:
        print(measure("PostgreSQL", server.url(server.create()), chosen.number, chosen.repeats))


if __name__ == "__main__":
    main()
