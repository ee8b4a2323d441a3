"""Search material (dữ liệu tìm kiếm): all that the search is built from, as plain values. An edit is a changed copy of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EntryText:
    """A knowledge entry in one language. `is_served` is False for drafts, overdue and withdrawn ones that are searched but never shown."""

    key: int
    slug: str
    language: str
    topic: str
    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    is_served: bool = True


@dataclass(frozen=True)
class Subject:
    """A subject that is not ours, with questions as people put them."""

    slug: str
    name: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True)
class Thresholds:
    """Confidence, 0 to 1: from `sure` on the bot answers outright, from `fairly` on it offers choices."""

    sure: float
    fairly: float


@dataclass(frozen=True)
class Material:
    """What one index is built from."""

    entries: tuple[EntryText, ...]
    subjects: tuple[Subject, ...]
    abbreviations: dict[str, str] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(0.6, 0.3))
