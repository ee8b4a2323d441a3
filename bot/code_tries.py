"""Wrong codes that a contact typed: after five in a quarter of an hour it has to wait."""

from bot.memory import CODES_TRIED, keep, recall
from bot.work import Work
from domain.errors import TooManyCodesTried

_TRIES, _MINUTES = 5, 15


def may_try(work: Work) -> None:
    """Raises `TooManyCodesTried` where there were too many wrong ones lately."""
    if (recall(work, CODES_TRIED) or 0) >= _TRIES:
        raise TooManyCodesTried(minutes=_MINUTES)


def count_wrong(work: Work) -> None:
    """One more. The caller answers by itself: a refusal that is raised would roll the count back."""
    keep(work, CODES_TRIED, (recall(work, CODES_TRIED) or 0) + 1)
