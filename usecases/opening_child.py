"""The limited subprocess in which foreign files are decoded: `python -m usecases.opening_child`, with its line on file descriptor 0.

It may call the functions listed here and nothing else, with little memory and processor time; it opens no file for writing and gets no
setting and no secret of ours. What it answers is JSON and bytes, never a pickle: a decoder that was taken over must not reach further.
"""

import dataclasses
import importlib
import json
import os
import resource
import socket
import struct
from typing import Any, Protocol

from domain.errors import OfficeError

FUNCTIONS = {
    "open_file": "domain.opening",
    "read": "domain.barcode_photos",
    "read_sheet": "usecases.product_lists",
    "read_weights": "usecases.weight_sheets",
    "render_paper": "usecases.paper_rendering",
}
"""What may be asked for, and the module it is in. Each takes the file's bytes and plain facts; it returns a dataclass of plain values."""

MOST_MEMORY = 1536 * 1024 * 1024
"""Bytes of address space: a picture of 60 million pixels is held three times at most."""
MOST_ANSWERED = 512 * 1024 * 1024
"""Bytes of one message; more is nonsense."""
_FILES = 64
_NICE = 5
_LENGTHS = struct.Struct("!IQ")


class Line(Protocol):
    """What a socket does, perhaps with a limit of time."""

    def sendall(self, data: bytes, /) -> None: ...

    def recv_into(self, buffer: memoryview, /) -> int: ...


def tell(line: Line, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message: lengths, a head as JSON, a body of bytes."""
    text = json.dumps(head).encode()
    line.sendall(_LENGTHS.pack(len(text), len(body)) + text)
    line.sendall(body)


def hear(line: Line) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None where the other side is gone. Raises TimeoutError as the line is set up, ValueError for nonsense."""
    if (lengths := _exactly(line, _LENGTHS.size)) is None:
        return None
    of_head, of_body = _LENGTHS.unpack(lengths)
    if of_head + of_body > MOST_ANSWERED:
        raise ValueError("a message longer than any")
    head, body = _exactly(line, of_head), _exactly(line, of_body)
    return None if head is None or body is None else (json.loads(head), bytes(body))


def _exactly(line: Line, length: int) -> bytearray | None:
    received = bytearray(length)
    view, at = memoryview(received), 0
    while at < length:
        count = line.recv_into(view[at:])
        if not count:
            return None
        at += count
    return received


def flat(value: Any, blobs: list[bytes]) -> Any:
    """A dataclass, list or dictionary as JSON holds it; bytes go into `blobs` and leave their number."""
    if isinstance(value, bytes):
        blobs.append(value)
        return {"$bytes": len(blobs) - 1}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: flat(getattr(value, field.name), blobs) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): flat(inner, blobs) for key, inner in value.items()}
    return [flat(inner, blobs) for inner in value] if isinstance(value, list | tuple) else value


def full(value: Any, blobs: list[bytes]) -> Any:
    """What `flat` was given, with dictionaries in the place of dataclasses."""
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return blobs[value["$bytes"]]
        return {key: full(inner, blobs) for key, inner in value.items()}
    return [full(inner, blobs) for inner in value] if isinstance(value, list) else value


def _answer(asked: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """What the function says: a value, a refusal of ours, or the class of a fault."""
    name, blobs = asked["function"], list[bytes]()
    try:
        function = getattr(importlib.import_module(FUNCTIONS[name]), name)
        value = flat(function(content, **asked["facts"]), blobs)
    except OfficeError as refusal:
        return {"refusal": type(refusal).__name__, "facts": refusal.facts}, b""
    except Exception as fault:  # noqa: BLE001 - whatever a decoder throws is told to the parent, which ends this process
        return {"fault": type(fault).__name__}, b""
    return {"value": value, "blobs": [len(blob) for blob in blobs]}, b"".join(blobs)


def _limit() -> None:
    """For the life of the process. Where a system knows no such limit, it says so by an error, and there is no subprocess."""
    os.nice(_NICE)  # the counter goes first
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next job, beside the parent's clock: also a child without parent ends."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def main() -> None:
    """Answer until the line is closed."""
    _limit()
    with socket.socket(fileno=0) as line:
        while (message := hear(line)) is not None:
            asked, content = message
            _allow_seconds(asked["seconds"])
            tell(line, *_answer(asked, content))


if __name__ == "__main__":
    main()
