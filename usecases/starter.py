"""Starter content: knowledge, communes, office settings and holidays, laid down by `prepare`.

Running it again changes nothing that staff edited.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

import db
from db.models import (
    Abbreviation,
    Commune,
    CompanyPrefixLength,
    Embedding,
    Fee,
    FormerCommune,
    Gs1Prefix,
    Holiday,
    KnowledgeEntry,
    LabelledQuestion,
    MeasurementTable,
    NotOursSubject,
    OfficeSetting,
    Phrasing,
    TimeLimit,
)
from db.models.knowledge_entry import DRAFT, PUBLISHED
from db.searched import folded
from domain.worktime import ZONE
from usecases import embedding, material

STARTER = Path(db.__file__).parent / "starter"
VECTORS = STARTER / "vectors.npz"
"""Digests and vectors of the starter texts, so that nobody waits for them: made by `make learn`, only a cache of what the model says."""
REVIEW_AFTER = timedelta(days=365)
"""Starter entries come up for review a year after their as-of date; staff set the dates of their own."""


def lay_down(session: Session, now: datetime) -> dict[str, int]:
    """Add what is missing and return how many rows of each kind were added."""
    today = now.astimezone(ZONE).date()
    return {
        "knowledge": sum(_knowledge(session, language, now) for language in ("vi", "en")),
        "not_ours": _not_ours(session, now),
        "abbreviations": _abbreviations(session, now),
        "labelled": _labelled(session, now),
        "vectors": _vectors(session),
        "communes": _communes(session),
        "settings": _settings(session, now),
        "time_limits": _time_limits(session, now),
        "measurement_tables": _measurement_tables(session, now),
        "prefixes": _prefixes(session),
        "fees": _fees(session, now),
        "holidays": sum(_holidays(session, year) for year in (today.year, today.year + 1)),
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines())


def _knowledge(session: Session, language: str, now: datetime) -> int:
    known = set(session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.language == language)))
    phrasings = {row["id"]: row[language] for path in sorted((STARTER / "phrasings").glob("*.jsonl")) for row in _lines(path)}
    new = [_entry(row, language, now) for row in _lines(STARTER / "knowledge" / f"{language}.jsonl") if row["id"] not in known]
    session.add_all(new)
    session.flush()
    rows = [
        {"entry_id": entry.id, "text": text, "origin": "starter", "staff_id": None, "at": now}
        for entry in new
        for text in phrasings.get(entry.slug, ())
    ]
    if rows:
        session.execute(insert(Phrasing), rows)
    if new:
        material.touch(session)
    return len(new)


def _entry(row: dict[str, Any], language: str, now: datetime) -> KnowledgeEntry:
    as_of = date.fromisoformat(row["as_of"])
    return KnowledgeEntry(
        slug=row["id"],
        language=language,
        topic=row["topic"],
        question=row["question"],
        answer=row["answer"],
        source=row["source"],
        as_of=as_of,
        certainty=row["certainty"],
        review_by=as_of + REVIEW_AFTER,
        status=DRAFT if row["certainty"] == "low" else PUBLISHED,
        updated_at=now,
    )


def _table(name: str) -> list[dict[str, str]]:
    with (STARTER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _prefixes(session: Session) -> int:
    """GS1's two lists, each only into an empty table."""
    ranges: list[dict[str, Any]] = []
    if not session.scalar(select(func.count(Gs1Prefix.id))):
        ranges = [{**row, "source": row["listed_by"]} for row in _table("gs1_prefixes.csv")]
        columns = ("prefix_from", "prefix_to", "kind", "usage_en", "country_vi", "country_code", "note_vi", "source")
        session.execute(insert(Gs1Prefix), [{name: row[name] for name in columns} for row in ranges])
    lengths: list[dict[str, Any]] = []
    if not session.scalar(select(func.count(CompanyPrefixLength.prefix))):
        facts = {"source": "GS1 GCP prefix format list, 2026-06"}
        lengths = [facts | {"prefix": row["prefix"], "length": int(row["gcp_length"])} for row in _table("gcp_lengths_893.csv")]
        session.execute(insert(CompanyPrefixLength), lengths)
    return len(ranges) + len(lengths)


def _fees(session: Session, now: datetime) -> int:
    """Each kind only where there is no row of it: what staff edited or ended stays."""
    known = set(session.scalars(select(Fee.kind)))
    new = [row for row in _table("fees.csv") if row["kind"] not in known]
    session.add_all(
        Fee(
            kind=row["kind"],
            issue=int(row["issue"]),
            yearly=int(row["yearly"]) if row["yearly"] else None,
            holds=int(row["holds"]) if row["holds"] else None,
            source=row["source"],
            certainty=row["certainty"],
            valid_from=date.fromisoformat(row["valid_from"]),
            changed_at=now,
        )
        for row in new
    )
    return len(new)


def _not_ours(session: Session, now: datetime) -> int:
    known = set(session.scalars(select(NotOursSubject.slug)))
    new = [
        NotOursSubject(
            slug=row["id"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            ask_vi=row["ask_vi"],
            ask_en=row["ask_en"],
            source=row["source"],
            phrasings=row["vi"] + row["en"],
            updated_at=now,
        )
        for row in _lines(STARTER / "not_ours.jsonl")
        if row["id"] not in known
    ]
    session.add_all(new)
    return len(new)


def _abbreviations(session: Session, now: datetime) -> int:
    """Only into an empty list: one that staff deleted stays deleted."""
    if session.scalar(select(func.count(Abbreviation.id))):
        return 0
    kept = json.loads((STARTER / "abbreviations.json").read_text("utf-8"))
    session.execute(insert(Abbreviation), [{"short": short, "long": long, "updated_at": now} for short, long in kept.items()])
    return len(kept)


def _time_limits(session: Session, now: datetime) -> int:
    """A limit that has any row is the staff's: nothing is added to it."""
    known = set(session.scalars(select(TimeLimit.name)))
    rows = [row for row in json.loads((STARTER / "time_limits.json").read_text("utf-8")) if row["name"] not in known]
    session.add_all(
        TimeLimit(**row | {"valid_from": date.fromisoformat(row["valid_from"])}, verified_by=None, changed_at=now) for row in rows
    )
    return len(rows)


def _measurement_tables(session: Session, now: datetime) -> int:
    """A table that has any row is the staff's: nothing is added to it."""
    known = set(session.scalars(select(MeasurementTable.name)))
    rows = [row for row in json.loads((STARTER / "measurement_tables.json").read_text("utf-8")) if row["name"] not in known]
    session.add_all(
        MeasurementTable(**row | {"valid_from": date.fromisoformat(row["valid_from"])}, verified_by=None, changed_at=now) for row in rows
    )
    return len(rows)


def _labelled(session: Session, now: datetime) -> int:
    if session.scalar(select(func.count(LabelledQuestion.id)).where(LabelledQuestion.origin == "starter")):
        return 0
    rows = [
        {"text": row["q"], "style": row["style"], "expect": row["expect"], "intent": row["intent"], "origin": "starter", "at": now}
        for row in _lines(STARTER / "labelled.jsonl")
    ]
    session.execute(insert(LabelledQuestion), rows)
    return len(rows)


def _vectors(session: Session) -> int:
    if not VECTORS.exists():
        return 0  # the counter computes them in the background
    known = set(session.scalars(select(Embedding.digest).where(Embedding.model == embedding.MODEL)))
    with np.load(VECTORS) as kept:
        if str(kept["model"]) != embedding.MODEL:
            return 0
        pairs = zip(kept["digests"], kept["vectors"], strict=True)
        rows = [
            {"model": embedding.MODEL, "digest": bytes(digest).hex(), "vector": _unit(vector)}
            for digest, vector in pairs
            if bytes(digest).hex() not in known
        ]
    if rows:
        session.execute(insert(Embedding), rows)
    return len(rows)


def _unit(vector: NDArray[np.int8]) -> bytes:
    exact = vector.astype(np.float32)
    return (exact / np.linalg.norm(exact)).astype("<f2").tobytes()


def _communes(session: Session) -> int:
    """The communes of today with those that went into them; only into an empty list."""
    if session.scalar(select(func.count(Commune.id))):
        return 0
    communes = list(csv.DictReader((STARTER / "communes.csv").read_text("utf-8").splitlines()))
    session.execute(insert(Commune), [row | {"folded": folded(Commune, row)} for row in communes])
    ids = {(name, province): key for key, name, province in session.execute(select(Commune.id, Commune.name, Commune.province))}
    with gzip.open(STARTER / "former_communes.csv.gz", "rt", encoding="utf-8") as kept:
        session.execute(insert(FormerCommune), [_former(row, ids) for row in csv.DictReader(kept)])
    return len(communes)


def _former(row: dict[str, str], ids: dict[tuple[str, str], int]) -> dict[str, Any]:
    """A former commune and one that it went into."""
    commune_id = ids[row.pop("commune"), row.pop("commune_province")]
    return {**row, "commune_id": commune_id, "folded": folded(FormerCommune, row)}


def _settings(session: Session, now: datetime) -> int:
    added = 0
    for key, row in json.loads((STARTER / "office.json").read_text("utf-8")).items():
        if session.get(OfficeSetting, key) is None:
            session.add(OfficeSetting(key=key, value=row["value"], source=row["source"], updated_at=now))
            added += 1
    return added


def _holidays(session: Session, year: int) -> int:
    origin = f"gói phần mềm holidays {version('holidays')}, chưa đối chiếu thông báo nghỉ lễ của năm"
    added = 0
    for day, name in holidays.country_holidays("VN", years=year, language="vi").items():
        if session.get(Holiday, day) is None:
            session.add(Holiday(day=day, name=name, source=origin))
            added += 1
    return added
