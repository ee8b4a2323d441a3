"""Communes (xã, phường, đặc khu), those of now and those of before, by the beginning of their names."""

import json
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import JSON, ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from db.models import Commune, FormerCommune
from domain.places import Region, Unit, parted

_KINDS = ("xa", "phuong", "dac khu")
_FORMER_KINDS = ("xa", "phuong", "thi tran", "huyen")
"""Islands without communes are kept as the huyện that they were."""
_PROVINCES = ("thanh pho", "tinh")
_DISTRICTS = ("huyen", "quan", "thanh pho", "thi xa")
_LAST = " zz"
"""After every word of Vietnamese in the order of either engine, whatever its collation."""


def list_communes(session: Session, names: Collection[str]) -> list[Unit]:
    """The communes of now whose folded names begin so."""
    beginning = _each(session, [one for name in names for one in _beginnings(name, _KINDS, _PROVINCES)])
    rows = session.execute(select(Commune.name, Commune.province).where(Commune.folded.between(beginning, beginning + _LAST)))
    return [Unit(name, "", province, name, province) for name, province in set(rows)]


def list_former(session: Session, names: Collection[str]) -> list[Unit]:
    """The former communes whose folded names begin so, each with every commune that it went into.

    Without a join: a PostgreSQL that has not counted the rows yet would go through all of them.
    """
    beginning = _each(session, [one for name in names for one in _beginnings(name, _FORMER_KINDS, _DISTRICTS)])
    columns = (FormerCommune.name, FormerCommune.district, FormerCommune.province, FormerCommune.commune_id)
    rows = set(session.execute(select(*columns).where(FormerCommune.folded.between(beginning, beginning + _LAST))))
    ids = {row.commune_id for row in rows}
    into = {key: of for key, *of in session.execute(select(Commune.id, Commune.name, Commune.province).where(Commune.id.in_(ids)))}
    return [Unit(name, district, province, *into[key]) for name, district, province, key in rows]


def map_regions(session: Session, provinces: Collection[str]) -> dict[str, Region]:
    """The districts and provinces that went into some provinces of now."""
    districts, former = defaultdict(set), defaultdict(set)
    rows = session.execute(
        select(Commune.province, FormerCommune.district, FormerCommune.province)
        .join(FormerCommune, FormerCommune.commune_id == Commune.id)
        .where(Commune.province.in_(provinces))
        .distinct()
    )
    for province, district, of in rows:
        districts[province].add(parted(district)[1])
        former[province].add(parted(of)[1])
    return {province: Region(frozenset(districts[province]), frozenset(former[province])) for province in provinces}


def _beginnings(name: str, kinds: tuple[str, ...], higher: tuple[str, ...]) -> list[str]:
    """How a folded row begins. A name of one word is sought with what follows it: too many begin with that word."""
    follow = [""] if " " in name else [f" {kind}" for kind in higher]
    return [f"{kind} {name}{more}" for kind in kinds for more in follow]


def _each(session: Session, beginnings: list[str]) -> ColumnElement[str]:
    """The beginnings as rows to join with. So both engines look each of them up in the index; a long OR makes SQLite read the table."""
    listed = literal(json.dumps(beginnings), Text)
    if session.get_bind().dialect.name == "sqlite":
        return cast(func.json_each(listed).table_valued("value").c.value, Text)
    return func.json_array_elements_text(cast(listed, JSON)).table_valued("value").c.value
