"""Logs: one JSON object a line on standard output, one `update` id through all lines of an update, no personal data, no secrets."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import OperationalError
from structlog.typing import EventDict, ExcInfo

from domain.masking import mask

_SECRETS = [
    (re.compile(r"(?<!\d)\d{5,}:[\w-]{20,}"), "[token]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[mail]"),
    (re.compile(r"(postgres(?:ql)?(?:\+\w+)?://[^:/@\s]+):[^@\s]+@"), r"\1:[password]@"),
]
_OURS = {"timestamp", "level", "update"}
"""Keys whose values are made by ourselves; the id of an update may consist of digits alone."""


def redact(text: str) -> str:
    """Take tokens, mail addresses and database passwords out of a text, and mask identity-card, bank-card and phone numbers."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return mask(text)


def _redact_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: value if key in _OURS else _redacted(value) for key, value in event.items()}


def _redacted(value: Any) -> Any:
    """A value without secrets, however deep its texts lie."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {_redacted(key): _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(inner) for inner in value]
    return value if value is None or isinstance(value, int | float) else redact(repr(value))


def _trace(exc_info: ExcInfo) -> str:
    """Where a fault came from: classes and frames, without messages, which may hold a citizen's words or a statement's parameters.

    The operating system's and the database's own faults keep theirs: they say what is wrong with the machine.
    """
    fault: BaseException | None = exc_info[1]
    parts = []
    while fault is not None:
        frames = "".join(traceback.format_tb(fault.__traceback__))
        said = fault.orig if isinstance(fault, OperationalError) else fault if isinstance(fault, OSError) else None
        parts.append(f"{frames}{type(fault).__module__}.{type(fault).__qualname__}" + (f": {said}" if said else ""))
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\n\ncaused by\n\n".join(parts)


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Send everything, our own events and the libraries', through one formatter to standard output (or a stream)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_trace),
                _redact_event,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("httpx", "httpcore", "aiogram", "apscheduler", "uvicorn", "alembic"):  # uvicorn writes visitors' addresses
        logging.getLogger(noisy).setLevel(logging.WARNING)
