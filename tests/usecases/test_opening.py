"""Decoders run in children that are limited, and replaced when they hang or die."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import FileNotOpened, FileTorn, PictureTooLarge
from domain.opening import Opened
from tests.pictures import bomb, phone_photo, picture
from usecases.opening import Opener, OpenerClosed
from usecases.opening_child import MOST_MEMORY


@pytest.fixture
def opener() -> Iterator[Opener]:
    opened = Opener(children=1, seconds=10)
    yield opened
    opened.close()


def child_of(opener: Opener) -> int:
    """Its only child's process id."""
    (child,) = opener._all
    return child._process.pid


def works(opener: Opener) -> Opened:
    return opener.open(phone_photo(), "ảnh.jpg", "image/jpeg")


def test_what_a_child_finds_comes_back_whole_and_so_do_its_refusals(opener: Opener) -> None:
    opened = works(opener)
    assert isinstance(opened, Opened)
    assert (opened.preview or b"")[:3] == (opened.copy or b"")[:3] == b"\xff\xd8\xff"
    for content, refusal in ((bomb(50_000, 50_000), PictureTooLarge), (picture()[:60] + b"IEND", FileTorn)):
        with pytest.raises(refusal) as refused:
            opener.open(content, "tệp", "image/png")
        assert refused.value.facts["name"] == "tệp"
    with pytest.raises(ValueError, match="not a function"):
        opener.run("system", b"", Opened)


def test_a_child_may_do_little_and_knows_nothing(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for decoders")
    works(opener)
    about = Path("/proc") / str(child_of(opener))
    limits = {" ".join(line.split()[:3]): line.split()[3] for line in (about / "limits").read_text().splitlines()}
    assert (limits["Max address space"], limits["Max file size"]) == (str(MOST_MEMORY), "0")
    assert int(next(line.split()[3] for line in (about / "limits").read_text().splitlines() if line.startswith("Max cpu"))) < 15
    assert b"SECRET_KEY" not in (about / "environ").read_bytes()
    ours = {os.readlink(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{number}")}
    theirs = {os.readlink(path) for path in (about / "fd").iterdir()}
    assert theirs & ours <= {"/dev/null"}


def test_a_child_that_died_is_replaced_and_no_file_is_refused_for_it(opener: Opener) -> None:
    works(opener)
    first = child_of(opener)
    os.kill(first, signal.SIGKILL)
    works(opener)
    second = child_of(opener)
    os.kill(second, signal.SIGSTOP)  # it dies over its next file
    killer = threading.Timer(0.2, os.kill, (second, signal.SIGKILL))
    killer.start()
    works(opener)
    killer.join()
    assert len({first, second, child_of(opener)}) == 3


def test_a_child_that_hangs_is_replaced_and_its_file_refused() -> None:
    opener = Opener(children=1, seconds=3)
    works(opener)
    hung = child_of(opener)
    os.kill(hung, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(FileNotOpened) as refused:
        works(opener)
    assert time.monotonic() - begun < 6
    assert refused.value.facts == {"name": "ảnh.jpg"}
    works(opener)
    assert child_of(opener) != hung
    assert not Path(f"/proc/{hung}").exists()
    opener.close()


def test_children_end_with_the_opener_and_files_in_hand_come_again(opener: Opener) -> None:
    works(opener)
    child = child_of(opener)
    os.kill(child, signal.SIGSTOP)
    closer = threading.Timer(0.2, opener.close)
    closer.start()
    with pytest.raises(OpenerClosed):
        works(opener)
    closer.join()
    assert not Path(f"/proc/{child}").exists()
    with pytest.raises(ConnectionError):  # what the counter tries again
        works(opener)
