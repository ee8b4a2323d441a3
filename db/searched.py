"""Tables that are searched without diacritics: a column of folded text beside the text, kept right by the mapper."""

from typing import Any, ClassVar

from sqlalchemy import Text, event
from sqlalchemy.orm import Mapped, mapped_column

from domain.folding import fold


class Searched:
    """A mixin: `searched` names the columns whose folded words are kept in `folded`."""

    searched: ClassVar[tuple[str, ...]]
    folded: Mapped[str] = mapped_column(Text, default="")


def folded(record: type[Searched], values: dict[str, Any]) -> str:
    """The folded text of a row's values; for inserts that go past the mapper."""
    return fold(" ".join(str(values.get(name) or "") for name in record.searched))


@event.listens_for(Searched, "before_insert", propagate=True)
@event.listens_for(Searched, "before_update", propagate=True)
def _fold(_mapper: Any, _connection: Any, row: Searched) -> None:
    row.folded = fold(" ".join(str(getattr(row, name) or "") for name in row.searched))
