"""Keys of records (khóa bản ghi) as filters and forms give them."""

from collections.abc import Collection, Iterator


def number_of(text: str) -> int:
    """The key in a form; 0, which no record has, where it is none.

    >>> number_of("12"), number_of("-1"), number_of("²")
    (12, 0, 0)
    """
    return int(text) if text in Keys() else 0


class Keys(Collection[str]):
    """All keys that a record may have: too many to be listed."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 19

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
