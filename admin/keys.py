"""Keys of records (khóa bản ghi) as a filter takes them: too many to be listed."""

from collections.abc import Collection, Iterator


class Keys(Collection[str]):
    """All keys that a record may have."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 19

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
