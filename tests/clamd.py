"""A virus scanner with memory, for tests: clamd's INSTREAM and PING over a real socket."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for a virus."""
THREAT = "Eicar-Signature"


class Clamd:
    """`seen` are the files that it was given. `stop` and `start` again on the same port; `limit` in bytes as StreamMaxLength."""

    def __init__(self, limit: int = 25_000_000) -> None:
        self.limit = limit
        self.seen: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "Clamd":
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._serve, args=[self._listening])
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._listening is not None and self._thread is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._listening.close()
            self._listening = None

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                line.sendall(self._answer(said) + b"\0")

    def _answer(self, said) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += said.read(1)
        if command == b"zPING\0":
            return b"PONG"
        assert command == b"zINSTREAM\0", command
        content = b""
        while size := struct.unpack("!I", said.read(4))[0]:
            content += said.read(size)
        self.seen.append(content)
        if len(content) > self.limit:
            return b"INSTREAM size limit exceeded. ERROR"
        return f"stream: {THREAT} FOUND".encode() if EICAR in content else b"stream: OK"


@contextmanager
def running_clamd(**options: int) -> Iterator[Clamd]:
    clamd = Clamd(**options).start()
    try:
        yield clamd
    finally:
        clamd.stop()
