"""The one way in for foreign files: gate, virus scan, decoder, disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.files import FileStore
from db.settings import Settings
from domain.errors import FileTorn, FileWithThreat
from tests.clamd import EICAR, THREAT, Clamd, running_clamd
from tests.pictures import PDF, phone_photo, picture
from usecases.intake import Intake
from usecases.scanning import Scanner, Verdict

INFECTED = PDF.replace(b"trailer", b"%" + EICAR + b"\ntrailer")


def an_intake(folder: Path, clamd: str = "") -> Intake:
    settings = Settings(_env_file=None, database_url="sqlite://", data_dir=folder, secret_key="x" * 32, clamd=clamd)
    return Intake(settings, FileStore(settings.files_dir))


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with running_clamd(limit=100_000) as running:
        yield running


def kept(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}


def test_a_file_is_kept_with_preview_and_copy_and_known_again(tmp_path: Path, clamd: Clamd) -> None:
    intake = an_intake(tmp_path, clamd.address)
    photo = phone_photo()
    taken = intake.take(photo, "ảnh.jpg")
    assert (taken.findings.scan, taken.findings.was_opened, taken.findings.pages) == ("clean", True, None)
    store = FileStore(tmp_path / "files")
    assert store.read(taken.sha256) == photo
    assert b"Exif" not in store.read(taken.findings.copy_sha256 or "")
    assert len(kept(tmp_path)) == 3
    again = intake.take(photo, "tên khác.jpg")
    assert (again.name, again.findings) == ("tên khác.jpg", taken.findings)
    assert clamd.seen == [photo], "the same file is examined once"
    assert intake.take(PDF, "a.pdf").findings.pages == 1
    intake.close()


def test_of_what_is_refused_nothing_is_kept(tmp_path: Path, clamd: Clamd) -> None:
    intake = an_intake(tmp_path, clamd.address)
    with pytest.raises(FileWithThreat) as refused:
        intake.take(INFECTED, "hồ sơ.pdf")
    assert refused.value.facts == {"name": "hồ sơ.pdf", "threat": THREAT}
    with pytest.raises(FileTorn):
        intake.take(picture()[:60] + b"IEND", "đứt.png")
    assert kept(tmp_path) == set()
    intake.close()


def test_without_a_scanner_or_while_it_is_away_a_file_is_not_scanned(tmp_path: Path, clamd: Clamd) -> None:
    alone = an_intake(tmp_path)
    assert alone.take(INFECTED, "a.pdf").findings.scan == "unscanned"
    alone.close()
    intake = an_intake(tmp_path, clamd.address)
    clamd.stop()
    assert intake.take(PDF, "a.pdf").findings.scan == "unscanned"
    clamd.start()
    assert intake.take(PDF, "a.pdf").findings.scan == "clean", "it is asked again"
    intake.close()


def test_what_the_scanner_says(clamd: Clamd) -> None:
    scanner = Scanner(clamd.address)
    assert scanner.scan(b"x" * 70_000) == Verdict("clean")
    assert scanner.scan(b"x" * 70_000 + EICAR) == Verdict("threat", THREAT)
    assert scanner.scan(b"x" * 100_001) == Verdict("unscanned"), "more than it takes"
    assert scanner.is_there()
    clamd.stop()
    assert not scanner.is_there()
    with pytest.raises(OSError, match="refused"):
        scanner.ask(b"x")
    assert Scanner("unix:/nowhere/clamd.sock").scan(b"x") == Verdict("unscanned")
