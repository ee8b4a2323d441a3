"""Entries of the two registers of quantity marks, for tests."""

import itertools
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from db.models import MarkedProduct, MarkEntry, Organisation
from db.models.quantity_mark import ANNOUNCEMENT
from domain import quantities
from tests.conftest import NOW

_numbers = itertools.count(1)


def a_firm(session: Session, tax_code: str = "3300100005", name: str = "Công ty TNHH Nước mắm Phú Thuận", **other: Any) -> Organisation:
    """A firm with all that is not published of it."""
    private = {"street": "12 Lê Lợi", "phone": "0905111222", "email": "ba.hoa@mam.example", "address": "12 Lê Lợi, phường Thuận Hóa"}
    firm = Organisation(tax_code=tax_code, name=name, **private | other, created_at=NOW, changed_at=NOW)
    session.add(firm)
    session.flush()
    return firm


def goods(quantity: str = "500 ml", name: str = "Nước mắm Phú Thuận", brand: str = "Làng Trài", **other: str) -> MarkedProduct:
    """A product with its nominal quantity as it is printed."""
    read = quantities.read(quantity.partition("(")[0])
    facts = {"name": name, "brand": brand, "packaging": "chai thủy tinh", "state": "liquid", "quantity": quantity} | other
    return MarkedProduct(**facts, nominal=quantities.plain(read.value), unit=read.symbol, facts=facts)


def an_entry(session: Session, *products: MarkedProduct, register: str = ANNOUNCEMENT, number: str = "", **other: Any) -> MarkEntry:
    """A line of a register; of one product where none is given."""
    count = next(_numbers)
    day = other.get("received_on", date(2026, 3, 2))
    facts: dict[str, Any] = {
        "register": register,
        "number": number or f"{count:03d}/2026/TEST",
        "secret": f"secret-of-entry-{count:027d}",
        "firm": "Công ty TNHH Nước mắm Phú Thuận",
        "commune": "phường Thuận An",
        "firm_kind": "producer",
        "received_on": day,
        "status_since": day,
        "changed_at": NOW,
    }
    entry = MarkEntry(**facts | other, products=list(products) or [goods()])
    session.add(entry)
    session.flush()
    return entry
