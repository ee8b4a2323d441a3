"""`python -m benchmarks.answers`: quality and time of each ranking and of the whole, beside plain BM25, on the questions held back."""

import json
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from db.engine import Database
from db.migrate import upgrade
from domain.material import Material
from domain.meaning import Vector
from domain.ranking import LEXICAL, SIGNALS, LookUp, Weights, no_vectors, texts_of
from usecases import embedding, material, starter
from usecases.embedding import Embed
from usecases.evaluation import Labelled, evaluate, language_of
from usecases.search import Search, learned

GATE = Path(__file__).parents[1] / "tests" / "material" / "gate.jsonl"
SIZES = (200, 1000, 5000)
TIMED = 120


def opened() -> tuple[Material, dict[str, Vector]]:
    """The starter knowledge with its vectors."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        upgrade(database)
        with database.write() as session:
            starter.lay_down(session, now)
        with database.read() as session:
            gathered = material.gather(session, now.date())
            vectors = embedding.kept(session, texts_of(gathered))
        database.close()
    return gathered, vectors


def look_up_in(vectors: dict[str, Vector]) -> LookUp:
    return lambda texts: {text: vectors[text] for text in texts if text in vectors}


def gate() -> list[Labelled]:
    rows = [json.loads(line) for line in GATE.read_text("utf-8").splitlines()]
    return [Labelled(row["q"], row["style"], tuple(row["expect"]), row["intent"]) for row in rows]


def plain_bm25(gathered: Material) -> Callable[[str], list[str]]:
    """Okapi BM25 on the words as typed, over question and answer: the baseline."""
    texts: dict[str, list[str]] = defaultdict(list)
    for entry in gathered.entries:
        texts[entry.slug] += f"{entry.question} {entry.answer}".casefold().split()
    bags = {slug: Counter(words) for slug, words in texts.items()}
    mean = statistics.mean(len(words) for words in texts.values())
    spread = Counter(word for bag in bags.values() for word in bag)

    def rank(question: str) -> list[str]:
        scores = dict.fromkeys(bags, 0.0)
        for word in question.casefold().split():
            rarity = math.log(1 + (len(bags) - spread[word] + 0.5) / (spread[word] + 0.5))
            for slug, bag in bags.items():
                if held := bag[word]:
                    scores[slug] += rarity * held * 2.5 / (held + 1.5 * (0.25 + 0.75 * len(texts[slug]) / mean))
        return sorted(scores, key=lambda slug: -scores[slug])

    return rank


def quality(rank: Callable[[str], Sequence[str]], questions: Sequence[Labelled]) -> str:
    first = three = 0
    spent = []
    for row in questions:
        began = time.perf_counter()
        slugs = rank(row.text)
        spent.append(1000 * (time.perf_counter() - began))
        first += bool(slugs) and slugs[0] in row.expect
        three += any(slug in row.expect for slug in slugs[:3])
    return f"{100 * first / len(questions):.1f} | {100 * three / len(questions):.1f} | {statistics.median(spent):.1f}"


def alone(found: Search, look_up: LookUp, embed: Embed | None, weights: dict[str, float]) -> Callable[[str], list[str]]:
    """Our search with other weights; its spelling stays, and its meaning where there is a model."""
    used = replace(learned(), weights=Weights(weights, {name: weight for name, weight in weights.items() if name in LEXICAL}))
    other = Search(found.material, look_up, embed, found, use=used)

    def rank(question: str) -> list[str]:
        return [one.unit.slug for one in other.rank(other.spell(question)) if one.unit.is_ours]

    return rank


def compare() -> None:
    gathered, vectors = opened()
    embed = embedding.load()
    look_up = look_up_in(vectors)
    found = Search(gathered, look_up, embed)
    questions = [row for row in gate() if row.is_answerable]
    print(f"{len(questions)} answerable questions held back, {len({entry.slug for entry in gathered.entries})} entries\n")
    print("| ranking | first % | top 3 % | ms a question (median) |\n| --- | --- | --- | --- |")
    print(f"| plain BM25, words as typed | {quality(plain_bm25(gathered), questions)} |")
    for name in SIGNALS:
        print(f"| {name} alone | {quality(alone(found, look_up, embed, {name: 1.0}), questions)} |")
    print(f"| all but meaning | {quality(alone(found, no_vectors, None, dict(learned().weights.lexical)), questions)} |")
    print(f"| **the whole** | {quality(alone(found, look_up, embed, dict(learned().weights.full)), questions)} |")
    shares = evaluate(found, gate()).whole.shares
    print("\nDecisions on all that was held back: " + ", ".join(f"{name} {100 * (share or 0):.1f} %" for name, share in shares.items()))


def grown(gathered: Material, vectors: dict[str, Vector], size: int) -> tuple[Material, dict[str, Vector]]:
    """The starter knowledge grown to so many entries by copies with some words changed, or cut down to them."""
    rng, copies, grown_vectors = random.Random(size), [], dict(vectors)
    slugs = sorted({entry.slug for entry in gathered.entries})
    words = [word for entry in gathered.entries for word in entry.answer.split()]
    for number in range(size):
        slug = slugs[number % len(slugs)]
        for entry in (one for one in gathered.entries if one.slug == slug):
            if number < len(slugs):
                copies.append(entry)
                continue
            changed = tuple(f"{text} {rng.choice(words)} {rng.choice(words)}" for text in (entry.question, *entry.phrasings))
            copy = replace(
                entry, key=10 * number + len(copies) + 10**6, slug=f"{slug}-{number}", question=changed[0], phrasings=changed[1:]
            )
            copies.append(copy)
    larger = replace(gathered, entries=tuple(copies))
    known = np.stack(list(vectors.values()))
    missing = [text for text in texts_of(larger) if text not in grown_vectors]
    picked = known[np.random.default_rng(size).integers(0, len(known), len(missing))]
    picked = picked + np.random.default_rng(1).normal(0, 0.02, picked.shape).astype(np.float32)
    grown_vectors |= dict(zip(missing, picked / np.linalg.norm(picked, axis=1, keepdims=True), strict=True))
    return larger, grown_vectors


def timed(embed: Embed | None, spent: list[float]) -> Embed:
    """The model, noting what each text costs, in ms."""
    assert embed is not None

    def run(text: str) -> Vector:
        began = time.perf_counter()
        vector = embed(text)
        spent.append(1000 * (time.perf_counter() - began))
        return vector

    return run


def one_size(size: int) -> None:
    """Time and memory at one size, on one core; a line of the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    gathered, vectors = opened()
    larger, more = grown(gathered, vectors, size)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    model: list[float] = []
    found = Search(larger, look_up_in(more), timed(embedding.load(), model))
    built = time.perf_counter() - began
    baseline = plain_bm25(larger)
    questions = [row for row in gate() if row.is_answerable][:TIMED]
    found.judge(questions[0].text, "vi")
    ours, bare = [], []
    model.clear()
    for row in questions[1:]:
        began = time.perf_counter()
        baseline(row.text)
        bare.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        found.judge(row.text, language_of(row))
        ours.append(1000 * (time.perf_counter() - began))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    p50, p95 = statistics.median(ours), sorted(ours)[int(0.95 * len(ours))]
    print(
        f"| {size} | {len(texts_of(larger))} | {p50:.0f} | {p95:.0f} | {statistics.median(model):.0f} | {statistics.median(bare):.1f} | "
        f"{p50 / statistics.median(bare):.1f} | {built:.1f} | {(after - before) // 1024} |"
    )


def main() -> None:
    if len(sys.argv) > 1:
        one_size(int(sys.argv[1]))
        return
    compare()
    print("\nOne core:\n\n| entries | texts | ms p50 | ms p95 | of it the model, p50 | plain BM25 ms p50 | ratio | build s | memory MB |")
    print("| --- " * 9 + "|", flush=True)
    for size in SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.answers", str(size)], check=True)


if __name__ == "__main__":
    main()
