"""Opening (mở tệp): decoders of foreign files run in a few long-lived, limited subprocesses; one that hangs or dies is replaced.

Synchronous, for threads of the counter and the panel alike. Calls beyond the number of children wait for one.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from domain import errors
from domain.barcode_photos import Reading
from domain.errors import FileNotOpened, OfficeError
from domain.opening import Opened
from usecases.opening_child import FUNCTIONS, full, hear, tell

log = logging.getLogger("usecases.opening")

T = TypeVar("T")

CHILDREN = 2
SECONDS = 20.0
"""Wall time of one file; an honest one takes below two seconds on a machine that is not overloaded."""
_ROOT = Path(__file__).parents[1]
_END_SECONDS = 2.0


class OpenerClosed(ConnectionError):
    """The process is stopping: nothing is said about the file, which comes again."""


class _Hung(Exception):
    """A child did not answer in time."""


class _Died(Exception):
    """A child ended over a file, or answered nonsense."""


class Opener:
    """`open` a file, or `run` any function of `opening_child.FUNCTIONS`. The first call starts the first child. `close` once."""

    def __init__(self, children: int = CHILDREN, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(children)
        self._all: set[_Child] = set()
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._closed = False
        weakref.finalize(self, _end_all, self._all)  # for who forgets to close

    def open(self, content: bytes, name: str, media_type: str) -> Opened:
        """Open a file of an accepted type; raises what `domain.opening.open_file` raises, and `FileNotOpened`."""
        return self.run("open_file", content, Opened, name=name, media_type=media_type)

    def read_codes(self, content: bytes, name: str) -> Reading:
        """The barcodes in a picture or PDF; raises what `domain.barcode_photos.read` raises, and `FileNotOpened`."""
        return self.run("read", content, Reading, name=name)

    def run(self, function: str, content: bytes, result: type[T], **facts: Any) -> T:
        """Call a listed function with a file's bytes and plain facts; what it returns is made into `result` again.

        Raises the `OfficeError` that it raised; `FileNotOpened` (with the fact `name`, where one is given) when it hung, died or failed;
        `OpenerClosed`.
        """
        if function not in FUNCTIONS:
            raise ValueError(f"not a function for foreign files: {function}")
        with self._room:
            head, body = self._ask({"function": function, "facts": facts, "seconds": int(self._seconds)}, content)
        if "refusal" in head:
            raise _refusal(head)
        blobs, at = [], 0
        for length in head["blobs"]:
            blobs.append(body[at : at + length])
            at += length
        return TypeAdapter(result).validate_python(full(head["value"], blobs))

    def close(self) -> None:
        """End the children, also those at work: who waits for one gets `OpenerClosed`."""
        with self._lock:
            self._closed = True
            idle, self._idle[:] = list(self._idle), []
        for child in idle:
            self._drop(child)
        for child in list(self._all):
            child.kill()

    def _ask(self, head: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer of a child. One that has worked before may have died of something else than this file: a fresh one is asked too."""
        name = str(head["facts"].get("name", ""))
        try:
            child = self._take()
            if child.jobs:
                try:
                    return self._use(child, head, content)
                except _Died:
                    child = self._start()
            return self._use(child, head, content)
        except (_Hung, _Died) as fault:
            if self._closed:
                raise OpenerClosed from None
            log.warning("file.not_opened", extra={"function": head["function"], "fault": str(fault), "size": len(content)})
            raise FileNotOpened(name=name) from None

    def _use(self, child: "_Child", head: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            answer = child.ask(head, content, self._seconds)
        except BaseException:
            self._drop(child)
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return answer
        self._drop(child)
        return answer

    def _take(self) -> "_Child":
        while True:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            if child is None:
                return self._start()
            if child.is_alive():
                return child
            self._drop(child)

    def _start(self) -> "_Child":
        child = _Child()
        with self._lock:
            self._all.add(child)
            is_late = self._closed
        if is_late:
            self._drop(child)
            raise OpenerClosed
        return child

    def _drop(self, child: "_Child") -> None:
        with self._lock:
            self._all.discard(child)
        child.end()


class _Child:
    """One subprocess and the line to it. It inherits no setting, no secret, no open file; terminal signals do not reach it."""

    def __init__(self) -> None:
        self.jobs = 0
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "usecases.opening_child"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=_environment(),
                start_new_session=True,
            )

    def ask(self, head: dict[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Raises `_Hung` or `_Died`; the child is no longer of use then."""
        self.jobs += 1
        line = _Timed(self._line, seconds)
        try:
            tell(line, head, content)
            answer = hear(line)
        except TimeoutError:
            raise _Hung(f"no answer in {seconds:g} s") from None
        except (OSError, ValueError) as fault:
            raise _Died(type(fault).__name__) from None
        if answer is None:
            raise _Died(f"ended with {self._ended()}")
        if "fault" in answer[0]:
            raise _Died(str(answer[0]["fault"]))
        return answer

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it, whatever it does; whoever waits for its answer then hears that it died."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Kill it and close the line."""
        self.kill()
        self._line.close()

    def _ended(self) -> int | None:
        try:
            return self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return None


class _Timed:
    """The line, with one time limit for all that is said over one job."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._ends = line, time.monotonic() + seconds

    def sendall(self, data: bytes) -> None:
        self._limit()
        self._line.sendall(data)

    def recv_into(self, buffer: memoryview) -> int:
        self._limit()
        return self._line.recv_into(buffer)

    def _limit(self) -> None:
        if (left := self._ends - time.monotonic()) <= 0:
            raise TimeoutError
        self._line.settimeout(left)


def _environment() -> dict[str, str]:
    """What an interpreter needs, and numeric libraries that keep to one thread."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _refusal(head: dict[str, Any]) -> OfficeError:
    kind = getattr(errors, str(head["refusal"]))
    if not issubclass(kind, OfficeError):
        raise TypeError(kind)
    refusal: OfficeError = kind(**head["facts"])
    return refusal


def _end_all(children: "set[_Child]") -> None:
    for child in list(children):
        child.end()
