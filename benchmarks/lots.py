"""`python -m benchmarks.lots`: milliseconds a lot of 125 packages, exact and under both roundings, beside binary floats in the same run.

The baseline knows one rounding and computes with floats, which is wrong at the edges (see the tests): it is a measure of time alone.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.__main__ import machine, percentile
from domain.quantities import Quantity
from domain.quantity_marks import lots, weighing
from domain.quantity_marks.tables import POLICIES
from usecases import measurement_tables

PACKAGES, LOT = 125, 5_000
WARM_UP = 20


def drawn(number: int) -> list[list[str]]:
    """Lots as somebody pastes them, around 500 g, with two decimals."""
    random = Random(7)
    return [[f"{random.gauss(501.5, 4):.2f}".replace(".", ",") for _ in range(PACKAGES)] for _ in range(number)]


def ours(pasted: list[list[str]]) -> tuple[list[float], list[float], list[str]]:
    """Milliseconds of reading, of assessing, and the verdicts."""
    rules, nominal = measurement_tables.starter(), Quantity(Decimal(500), "g")
    reading, assessing, verdicts = [], [], []
    for values in pasted:
        text = " ".join(values)
        spent, weights = _timed(lambda text=text: weighing.in_base(weighing.values_of(text, "g"), "g"))
        reading.append(spent)
        spent, outcomes = _timed(lambda weights=weights: [lots.assess(nominal, LOT, weights, rules, policy) for policy in POLICIES])
        assessing.append(spent)
        verdicts.append(outcomes[-1].verdict)
    return reading, assessing, verdicts


def bare(pasted: list[list[str]]) -> tuple[list[float], list[str]]:
    """Milliseconds of the same decisions with floats, and the verdicts."""
    times, verdicts = [], []
    for values in pasted:
        weights = [float(value.replace(",", ".")) for value in values]
        spent, verdict = _timed(lambda weights=weights: _by_floats(weights))
        times.append(spent)
        verdicts.append(verdict)
    return times, verdicts


def _by_floats(weights: list[float]) -> str:
    mean, deviation = statistics.fmean(weights), statistics.stdev(weights)
    short, beyond = sum(value < 485 for value in weights), sum(value < 470 for value in weights)
    return "pass" if mean >= 500 - 0.234 * deviation and short <= 7 and not beyond else "fail"


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return 1000 * (time.perf_counter() - began), done


def spread(values: Sequence[float]) -> str:
    """Median, lowest and highest, in hundredths."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--number", type=int, default=300, help="lots in each run")
    asked.add_argument("--repeats", type=int, default=5)
    given = asked.parse_args()
    print(machine())
    runs = []
    for _ in range(given.repeats):
        pasted = drawn(given.number + WARM_UP)
        reading, assessing, verdicts = ours(pasted)
        floats, same = bare(pasted)
        if verdicts != same:
            raise SystemExit("the two disagree on a lot far from every edge")
        runs.append((statistics.median(reading[WARM_UP:]), assessing[WARM_UP:], statistics.median(floats[WARM_UP:])))
    print("| lots of 125 packages | reading, ms | assessing twice, ms (p50) | ms (p95) | floats once, ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    medians = [statistics.median(assessing) for _, assessing, _ in runs]
    ratios = [spread([median / floats for median, (_, _, floats) in zip(medians, runs, strict=True)])]
    last = percentile([one for _, assessing, _ in runs for one in assessing], 0.95)
    cells = (spread([reading for reading, _, _ in runs]), spread(medians), f"{last:.2f}", spread([floats for *_, floats in runs]), *ratios)
    print(f"| {given.number} × {given.repeats} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
