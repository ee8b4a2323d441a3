"""A firm gets its own forms filled in, in the chat; nobody else does."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.files import FileStore
from db.models import Contact
from db.settings import Settings
from tests.dossiers import an_officer
from tests.examples import a_dossier
from tests.talk import Citizen, FixedClock, open_counter
from usecases import contacts, mark_registers


async def test_the_form_of_the_report_comes_to_who_filed_and_to_no_stranger(settings: Settings, now: datetime) -> None:
    clock = FixedClock(now)
    async with open_counter(settings, clock) as counter:
        citizen, stranger = Citizen(counter), Citizen(counter)
        await citizen.say("/start")
        await stranger.say("/start")
        with counter.database.write() as session:
            contact = contact_of(session, citizen)
            dossier = a_dossier(session, now, "quantity_announcement", contact=contact, announcement_kind="first")
            facts: dict[str, Any] = {"received_on": now.date(), "signer": "Lê Văn An", "signer_title": "Chi cục trưởng"}
            entry = mark_registers.receive(session, dossier, number="01/TB", staff=an_officer(session, now), now=now, **facts)
            report, own = f"own:report:{entry.organisation_id}:2026", f"own:announcement:{dossier.id}:0"
        citizen.hear()
        clock.move(seconds=timedelta(minutes=5).total_seconds())
        files = FileStore(settings.files_dir)
        for data, first in ((report, "Mẫu báo cáo năm 2026"), (own, "Bản công bố điền sẵn")):
            said = await citizen.press_data(data)
            assert first in said[0].text
            documents = [one.row.payload["document"] for one in said[1:] if one.row.method == "sendDocument"]
            assert [files.read(one["$file"])[:4] for one in documents] == [b"%PDF", b"PK\x03\x04"]
            refused = await stranger.press_data(data)
            assert not [one for one in refused if one.row.method == "sendDocument"]
        for data in ("own:report:999999:2026", "own:x:1:2", "own:report:1"):
            await stranger.press_data(data)


def contact_of(session: Session, citizen: Citizen) -> Contact:
    found = contacts.find(session, citizen.channel, "main", citizen.chat_id)
    assert found is not None
    return found[0]
