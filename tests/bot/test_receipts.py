"""Receipts are printed within seconds, kept, and sent exactly once; whoever holds one can verify it, and learns nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.counter import Counter
from bot.hub import Hub
from bot.pages import verify
from bot.receipt_press import ReceiptPress
from bot.writer import Writer
from db.engine import Database
from db.files import FileStore
from db.models import Dossier, OutboundMessage
from db.models.dossier import COUNTER
from db.settings import Settings
from domain.errors import NoSuchDossier
from tests.examples import a_dossier
from tests.training import a_contact
from usecases import dossiers, outbox
from usecases.dossier_papers import grouped


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    hub = Hub()
    hub.bind()
    opened = Writer(database, hub)
    yield opened
    opened.close()


def a_press(database: Database, writer: Writer, folder: Path, now: datetime) -> ReceiptPress:
    return ReceiptPress(database, writer, FileStore(folder), "https://quay.example", lambda: now)


def sent(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [row.payload for row in session.scalars(select(OutboundMessage).where(OutboundMessage.method == "sendDocument"))]


async def test_two_presses_send_a_receipt_once_and_it_can_be_asked_for_again(database: Database, writer: Writer, tmp_path: Path, now):
    with database.write() as session:
        contact = a_contact(session, now)
        filed = a_dossier(session, now, contact=contact)
        visitor = a_dossier(session, now, "barcode_change", source=COUNTER)
        with pytest.raises(NoSuchDossier):  # it comes by itself
            dossiers.resend_receipt(session, filed, now)
    presses = [a_press(database, writer, tmp_path, now) for _ in range(2)]
    assert sum(await asyncio.gather(*(press.work_off() for press in presses))) == 2
    (message,) = sent(database)
    with database.write() as session:
        filed, visitor = session.get_one(Dossier, filed.id), session.get_one(Dossier, visitor.id)
        assert message["document"]["$file"] == filed.receipt_sha256
        assert filed.reference in message["caption"]
        assert visitor.receipt_sha256  # for the panel
        for dossier in (filed, visitor):
            assert FileStore(tmp_path).read(dossier.receipt_sha256).startswith(b"%PDF")
        dossiers.resend_receipt(session, filed, now)
        dossiers.resend_receipt(session, visitor, now)  # to nobody
    assert sent(database) == [message] * 2


async def test_one_that_cannot_be_printed_holds_up_nobody(database: Database, writer: Writer, tmp_path: Path, now, caplog):
    with database.write() as session:
        broken = a_dossier(session, now)
        broken.version = 99
        good = a_dossier(session, now)
    assert await a_press(database, writer, tmp_path, now).work_off() == 1
    with database.read() as session:
        assert [row.id for row in dossiers.unprinted(session, 10)] == [broken.id]
        assert session.get_one(Dossier, good.id).receipt_sha256
    assert "SC-" in caplog.text


async def test_a_receipt_is_on_its_way_within_two_seconds(database: Database, writer: Writer, tmp_path: Path, now):
    hub = writer._hub
    went = hub.join(outbox.queue("web", "main"))
    running = asyncio.create_task(a_press(database, writer, tmp_path, now).run(hub))
    await writer.write(lambda session: a_contact(session, now))
    went.clear()
    await writer.write(lambda session: a_dossier(session, now, contact=a_contact(session, now)).id)
    async with asyncio.timeout(2):
        await went.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(sent(database)) == 1


async def test_a_receipt_is_verified_without_a_name(settings: Settings, database: Database, now):
    with database.write() as session:
        filed = a_dossier(session, now, contact=a_contact(session, now))
    counter = Counter(settings, lambda: now)
    transport = httpx.ASGITransport(Starlette(routes=verify.routes(counter)))
    async with httpx.AsyncClient(transport=transport, base_url="https://quay.example") as client:
        page = (await client.get(f"/verify/{filed.secret}")).text
        english = (await client.get(f"/verify/{filed.secret}?lang=en")).text
        unknown = await client.get(f"/verify/{filed.reference}")
    counter.taking.close()
    counter.writer.close()
    counter.database.close()
    assert filed.reference in page
    assert "Mới nộp" in page
    assert "23/11/2026" in page
    assert all(line in page for line in grouped(filed.digest))
    assert "Papers received" in english
    assert unknown.status_code == 404
    for private in (filed.firm, filed.phone, filed.tax_code, filed.answers["person"], "business_registration.pdf"):
        assert private not in page + english
