"""The draft of a lot check or measuring plan: what was answered so far, kept in the conversation, so that it survives a restart."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.memory import LOT, forget, keep, recall, recalled
from bot.work import Work
from domain.quantities import UNITS, Quantity
from usecases.lot_checks import LotAsked, Summary

CHECK, PLAN = "check", "plan"
QUANTITY, LOT_SIZE, DESTRUCTIVE, PLANNED, WEIGHTS = "quantity", "lot_size", "destructive", "planned", "weights"
N, MEAN, DEVIATION, SHORT, BEYOND, READY = SUMMARY_STEPS = ("n", "mean", "deviation", "short", "beyond", "ready")
STEPS = (QUANTITY, LOT_SIZE, DESTRUCTIVE, WEIGHTS, *SUMMARY_STEPS)
_BYTES = 8


@dataclass(frozen=True)
class LotDraft:
    """`parts` are the weights message by message, in `unit`; `pending` is what waits for the answer to a question."""

    token: str
    goal: str = CHECK
    step: str = QUANTITY
    value: str = ""
    symbol: str = ""
    lot_size: int = 0
    destructive: bool = False
    unit: str = ""
    points: str = ""
    is_sure: bool = False
    was_told: bool = False
    """It goes on from a result that wants more weights: what is no number has nothing to do with it."""
    parts: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] | None = None

    @property
    def quantity(self) -> Quantity:
        return Quantity(Decimal(self.value), self.symbol)

    @property
    def in_unit(self) -> Quantity:
        """The nominal quantity in the unit of the weights."""
        return self.quantity.in_unit(self.unit) if self.unit in UNITS else self.quantity

    @property
    def weights(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(one) for part in self.parts for one in part.split())

    def asked(self) -> LotAsked | None:
        """What there is to check; None while answers are missing."""
        if not self.value or not self.lot_size:
            return None
        if self.step == WEIGHTS and self.parts and self.pending is None:
            return LotAsked(self.quantity, self.lot_size, self.destructive, self.unit, self.weights)
        if self.step == READY:
            given = self.summary
            deviation = None if given[DEVIATION] is None else Decimal(given[DEVIATION])
            summary = Summary(given[N], Decimal(given[MEAN]), deviation, given[SHORT], given[BEYOND])
            return LotAsked(self.quantity, self.lot_size, self.destructive, self.unit, (), summary)
        return None


def begin(work: Work, goal: str) -> LotDraft:
    """A new draft in the place of one that was begun."""
    return put(work, LotDraft(secrets.token_urlsafe(_BYTES), goal))


def again(work: Work, asked: LotAsked, *, was_told: bool = False) -> LotDraft:
    """A new draft with what was checked, to weigh more."""
    given = [" ".join(map(str, asked.weights))] if asked.weights else []
    value, symbol = str(asked.quantity.value), asked.quantity.symbol
    facts: dict[str, Any] = {
        "lot_size": asked.lot_size,
        "destructive": asked.destructive,
        "unit": asked.unit,
        "parts": given,
        "is_sure": True,
        "was_told": was_told,
    }
    return put(work, LotDraft(secrets.token_urlsafe(_BYTES), CHECK, WEIGHTS, value, symbol, **facts))


def put(work: Work, draft: LotDraft, **changes: Any) -> LotDraft:
    """Keep it, changed."""
    changed = replace(draft, **changes)
    keep(work, LOT, asdict(changed))
    return changed


def open_draft(work: Work) -> LotDraft | None:
    kept = recall(work, LOT)
    return LotDraft(**kept) if kept else None


def kept_draft(data: Mapping[str, Any], now: datetime) -> LotDraft | None:
    """As `open_draft`, before the transaction."""
    kept = recalled(data, LOT, now)
    return LotDraft(**kept) if kept else None


def close(work: Work) -> None:
    forget(work, LOT)
