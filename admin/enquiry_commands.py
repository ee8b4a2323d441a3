"""Commands about answers: `flask --app admin enquiries ask` and `… evaluate FILE`, by the very search that the chat uses."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from db.engine import Database
from domain.languages import language_of
from domain.worktime import ZONE
from usecases import evaluation, search
from usecases.evaluation import Figures, Labelled
from usecases.search import Search

_COLUMNS = ("first", "top3", "outright", "wrong", "not_ours", "intents")


def group(opened: Callable[[], AbstractContextManager[Database]]) -> AppGroup:
    """The commands; `opened` gives the database."""
    enquiries = AppGroup("enquiries", help="How the counter answers questions.")

    @enquiries.command("ask")
    def ask() -> None:
        """Read JSON lines {"q": …} and write for each what the chat would do."""
        found = _search(opened)
        for line in sys.stdin:
            if line.strip():
                click.echo(json.dumps(_judged(found, json.loads(line)["q"]), ensure_ascii=False))

    @enquiries.command("evaluate")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def evaluate(file: Path) -> None:
        """Print how well labelled questions are answered, by style."""
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        questions = [Labelled(row["q"], row["style"], tuple(row["expect"]), row["intent"]) for row in rows]
        done = evaluation.evaluate(_search(opened), questions)
        for line in table([("whole", done.whole), *sorted(done.styles.items())]):
            click.echo(line)

    return enquiries


def _search(opened: Callable[[], AbstractContextManager[Database]]) -> Search:
    with opened() as database, database.read() as session:
        found = search.read(session, datetime.now(UTC).astimezone(ZONE).date())
    click.echo("rankers: " + ", ".join(found.rankers), err=True)
    return found


def _judged(found: Search, question: str) -> dict[str, object]:
    began = time.perf_counter()
    judged = found.judge(question, language_of(question) or "vi")
    spent = time.perf_counter() - began
    return {
        "q": question,
        "decision": judged.decision.value,
        "reason": judged.reason,
        "hits": [{"id": hit.slug, "score": round(hit.score, 3)} for hit in judged.hits],
        "confidence": round(judged.confidence, 3),
        "ms": round(1000 * spent, 1),
    }


def table(rows: Iterable[tuple[str, Figures]]) -> Iterable[str]:
    """Lines of a Markdown table: shares in per cent, a dash where nothing was asked."""
    yield "| questions | number | " + " | ".join(_COLUMNS) + " |"
    yield "| --- " * (2 + len(_COLUMNS)) + "|"
    for name, figures in rows:
        shares = figures.shares
        cells = ["–" if share is None else f"{100 * share:.1f}" for share in (shares[column] for column in _COLUMNS)]
        yield f"| {name} | {figures.answerable + figures.not_ours + figures.intents} | " + " | ".join(cells) + " |"
