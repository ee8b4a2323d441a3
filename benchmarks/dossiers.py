"""`python -m benchmarks.dossiers`: dossiers handed in a second, beside bare transactions that write the same rows.

And a list of 5,000 products: how long it takes to read and to file, and the longest transaction of the filing.
"""

import argparse
import asyncio
import io
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from benchmarks.__main__ import machine, spread
from bot import logs
from bot.hub import Hub
from bot.product_filing import ProductFiling
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.migrate import upgrade
from db.models import Contact, DeclaredProduct, Dossier, DossierDraft, DossierEvent, Organisation, OrganisationContact, ReferenceCounter
from db.models.dossier import CHAT
from domain.dossiers.barcode_products import BARCODE_PRODUCTS
from domain.gtin import check_digit
from domain.product_list import COLUMNS
from locales.compile import compile_catalogues
from tests.postgres import running_postgres
from usecases import contacts, dossier_drafts, dossiers, starter
from usecases.kept_lists import ListWanted, ProductSheets
from usecases.opening import Opener

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SIDE_BY_SIDE, PRODUCTS = 8, 5_000
FIRM = {
    "firm": "Công ty TNHH Thái Bảo",
    "address": {"line": "12 Lê Lợi, phường Thuận Hóa, thành phố Huế"},
    "person": "Nguyễn Thị Hoa",
    "phone": "0905111222",
    "company_prefix": "8936",
    "products": {"rows": [], "count": 1},
}
Run = Callable[[Database, int, int], None]


def tax_code(number: int) -> str:
    return f"{number:010d}"


def prepare(database: Database, number: int) -> list[int]:
    """Contacts, each with a draft that is complete."""
    upgrade(database)
    keys = []
    with database.write() as session:
        starter.lay_down(session, NOW)
        for n in range(number):
            contact = contacts.meet(session, "web", "main", n, now=NOW, name=None, language="vi")[0]
            keys.append(contact.id)
    return keys


def drafts(database: Database, keys: Sequence[int], numbers: Iterator[int]) -> list[tuple[int, int]]:
    """A complete draft of each contact: its key, and a number of its own."""
    made = []
    with database.write() as session:
        for key in keys:
            number = next(numbers)
            contact = session.get_one(Contact, key)
            draft = dossier_drafts.begin(session, BARCODE_PRODUCTS.kind, contact=contact, language="vi", now=NOW)
            draft.answers = {"tax_code": tax_code(number), **FIRM}
            session.flush()
            made.append((draft.id, number))
    return made


def ours(database: Database, draft_id: int, _number: int) -> None:
    """What a tap on "Nộp hồ sơ" writes."""
    with database.write() as session:
        draft = session.get_one(DossierDraft, draft_id, with_for_update={"of": DossierDraft})
        dossiers.submit(session, draft, source=CHAT, contact=draft.contact, now=NOW)


def bare(database: Database, draft_id: int, number: int) -> None:
    """Lock the draft, count a reference up, insert firm, who speaks for it, dossier and event, end the draft, commit."""
    with database.engine.begin() as connection:
        wanted = select(DossierDraft.contact_id).where(DossierDraft.id == draft_id).with_for_update()
        contact_id = connection.execute(wanted).scalar_one()
        firm = {"tax_code": tax_code(number), "name": "", "folded": "", "created_at": NOW, "changed_at": NOW}
        empty = dict.fromkeys(("street", "commune", "province", "address", "phone", "email", "sector"), "")
        (organisation_id,) = connection.execute(insert(Organisation).values(**firm, **empty)).inserted_primary_key
        speaks = {"organisation_id": organisation_id, "contact_id": contact_id, "status": "claimed", "person": "", "since": NOW}
        connection.execute(insert(OrganisationContact).values(**speaks))
        facts = {"kind": BARCODE_PRODUCTS.kind, "version": 1, "source": "bare", "status": "submitted", "language": "vi", "demand_count": 0}
        texts = dict.fromkeys(("firm", "tax_code", "phone", "proposed_status", "proposed_words", "late_reason", "folded"), "")
        times = dict.fromkeys(("submitted_at", "status_since", "changed_at"), NOW)
        own = {"reference": f"B{number}", "token": f"b{number}", "secret": f"b{number}", "digest": "0" * 64}
        dossier = insert(Dossier).values(
            **facts, **texts, **times, **own, answers=FIRM, organisation_id=organisation_id, contact_id=contact_id
        )
        (key,) = connection.execute(dossier).inserted_primary_key
        event = {"dossier_id": key, "kind": "submitted", "status": "submitted", "actor": "citizen", "words": "", "is_internal": False}
        connection.execute(insert(DossierEvent).values(**event, at=NOW))
        connection.execute(update(DossierDraft).where(DossierDraft.id == draft_id).values(status="submitted", dossier_id=key))
        connection.execute(update(ReferenceCounter).values(last_number=ReferenceCounter.last_number + 1))


def rate(run: Run, database: Database, jobs: Sequence[tuple[int, int]]) -> float:
    """Transactions a second, `SIDE_BY_SIDE` at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda job: run(database, *job), jobs))
    return len(jobs) / (time.perf_counter() - began)


def measure(engine: str, url: str, number: int, repeats: int) -> str:
    database, numbers = Database(url), itertools.count(1)
    keys = prepare(database, number)
    ours(database, *drafts(database, keys[:1], numbers)[0])  # the counter of references is there for both
    both = [
        (rate(bare, database, drafts(database, keys, numbers)), rate(ours, database, drafts(database, keys, numbers)))
        for _ in range(repeats)
    ]
    database.close()
    plain, full = [one for one, _ in both], [one for _, one in both]
    return f"| {engine} | {spread(full)} | {spread(plain)} | {statistics.median(full) / statistics.median(plain):.2f} |"


# a list of products


def sheet() -> bytes:
    """As a firm sends it: numbers as texts, every column filled."""
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append(COLUMNS)
    for n in range(PRODUCTS):
        body = f"8936{n:08d}"
        texts = ["Thái Bảo", "Trà tim sen sấy khô, hộp giấy 60 túi lọc", "Trà và cà phê", "120 g", "", "Việt Nam", "Việt Nam"]
        page.append([body + check_digit(body), f"Trà tim sen số {n}", *texts])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class Timed(Writer):
    """A writer that knows how long its transactions took, in seconds: from the first statement to the last, and the commit apart."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Hub())
        self.took: list[float] = []

    def _run_transaction(self, group: Any, alone: bool) -> Any:
        began = time.perf_counter()
        try:
            return super()._run_transaction(group, alone)
        finally:
            self.took.append(time.perf_counter() - began)


def file_list(engine: str, url: str, folder: Path) -> str:
    """Seconds to read and to file a list, and the longest of its transactions."""
    database, files, opener = Database(url), FileStore(folder / "files"), Opener()
    (key,) = prepare(database, 1)
    sheets, content = ProductSheets(files, opener), files.put(sheet())
    sheets.take(content, "warm.xlsx", ListWanted("8936", "", (), "vi"))
    began = time.perf_counter()
    kept = sheets.take(content, "list.xlsx", ListWanted("8936", "Công ty TNHH Thái Bảo", (), "vi"))
    read = time.perf_counter() - began
    opener.close()
    ((draft_id, _),) = drafts(database, [key], itertools.count(1))
    with database.write() as session:
        draft = session.get_one(DossierDraft, draft_id)
        draft.answers = {**draft.answers, "products": dict(kept.answer)}
    ours(database, draft_id, 1)
    writer = Timed(database)
    filing = ProductFiling(database, writer, files, "bench", lambda: NOW)
    began = time.perf_counter()
    asyncio.run(filing.work_off())
    filed = time.perf_counter() - began
    writer.close()
    with database.read() as session:
        _must_be_filed(session)
    database.close()
    took = sorted(seconds * 1000 for seconds in writer.took)
    return f"| {engine} | {read:.2f} | {filed:.2f} | {len(took)} | {statistics.median(took):.0f} | {took[-1]:.0f} |"


def _must_be_filed(session: Session) -> None:
    if len(session.scalars(select(DeclaredProduct.id).where(DeclaredProduct.held_gtin.is_not(None))).all()) != PRODUCTS:
        raise RuntimeError("not every product is in the register")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dossiers")
    parser.add_argument("--number", type=int, default=100, help="dossiers a run")
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    compile_catalogues()
    logs.set_up("WARNING")
    with tempfile.TemporaryDirectory() as name, running_postgres() as server:
        folder = Path(name)
        print(f"{machine()}\n\n| dossiers/s | ours: median (range) | bare transactions | ratio |\n| --- | --- | --- | --- |")
        print(measure("SQLite", f"sqlite:///{folder / 'dossiers.db'}", chosen.number, chosen.repeats), flush=True)
        print(measure("PostgreSQL", server.url(server.create()), chosen.number, chosen.repeats), flush=True)
        head = "| a list of 5,000 | read, s | filed, s | transactions | median, ms | longest, ms |"
        print(f"\n{head}\n| --- | --- | --- | --- | --- | --- |")
        print(file_list("SQLite", f"sqlite:///{folder / 'lists.db'}", folder), flush=True)
        print(file_list("PostgreSQL", server.url(server.create()), folder))


if __name__ == "__main__":
    main()
