"""`python -m benchmarks.papers`: certificates a minute in one process, beside a bare typst page of one word in the same run."""

import argparse
import gc
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import typst

from benchmarks.__main__ import machine, percentile, spread
from domain.papers.certificate import Certificate, certificates
from domain.papers.press import Code, Letterhead

NOW = datetime(2026, 12, 3, tzinfo=UTC)
MEGABYTE_IN_KILOBYTES = 1024
WARM_UP = 5


def people(first: int, number: int) -> list[Certificate]:
    """No two are alike: typst remembers what it has set before."""
    head = Letterhead(
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ TỈNH ĐỒNG NAI",
        "CHI CỤC TIÊU CHUẨN ĐO LƯỜNG CHẤT LƯỢNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    )
    return [
        Certificate(
            language="vi",
            head=head,
            serial=f"Số: {n:06d}/2026",
            title="GIẤY CHỨNG NHẬN",
            certifies="Chi cục trưởng chứng nhận",
            participant=f"Nguyễn Thị Phương {n}",
            firm=f"Công ty TNHH MTV Xăng dầu số {n}",
            attended="đã tham dự lớp",
            class_title="Tập huấn đo lường, chất lượng trong kinh doanh xăng dầu và khí dầu mỏ hóa lỏng",
            dates="từ ngày 01/12/2026 đến ngày 02/12/2026",
            place_and_date="Đồng Nai, ngày 03 tháng 12 năm 2026",
            signer_title="CHI CỤC TRƯỞNG",
            signer="Trần Văn Đức",
            code=Code(f"https://chuan.example/verify/{n:026d}", "Mã QR để kiểm tra"),
            verify="Quét mã để kiểm tra giấy chứng nhận này.",
        )
        for n in range(first, first + number)
    ]


def ours(first: int, number: int) -> list[float]:
    """Milliseconds of each certificate."""
    made = certificates(people(first, number), NOW)
    return [_timed(lambda: next(made)) for _ in range(number)]


def bare(first: int, number: int) -> list[float]:
    """Milliseconds of each page of one word, another word every time, in typst's own typeface and without PDF/A."""
    fonts = typst.Fonts(include_system_fonts=False)
    return [_timed(lambda word=f"w{n}": typst.compile(word.encode(), font_paths=fonts, format="pdf")) for n in range(first, first + number)]


def _timed(make: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    if not make().startswith(b"%PDF"):
        raise RuntimeError("no PDF")
    return (time.perf_counter() - began) * 1000


def line(what: str, runs: list[list[float]]) -> str:
    every = [one for run in runs for one in run]
    minute = spread([60_000 / statistics.mean(run) for run in runs])
    return f"| {what} | {minute} | {percentile(every, 0.5):.1f} | {percentile(every, 0.95):.1f} | {max(every):.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.papers")
    parser.add_argument("--number", type=int, default=300, help="certificates a run")
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    print(f"One process, {chosen.number} certificates a run. {machine()}\n")
    first = 0
    mine: list[list[float]] = []
    theirs: list[list[float]] = []
    ours(10_000_000, WARM_UP)
    bare(10_000_000, WARM_UP)
    for _ in range(chosen.repeats):
        gc.collect()
        mine.append(ours(first, chosen.number))
        theirs.append(bare(first, chosen.number))
        first += chosen.number
    print("| paper | a minute: median (lowest–highest) | p50 ms | p95 ms | longest ms |\n" + "| --- " * 5 + "|")
    print(line("certificate, PDF/A-2a and PDF/UA-1, QR code", mine))
    print(line("bare typst, a page of one word", theirs))
    ratio = statistics.mean(map(statistics.mean, theirs)) / statistics.mean(map(statistics.mean, mine))
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE_IN_KILOBYTES
    print(f"\nRatio of certificates to bare pages a minute: {ratio:.2f}. Most memory of the process: {highest:.0f} MB.")


if __name__ == "__main__":
    main()
