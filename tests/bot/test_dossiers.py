"""Dossiers in the chat, as a firm meets them: one question a message, files, the summary, handing in once, and completing what is asked for."""

from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select

from bot.channels.web import Upload
from bot.counter import Counter
from bot.dossier_buttons import BeginDossier
from db.models import Dossier, DossierDraft
from db.settings import Settings
from tests.conftest import NOW
from tests.pictures import PDF
from tests.talk import Citizen, FixedClock, Said, open_counter

TAX_CODE = "0100233488"
REGISTRATION = BeginDossier(kind="barcode_registration").pack()
FIRM = (TAX_CODE, "Cong ty TNHH Nuoc mam Phu Thuan", "12 Le Loi, phuong Thuan Hoa, TP Hue", "Nguyen Thi Hoa", "0905 111 222", "bo qua")
GOODS = ("nuoc mam", "khoang 12 ma", "→Mã doanh nghiệp", "ko", "khong", "bo qua")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    async with open_counter(settings, clock) as opened:
        yield opened


async def send(citizen: Citizen, *files: tuple[bytes, str, str]) -> list[Said]:
    """Files in one message, each as content, name, type."""
    references = [Upload(citizen.counter.files.put(content), name, kind, len(content)) for content, name, kind in files]
    return await citizen.say("", references=references)


async def talk(citizen: Citizen, *lines: str) -> Said:
    """Say or, with an arrow, press one after the other; the last that is heard."""
    heard: list[Said] = []
    for line in lines:
        heard = await (citizen.press(line[1:]) if line.startswith("→") else citizen.say(line))
    return heard[-1]


def all_dossiers(counter: Counter) -> Sequence[Dossier]:
    with counter.database.read() as session:
        return session.scalars(select(Dossier).order_by(Dossier.id)).unique().all()


def draft_of(counter: Counter) -> DossierDraft:
    with counter.database.read() as session:
        return session.scalars(select(DossierDraft).order_by(DossierDraft.id.desc()).limit(1)).unique().one()


async def filled(counter: Counter, **more: str) -> Citizen:
    """Somebody new who fills a registration in, up to its summary."""
    citizen = Citizen(counter, **more)
    await citizen.say("chao")
    await citizen.press_data(REGISTRATION)
    await talk(citizen, *FIRM, *GOODS)
    await send(citizen, (PDF, "giay dang ky.pdf", "application/pdf"))
    await talk(citizen, "xong", "bo qua", "bo qua", "→Đồng ý")
    return citizen
