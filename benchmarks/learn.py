"""Learns the ranker and the two decisions from labelled questions, and writes `db/starter/ranking.json`: `make learn`.

The ranker is learned from pairs (a right candidate against a wrong one), the decisions from facts of rankings that were made by rankers
which had not seen the question (five folds). Nothing here runs in the product.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.answers import look_up_in
from db.engine import Database
from db.migrate import upgrade
from domain.deciding import FACTS, Deciding, Logistic, facts_of
from domain.ranking import LEXICAL, SIGNALS, Ranked, Weights, no_vectors, texts_of
from usecases import embedding, evaluation, material, starter
from usecases.evaluation import Labelled
from usecases.search import Learned, Search

FOLDS = 5
_EQUAL = Weights(dict.fromkeys(SIGNALS, 1.0), dict.fromkeys(LEXICAL, 1.0))
_NEVER = Deciding(Logistic({}, 0.0), Logistic({}, 0.0), 0.0)
WRONG_AT_MOST = 0.05


def ranked_by(weights: dict[str, float], ranked: Sequence[Ranked]) -> list[Ranked]:
    scored = [Ranked(one.unit, sum(weight * one.signals[name] for name, weight in weights.items()), one.signals) for one in ranked]
    return sorted(scored, key=lambda one: -one.score)


def wanted(row: Labelled, one: Ranked) -> bool:
    """Whether a candidate is right: an expected entry, or for a question that is not ours any subject."""
    return one.unit.slug in row.expect if row.is_answerable else row.is_not_ours and not one.unit.is_ours


def learn_ranker(rows: Sequence[Labelled], rankings: Sequence[list[Ranked]], names: Sequence[str]) -> dict[str, float]:
    differences = []
    for row, ranked in zip(rows, rankings, strict=True):
        right = [one for one in ranked if wanted(row, one)]
        wrong = [one for one in ranked if not wanted(row, one)]
        for good in right[:1] if row.is_not_ours else right[:2]:
            differences += [[good.signals[name] - bad.signals[name] for name in names] for bad in wrong[:12]]
    pairs = np.array(differences)
    model = LogisticRegression(fit_intercept=False, C=0.3, max_iter=2000)
    model.fit(np.vstack([pairs, -pairs]), np.r_[np.ones(len(pairs)), np.zeros(len(pairs))])
    return {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}


def learn_logistic(facts: Sequence[dict[str, float]], labels: Sequence[bool], strength: float = 1.0) -> Logistic:
    table = np.array([[one[name] for name in FACTS] for one in facts])
    model = LogisticRegression(C=strength, max_iter=5000).fit(table, np.array(labels, dtype=int))
    weights = {name: round(float(weight), 4) for name, weight in zip(FACTS, model.coef_[0], strict=True)}
    return Logistic(weights, round(float(model.intercept_[0]), 4))


def learn(found: Search, spelt_only: Search, rows: Sequence[Labelled], seed: int = 7) -> tuple[Learned, dict[str, float]]:
    """Everything that is learned, and the thresholds `sure` and `fairly` for the office's settings."""
    parts, thresholds = {}, {}
    for kind, search, names in (("full", found, SIGNALS), ("lexical", spelt_only, LEXICAL)):
        spelt = [search.spell(row.text) for row in rows]
        rankings = [search.rank(text) for text in spelt]
        folds = _folds(len(rows), seed)
        judged: list[list[Ranked]] = [[] for _ in rows]
        for fold in folds:
            others = [number for number in range(len(rows)) if number not in fold]
            weights = learn_ranker([rows[n] for n in others], [rankings[n] for n in others], names)
            for number in fold:
                judged[number] = ranked_by(weights, rankings[number])
        facts = [facts_of(ranked, text) for ranked, text in zip(judged, spelt, strict=True)]
        right = [_is_right(row, ranked) for row, ranked in zip(rows, judged, strict=True)]
        ours = [row.is_answerable for row in rows]
        parts[kind] = (
            learn_ranker(rows, rankings, names),
            Deciding(learn_logistic(facts, right), learn_logistic(facts, ours), 0.5),
        )
        thresholds[kind] = _thresholds(parts[kind][1], facts, right, ours)
        parts[kind] = (parts[kind][0], Deciding(parts[kind][1].right, parts[kind][1].ours, thresholds[kind]["ours_from"]))
    (full, full_deciding), (lexical, lexical_deciding) = parts["full"], parts["lexical"]
    return Learned(Weights(full, lexical), full_deciding, lexical_deciding), thresholds["full"]


def _is_right(row: Labelled, ranked: Sequence[Ranked]) -> bool:
    first = next((one for one in ranked if one.unit.is_ours), None)
    return row.is_answerable and first is not None and first.unit.slug in row.expect


def _folds(count: int, seed: int) -> list[set[int]]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return [set(order[number::FOLDS]) for number in range(FOLDS)]


def _thresholds(deciding: Deciding, facts: Sequence[dict[str, float]], right: Sequence[bool], ours: Sequence[bool]) -> dict[str, float]:
    """`ours_from`: nineteen in twenty of what is not ours lie below, and never under one half.

    `sure`: at most half the wrong answers that the aim allows.
    """
    theirs = sorted(deciding.ours.probability(one) for one, mine in zip(facts, ours, strict=True) if not mine)
    ours_from = round(max(0.5, theirs[int(0.95 * len(theirs))]), 3)
    kept = [
        (deciding.right.probability(one), ok) for one, ok in zip(facts, right, strict=True) if deciding.ours.probability(one) >= ours_from
    ]
    kept.sort(reverse=True)
    sure, wrong = 0.99, 0
    for number, (confidence, ok) in enumerate(kept, 1):
        wrong += not ok
        if wrong <= 0.5 * WRONG_AT_MOST * number:
            sure = confidence
    return {"ours_from": ours_from, "sure": round(sure, 3), "fairly": round(min(0.25, sure / 2), 3)}


def as_json(learned: Learned) -> dict[str, Any]:
    def part(deciding: Deciding) -> dict[str, Any]:
        return {"right": vars(deciding.right), "ours": vars(deciding.ours), "ours_from": deciding.ours_from}

    return {"weights": vars(learned.weights), "full": part(learned.full), "lexical": part(learned.lexical)}


def unlearned() -> Learned:
    """Equal weights: what the learning begins with."""
    return Learned(_EQUAL, _NEVER, _NEVER)


def write(learned: Learned, path: Path) -> None:
    path.write_text(json.dumps(as_json(learned), indent=2) + "\n", "utf-8")


def main() -> None:
    """Embed the starter texts, learn from the labelled questions, and write both beside them."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/learn.db")
        upgrade(database)
        with database.write() as session:
            starter.lay_down(session, now)
        with database.read() as session:
            gathered = material.gather(session, now.date())
            rows = [row for row in evaluation.labelled(session) if row.is_answerable or row.is_not_ours]
            vectors = embedding.kept(session, texts_of(gathered))
        database.close()
    embed = embedding.load()
    assert embed is not None
    missing = [text for text in texts_of(gathered) if text not in vectors]
    print(f"embedding {len(missing)} of {len(texts_of(gathered))} texts")
    vectors |= embedding.compute(missing, embed)
    full = Search(gathered, look_up_in(vectors), embed, use=unlearned())
    asked = embedding.compute(full.meaning_texts(row.text for row in rows), embed)
    keep_vectors({text: vectors[text] for text in texts_of(gathered)} | asked)
    learned, thresholds = learn(full, Search(gathered, no_vectors, None, full, use=unlearned()), rows)
    write(learned, starter.STARTER / "ranking.json")
    print(f"learned from {len(rows)} questions; thresholds {thresholds}: put sure and fairly into db/starter/office.json")


def keep_vectors(vectors: dict[str, Any]) -> None:
    digests = np.frombuffer(b"".join(bytes.fromhex(embedding.digest(text)) for text in vectors), dtype=np.uint8).reshape(-1, 32)
    exact = np.stack(list(vectors.values()))
    table = np.round(exact / np.abs(exact).max(axis=1, keepdims=True) * 127).astype(np.int8)  # a quarter of the size, the same answers
    np.savez(starter.VECTORS, model=np.array(embedding.MODEL), digests=digests, vectors=table)


if __name__ == "__main__":
    main()
