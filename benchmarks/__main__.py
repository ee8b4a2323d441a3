"""`python -m benchmarks`: every benchmark on both engines, medians of repeated runs, a Markdown table."""

import argparse
import asyncio
import gc
import itertools
import json
import os
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.by_hand import Apply, open_by_hand
from benchmarks.driver import flat_out, steadily
from benchmarks.stage import Stage, as_settings, endless, free_port, process, rows, settings
from bot import logs
from bot.counter import Counter
from locales.compile import compile_catalogues
from tests.postgres import running_postgres

ENGINES = ("SQLite", "PostgreSQL")
WARM_UP, SECONDS, STEADY_SECONDS = 1.0, 3.0, 6.0
SIDE_BY_SIDE, THREADS, CONNECTIONS = 32, 8, 16


@dataclass
class Line:
    """A row of the table; `counts` are the rows that each side wrote an update."""

    engine: str
    what: str
    ours: str
    baseline: str
    ratio: float | None
    counts: str


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f}–{max(values):.0f})"


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


async def ours_in_process(url: str, folder: Path, api_url: str, side_by_side: int) -> tuple[float, int]:
    """Updates a second through `Counter.process`, deliverer and clock on; and how many updates the database has seen."""
    counter = Counter(as_settings(settings(url, folder, api_url, free_port())))
    await counter.start()
    telegram = counter.telegram
    assert telegram is not None
    gc.collect()
    gc.freeze()
    updates, done = endless(0), 0

    async def for_some(seconds: float) -> float:
        began, before = time.perf_counter(), done

        async def run() -> None:
            nonlocal done
            while time.perf_counter() - began < seconds:
                await counter.process(telegram.receive(json.loads(next(updates))))
                done += 1

        await asyncio.gather(*(run() for _ in range(side_by_side)))
        return (done - before) / (time.perf_counter() - began)

    try:
        await for_some(WARM_UP)
        return await for_some(SECONDS), done
    finally:
        gc.unfreeze()
        await counter.stop()


def by_hand(url: str, threads: int) -> tuple[float, int]:
    """Updates a second of the hand-written SQL, and how many there were."""
    opened = [open_by_hand(url) for _ in range(threads)]
    lock, updates = threading.Lock(), endless(0)

    def run(apply: Apply, until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            with lock:
                body = next(updates)
            apply(body)
            done += 1
        return done

    def for_some(seconds: float) -> tuple[float, int]:
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            running = [pool.submit(run, apply, began + seconds) for apply, _ in opened]
            done = sum(future.result() for future in running)
        return done / (time.perf_counter() - began), done

    try:
        _, before = for_some(WARM_UP)
        rate, done = for_some(SECONDS)
        return rate, before + done
    finally:
        for _, close in opened:
            close()


def an_update(counts: dict[str, int], updates: int) -> dict[str, float]:
    return {table: round(number / updates, 2) for table, number in counts.items()}


def compare(ours: dict[str, int], updates: int, theirs: dict[str, int], their_updates: int) -> str:
    mine, bare = an_update(ours, updates), an_update(theirs, their_updates)
    same = "both " if mine == bare else f"NOT THE SAME, baseline {bare}: "
    return (
        same
        + ", ".join(f"{table} {number:g}" for table, number in mine.items())
        + f" (ours {sum(ours.values())} rows, {sum(theirs.values())})"
    )


def throughput(stage: Stage, engine: str, api_url: str, repeats: int, side_by_side: int, threads: int) -> Line:
    ours, theirs, counts = [], [], ""
    for _ in range(repeats):
        with stage.database(engine) as url:
            rate, updates = asyncio.run(ours_in_process(url, stage.folder, api_url, side_by_side))
            ours.append(rate)
            mine = rows(url)
        with stage.database(engine) as url:
            rate, their_updates = by_hand(url, threads)
            theirs.append(rate)
            counts = compare(mine, updates, rows(url), their_updates)
    what = f"updates/s in the process, {side_by_side} at once (baseline: {threads} connection{'s' if threads > 1 else ''})"
    return Line(engine, what, spread(ours), spread(theirs), statistics.median(ours) / statistics.median(theirs), counts)


def over_http(stage: Stage, engine: str, api_url: str, repeats: int) -> list[Line]:
    """Flat out, then at half of the counter's own capacity, both sides at the same rate."""
    port, rate = free_port(), 0.0
    with stage.database(engine) as url, process("bot", port, settings(url, stage.folder, api_url, port), stage.folder):
        ours, updates = _flat_out(port, repeats)
        rate = statistics.median(ours) / 2
        number = int(rate * STEADY_SECONDS)
        steady = [_steadily(port, n, number, rate) for n in range(repeats)]
        mine = rows(url)
    port = free_port()
    with stage.database(engine) as url, process("benchmarks.bare", port, {"DATABASE_URL": url}, stage.folder):
        theirs, their_updates = _flat_out(port, repeats)
        bare = [_steadily(port, n, number, rate) for n in range(repeats)]
        counts = compare(mine, updates + repeats * number, rows(url), their_updates + repeats * number)
    what = f"updates/s over HTTP, {CONNECTIONS} connections (baseline: Starlette and SQL)"
    lines = [Line(engine, what, spread(ours), spread(theirs), statistics.median(ours) / statistics.median(theirs), counts)]
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        own, their = ([percentile(run, share) for run in runs] for runs in (steady, bare))
        what = f"acknowledgement {name} in ms at {rate:.0f} updates/s (half of our capacity)"
        ratio = statistics.median(own) / statistics.median(their)
        lines.append(Line(engine, what, spread(own), spread(their), ratio, f"{number} × {repeats} updates"))
    return lines


def _flat_out(port: int, repeats: int) -> tuple[list[float], int]:
    """Rates after a warm-up, and all updates together."""
    runs = [asyncio.run(flat_out(port, n * 100_000, SECONDS if n else WARM_UP, CONNECTIONS)) for n in range(repeats + 1)]
    return [rate for rate, _ in runs[1:]], sum(done for _, done in runs)


def _steadily(port: int, run: int, number: int, rate: float) -> list[float]:
    return asyncio.run(steadily(port, list(itertools.islice(endless(5_000_000 + run * 100_000), number)), rate))


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?")
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}, load before the run {load:.1f}, {date.today().isoformat()}"


def table(lines: Sequence[Line], head: str) -> str:
    out = [
        f"Medians (lowest–highest). {head}",
        "",
        "| engine | what | ours | baseline | ratio | rows an update |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for line in lines:
        ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
        out.append(f"| {line.engine} | {line.what} | {line.ours} | {line.baseline} | {ratio} | {line.counts} |")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--engine", choices=ENGINES)
    chosen = parser.parse_args()
    head, began = machine(), time.monotonic()
    compile_catalogues()
    lines: list[Line] = []
    logs.set_up("WARNING")
    with tempfile.TemporaryDirectory(prefix="chuan-bench-") as name, running_postgres() as server:
        folder = Path(name)
        stage, api_port = Stage(folder, server), free_port()
        api_url = f"http://127.0.0.1:{api_port}"
        with process("benchmarks.bot_api", api_port, {}, folder):
            for engine in [chosen.engine] if chosen.engine else ENGINES:
                many = 1 if engine == "SQLite" else THREADS
                lines.append(throughput(stage, engine, api_url, chosen.repeats, SIDE_BY_SIDE, many))
                lines.append(throughput(stage, engine, api_url, chosen.repeats, 1, 1))
                lines += over_http(stage, engine, api_url, chosen.repeats)
    print(table(lines, head))
    print(f"\nAim: ratio of updates/s at least 0.8, acknowledgement p99 under 100 ms. Took {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main()
