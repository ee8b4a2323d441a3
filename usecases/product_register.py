"""The register of declared products (danh mục sản phẩm đã kê khai): follows the product lists of dossiers, in the background.

A list may have thousands of rows, and no transaction may take long. So rows are written in batches that nobody sees; one short switch
(`settle` sets the dossier's `products_at`) shows them all. Every step may be done again without harm: a process that dies in between
leaves the dossier unsettled, and the next look begins anew.

Locks: dossier first, then its products.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from db.models import CompanyPrefix, DeclaredProduct, Dossier, DossierEvent, Staff
from db.models.dossier import STAFF as BY_STAFF
from db.models.dossier import SYSTEM
from db.models.product import DECLARED, DISPUTED, LIVE, WITHDRAWN
from db.searched import folded
from db.upsert import insert_if_absent
from domain import dossiers as declarations
from domain import gtin
from domain.dossiers import common
from domain.dossiers.declaration import COMPANY_PREFIX, PRODUCTS
from domain.errors import NumberDecided, WordsNeeded
from domain.messages import N_
from domain.product_list import Product
from usecases import dossiers, notices, outbox

BATCH = 50
"""Products of a transaction: some tens of milliseconds on two busy cores."""
_NUMBER = ("organisation_id", "gtin", "dossier_id")
_KEPT = {*_NUMBER, "decision", "more", "declared_at"}
"""What stays of a product when its dossier's list is written again."""


def visible() -> ColumnElement[bool]:
    """The condition for products that may be shown: those without a dossier, or of one that is settled."""
    settled = select(Dossier.id).where(Dossier.id == DeclaredProduct.dossier_id, Dossier.products_at.is_not(None))
    return or_(DeclaredProduct.dossier_id.is_(None), settled.exists())


def list_field(dossier: Dossier) -> str:
    """Name of the field that holds its product list; empty where its type has none."""
    return next((field.name for field in dossiers.declared(dossier).fields if field.kind == PRODUCTS), "")


def unsettled(session: Session, limit: int = 1, but: Collection[int] = ()) -> Sequence[Dossier]:
    """Dossiers whose lists the register does not follow yet, the oldest first."""
    kinds = {one.kind for one in declarations.DECLARED if any(field.kind == PRODUCTS for field in one.fields)}
    waiting = select(Dossier).where(Dossier.kind.in_(kinds), Dossier.products_at.is_(None), Dossier.id.not_in(but))
    return session.scalars(waiting.order_by(Dossier.id).limit(limit)).all()


def mark_of(dossier: Dossier) -> str:
    """Changes when its list does, or when it is withdrawn: work that was begun before is begun anew."""
    stand = [is_withdrawn(dossier), dossier.answers.get(list_field(dossier))]
    return hashlib.sha256(json.dumps(stand, sort_keys=True).encode()).hexdigest()


def is_withdrawn(dossier: Dossier) -> bool:
    """Whether the firm took it back: then it declares nothing."""
    return dossier.status == common.WITHDRAWN


def _begun(session: Session, key: int, mark: str) -> Dossier | None:
    """The dossier, locked; None where the work on it is done, or is to begin anew."""
    dossier = dossiers.lock(session, key)
    return dossier if dossier.products_at is None and mark_of(dossier) == mark else None


# the batches


def file_batch(session: Session, key: int, mark: str, products: Sequence[Product], now: datetime) -> bool:
    """Write some products of a dossier, unseen: each holds its number unless another firm does. False where the work is to begin anew."""
    dossier = _begun(session, key, mark)
    if dossier is None:
        return False
    numbers = [product.gtin for product in products]
    others = _held_by_others(session, dossier, numbers)
    decided = _decided(session, dossier, numbers)
    _release_own(session, dossier, numbers)
    rows = [_values(dossier, product, now) for product in products]
    for row in rows:
        number = row["gtin"]
        row |= decided.get(number) or ({"status": DISPUTED, "held_gtin": None} if number in others else {"held_gtin": number})
    _upsert(session, rows)
    return True


def _held_by_others(session: Session, dossier: Dossier, numbers: Sequence[str]) -> set[str]:
    held = select(DeclaredProduct.held_gtin).where(DeclaredProduct.held_gtin.in_(numbers))
    return set(session.scalars(held.where(DeclaredProduct.organisation_id != dossier.organisation_id)))


def _decided(session: Session, dossier: Dossier, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What an officer decided of this dossier's products stays."""
    rows = select(DeclaredProduct).where(DeclaredProduct.dossier_id == dossier.id, DeclaredProduct.gtin.in_(numbers))
    found = session.scalars(rows.where(DeclaredProduct.decided_by_id.is_not(None))).unique()
    return {row.gtin: {"status": row.status, "held_gtin": row.held_gtin} for row in found}


def _release_own(session: Session, dossier: Dossier, numbers: Sequence[str]) -> None:
    """The firm's earlier declarations let the numbers go; they are shown until the switch, by their status."""
    earlier = update(DeclaredProduct).where(DeclaredProduct.held_gtin.in_(numbers), DeclaredProduct.dossier_id.is_distinct_from(dossier.id))
    session.execute(_plain(earlier.where(DeclaredProduct.organisation_id == dossier.organisation_id).values(held_gtin=None)))


def _values(dossier: Dossier, product: Product, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = asdict(product) | {"image_sha256": product.image_sha256 or None}
    facts = {"organisation_id": dossier.organisation_id, "dossier_id": dossier.id, "status": DECLARED, "declared_at": now}
    return values | facts | {"more": {}, "decision": "", "ended_at": None, "folded": folded(DeclaredProduct, values)}


def _upsert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """One statement for all rows, which is compiled once: a statement with so many values would take longer to write than to run."""
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    wanted = insert(DeclaredProduct.__table__)
    changed = {name: wanted.excluded[name] for name in rows[0] if name not in _KEPT}
    session.connection().execute(wanted.on_conflict_do_update(index_elements=_NUMBER, set_=changed), rows)


def _plain(statement: Any) -> Any:
    """Nothing that the session holds needs to follow: a batch reads nothing twice."""
    return statement.execution_options(synchronize_session=False)


def leftover(session: Session, key: int, numbers: Collection[str]) -> list[int]:
    """Live products of a dossier that are no longer on its list."""
    rows = select(DeclaredProduct.id, DeclaredProduct.gtin).where(DeclaredProduct.dossier_id == key, DeclaredProduct.status.in_(LIVE))
    return [row.id for row in session.execute(rows) if row.gtin not in numbers]


def withdraw_batch(session: Session, key: int, mark: str, products: Sequence[int], now: datetime) -> bool:
    """Take some of them back; their numbers are free. False where the work is to begin anew."""
    if _begun(session, key, mark) is None:
        return False
    session.execute(_withdraw(products, now))
    return True


def _withdraw(products: Sequence[int], now: datetime) -> Any:
    gone = update(DeclaredProduct).where(DeclaredProduct.id.in_(products))
    return _plain(gone.values(status=WITHDRAWN, held_gtin=None, ended_at=now))


# the switch


def settle(session: Session, key: int, mark: str, now: datetime) -> bool:
    """Show what was written, at once. Staff hear of numbers that another firm holds. False where the work is to begin anew."""
    dossier = _begun(session, key, mark)
    if dossier is None:
        return False
    dossier.products_at = now
    if not is_withdrawn(dossier):
        _note_prefix(session, dossier, now)
        _tell_of_disputes(session, dossier, now)
    return True


def _note_prefix(session: Session, dossier: Dossier, now: datetime) -> None:
    """The company prefix as the firm gave it: nobody has seen the certificate yet."""
    name = next((field.name for field in dossiers.declared(dossier).fields if field.kind == COMPANY_PREFIX), "")
    prefix = dossier.answers.get(name)
    if prefix and dossier.organisation_id is not None:
        facts = {"organisation_id": dossier.organisation_id, "prefix": str(prefix), "dossier_id": dossier.id}
        insert_if_absent(session, CompanyPrefix, **facts, certificate_number="", wants_fee_reminders=False, since=now)


def _tell_of_disputes(session: Session, dossier: Dossier, now: datetime) -> None:
    """Once for a dossier."""
    its = select(func.count(DeclaredProduct.id)).where(DeclaredProduct.dossier_id == dossier.id, DeclaredProduct.status == DISPUTED)
    count = session.scalar(its) or 0
    told = select(DossierEvent.id).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == DISPUTED).limit(1)
    if not count or session.scalar(told) is not None:
        return
    dossiers.record(session, dossier, DISPUTED, actor=SYSTEM, words=str(count), is_internal=True, now=now)
    facts = {"reference": dossier.reference, "count": count}
    outbox.alert_staff(session, N_("alert.products_disputed.subject"), N_("alert.products_disputed.body"), now=now, **facts)


def replaced(session: Session, limit: int = BATCH, organisation_id: int | None = None) -> list[int]:
    """Products that the same firm declared anew since, in a dossier that is settled."""
    newer = aliased(DeclaredProduct)
    anew = (
        select(newer.id)
        .join(Dossier, Dossier.id == newer.dossier_id)
        .where(
            newer.organisation_id == DeclaredProduct.organisation_id,
            newer.gtin == DeclaredProduct.gtin,
            newer.id > DeclaredProduct.id,
            newer.status.in_(LIVE),
            Dossier.products_at.is_not(None),
        )
    )
    old = select(DeclaredProduct.id).where(DeclaredProduct.status.in_(LIVE), DeclaredProduct.held_gtin.is_(None), anew.exists())
    firm = [DeclaredProduct.organisation_id == organisation_id] if organisation_id is not None else []
    return list(session.scalars(old.where(*firm).order_by(DeclaredProduct.id).limit(limit)))


def withdraw_replaced(session: Session, products: Sequence[int], now: datetime) -> None:
    """They end; the firm's newer ones stand."""
    session.execute(_withdraw(products, now))


# conflicts


def claims(session: Session, number: str) -> Sequence[DeclaredProduct]:
    """Who says that a number (GTIN-14) is theirs: the one that holds it first."""
    its = select(DeclaredProduct).where(DeclaredProduct.gtin == number, DeclaredProduct.status.in_(LIVE), visible())
    return session.scalars(its.order_by(DeclaredProduct.held_gtin.is_(None), DeclaredProduct.id)).unique().all()


def prefix_of(session: Session, product: DeclaredProduct) -> CompanyPrefix | None:
    """The company prefix of the firm that the number begins with, as the register knows it; the longest."""
    its = select(CompanyPrefix).where(CompanyPrefix.organisation_id == product.organisation_id, CompanyPrefix.ended_at.is_(None))
    fitting = [one for one in session.scalars(its).unique() if product.gtin[1:].startswith(one.prefix)]
    return max(fitting, key=lambda one: len(one.prefix), default=None)


def decide(session: Session, key: int, *, staff: Staff, reason: str, now: datetime) -> DeclaredProduct:
    """Give a number to one of those who claim it (giải quyết trùng mã), and tell each firm the outcome, never who the other is.

    The reason is for the office's own record. Raises `WordsNeeded`, `NumberDecided` where the claim no longer stands.
    """
    if not reason.strip():
        raise WordsNeeded
    winner = session.get(DeclaredProduct, key)
    if winner is None:
        raise NumberDecided
    its = select(DeclaredProduct).where(DeclaredProduct.gtin == winner.gtin, DeclaredProduct.status.in_(LIVE), visible())
    rows = session.scalars(its.order_by(DeclaredProduct.id).with_for_update(of=DeclaredProduct).execution_options(populate_existing=True))
    listed = rows.unique().all()
    if winner not in listed or all(row.status == DECLARED for row in listed):
        raise NumberDecided
    for row in listed:
        row.decided_by_id, row.decision = staff.id, reason.strip()
        if row is not winner:
            row.status, row.held_gtin, row.ended_at = WITHDRAWN, None, now
    session.flush()  # the number is free before another holds it
    winner.status, winner.held_gtin, winner.ended_at = DECLARED, winner.gtin, None
    for row in listed:
        _tell(session, row, staff, won=row is winner, now=now)
    return winner


def _tell(session: Session, row: DeclaredProduct, staff: Staff, *, won: bool, now: datetime) -> None:
    dossier = session.get(Dossier, row.dossier_id) if row.dossier_id else None
    if dossier is None:
        return
    number = gtin.plain(row.gtin)
    dossiers.record(session, dossier, "note", actor=BY_STAFF, staff=staff, words=f"{number}: {row.decision}", is_internal=True, now=now)
    if dossier.contact is not None:
        key = N_("product.number_kept") if won else N_("product.number_lost")
        notices.say(session, dossier.contact, key, now, code=number, name=row.name, reference=dossier.reference)
