"""The register follows the lists of dossiers: seen at once, nothing twice, a number for one firm, and what officers decide of conflicts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.counter import Counter
from db.models import CompanyPrefix, Contact, DeclaredProduct, DemandedItem, OutboundMessage, Staff
from db.models.product import DECLARED, DISPUTED, WITHDRAWN
from db.settings import Settings
from domain.dossiers import common
from domain.errors import NumberDecided
from domain.product_list import as_answer
from tests.conftest import NOW
from tests.products import goods, hand_in, number, register
from tests.talk import FixedClock, open_counter
from usecases import codes, dossiers, product_register
from usecases.product_register import BATCH

FIRM, OTHER = "0100233488", "0100109106"


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    async with open_counter(settings, FixedClock(NOW)) as opened:
        yield opened


def known(counter: Counter, code: str) -> str | None:
    """What a citizen who asks for a code hears of it."""
    with counter.database.read() as session:
        found = codes.ask(session, code).product
    return found.name if found else None


async def test_a_process_that_dies_between_batches_leaves_nothing_to_be_seen_and_nothing_twice(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    products = goods(range(2 * BATCH + 5))
    key = hand_in(counter.database, counter.files, FIRM, products)
    written = []
    real = product_register.file_batch

    def dies(*args, **facts) -> bool:
        if written:
            raise RuntimeError("killed")
        written.append(len(facts["products"]))
        return real(*args, **facts)

    monkeypatch.setattr(product_register, "file_batch", dies)
    assert await counter.filing.work_off() == 0
    assert (len(register(counter.database)), known(counter, number(1))) == (BATCH, None)
    monkeypatch.undo()

    counter.filing._unfiled.clear()  # the next process
    assert await counter.filing.work_off() == 1
    assert set(register(counter.database).values()) == {(DECLARED, True)}
    assert len(register(counter.database)) == len(products)
    assert known(counter, number(1)) == "Trà tim sen số 1"
    assert await counter.filing.work_off() == 0
    with counter.database.read() as session:
        prefix = session.scalars(select(CompanyPrefix)).unique().one()
    assert (prefix.prefix, prefix.dossier_id, prefix.verified_by) == ("893600372", key, None)


async def test_a_firm_that_declares_again_replaces_its_own_and_takes_back_what_it_withdraws(counter: Counter):
    first = hand_in(counter.database, counter.files, FIRM, goods([1, 2]))
    await counter.filing.work_off()
    second = hand_in(counter.database, counter.files, FIRM, goods([2, 3], name="Trà mới"))
    await counter.filing.work_off()
    assert register(counter.database) == {
        (first, number(1)): (DECLARED, True),
        (first, number(2)): (WITHDRAWN, False),
        (second, number(2)): (DECLARED, True),
        (second, number(3)): (DECLARED, True),
    }
    assert known(counter, number(2)) == "Trà mới"
    with counter.database.write() as session:
        dossier = dossiers.lock(session, second)
        dossiers.move(session, dossier, common.WITHDRAWN, contact=session.get_one(Contact, dossier.contact_id), now=NOW)
    assert known(counter, number(3)) is None, "not shown from the moment on"
    await counter.filing.work_off()
    assert [stand for (key, _), stand in register(counter.database).items() if key == second] == [(WITHDRAWN, False)] * 2


async def test_a_list_that_was_asked_for_again_stands_in_place_of_the_first(counter: Counter):
    key = hand_in(counter.database, counter.files, FIRM, goods([1, 2]))
    await counter.filing.work_off()
    with counter.database.write() as session:
        dossier = dossiers.lock(session, key)
        item = DemandedItem(kind=dossiers.FIELD, name="products", words="thiếu mã")
        listed = {"rows": as_answer(goods([2, 3], name="Trà mới")), "count": 2}
        dossiers.fill_answer(session, dossier, item, listed, NOW)
    await counter.filing.work_off()
    assert register(counter.database) == {
        (key, number(1)): (WITHDRAWN, False),
        (key, number(2)): (DECLARED, True),
        (key, number(3)): (DECLARED, True),
    }
    assert (known(counter, number(2)), known(counter, number(1))) == ("Trà mới", None)


async def test_a_number_that_two_firms_declare_is_disputed_until_an_officer_decides(counter: Counter):
    first = hand_in(counter.database, counter.files, FIRM, goods([1, 2]), chat_id=1)
    await counter.filing.work_off()
    second = hand_in(counter.database, counter.files, OTHER, goods([2, 3], name="Trà khác"), chat_id=2)
    with counter.database.write() as session:
        officer = Staff(email="ma.vach@chuan.example", full_name="Hạnh", fs_uniquifier="f" * 32, receives_alerts=True, created_at=NOW)
        session.add(officer)
    await counter.filing.work_off()
    stands = register(counter.database)
    assert (stands[first, number(2)], stands[second, number(2)], stands[second, number(3)]) == (
        (DECLARED, True),
        (DISPUTED, False),
        (DECLARED, True),
    )
    assert known(counter, number(2)) == "Trà tim sen số 2"
    with counter.database.read() as session:
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.method == "sendMail")).all()
        assert sum("Trùng mã" in mail.payload["subject"] for mail in mails) == 1
        held, claimed = product_register.claims(session, "0" + number(2))
        prefix = product_register.prefix_of(session, claimed)
    assert (held.dossier_id, claimed.dossier_id, prefix and prefix.verified_by) == (first, second, None)

    with counter.database.write() as session:
        product_register.decide(
            session, claimed.id, staff=session.get_one(Staff, officer.id), reason="Xem GCN", now=NOW + timedelta(days=1)
        )
    stands = register(counter.database)
    assert (stands[first, number(2)], stands[second, number(2)]) == ((WITHDRAWN, False), (DECLARED, True))
    with counter.database.read() as session:
        said = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "notice").order_by(OutboundMessage.id)).all()
        texts = {row.chat_id: row.payload["text"] for row in said if number(2) in row.payload.get("text", "")}
    assert "chưa ghi nhận mã này" in texts[1]
    assert "ghi nhận mã này cho cơ sở" in texts[2]
    assert not any(other in text for text, other in ((texts[1], OTHER), (texts[2], FIRM)))
    with counter.database.write() as session, pytest.raises(NumberDecided):
        product_register.decide(session, held.id, staff=session.get_one(Staff, officer.id), reason="Lại", now=NOW)
    with counter.database.write() as session:
        dossier = dossiers.lock(session, second)
        dossier.products_at = None
    await counter.filing.work_off()
    assert register(counter.database)[second, number(2)] == (DECLARED, True), "what was decided stays"
    with counter.database.read() as session:
        assert session.scalars(select(DeclaredProduct.decision).where(DeclaredProduct.id == claimed.id)).one() == "Xem GCN"


async def test_a_list_that_never_fits_is_left_out_and_the_others_go_on(counter: Counter):
    broken = hand_in(counter.database, counter.files, FIRM, [replace(goods([1])[0], image_sha256="0" * 64)])
    good = hand_in(counter.database, counter.files, FIRM, goods([2]))
    assert await counter.filing.work_off() == 1
    assert {key for key, _ in register(counter.database)} == {good}
    with counter.database.read() as session:
        assert [dossier.id for dossier in product_register.unsettled(session)] == [broken]
