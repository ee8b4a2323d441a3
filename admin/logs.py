"""Logs of the panel: one JSON object a line, events with fields, no personal data: numbers of people and cards are masked.

A fault is logged as the class and the places in the code. Its message is left out: it may quote what a citizen wrote.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from domain.masking import mask

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A record as one line; what was given as `extra` becomes fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": mask(record.getMessage()),
        }
        line |= {name: _masked(value) for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _masked(value: Any) -> Any:
    """A field as it may be logged: texts masked, numbers and the like as they are."""
    if isinstance(value, Mapping):
        return {name: _masked(held) for name, held in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, str | bytes):
        return [_masked(held) for held in value]
    return value if value is None or isinstance(value, bool | int | float) else mask(str(value))


def _fault(fault: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(fault.__traceback__)
    cause = fault.__cause__ or fault.__context__
    return {
        "fault": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "cause": type(cause).__qualname__ if cause else None,
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def log_json(level: str) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("waitress").setLevel(logging.WARNING)
