"""The HTML that chat platforms accept (Telegram's subset): read, checked, cut to size and turned to plain text.

>>> to_plain('<b>Mã số</b> mã vạch: <a href="https://gs1.org.vn">GS1</a> &lt;3')
'Mã số mã vạch: GS1 (https://gs1.org.vn) <3'
>>> split("<b>một hai</b> ba", 8)
['<b>một hai</b>', 'ba']
"""

import html
from dataclasses import dataclass
from html.parser import HTMLParser

from domain.errors import BrokenMarkup

_ALLOWED = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote"}


@dataclass(frozen=True)
class Run:
    """A stretch of text with the tags around it, outermost first; `href` belongs to an `a` among them."""

    text: str
    tags: tuple[str, ...] = ()
    href: str | None = None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ALLOWED:
            raise BrokenMarkup(detail=f"<{tag}>")
        self._open.append((tag, dict(attrs).get("href") if tag == "a" else None))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise BrokenMarkup(detail=f"</{tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        href = next((href for _, href in self._open if href), None)
        self.runs.append(Run(data, tuple(tag for tag, _ in self._open), href))

    def close(self) -> None:
        super().close()
        if self._open:
            raise BrokenMarkup(detail=f"<{self._open[-1][0]}>")


def read(text: str) -> list[Run]:
    """The runs of a marked-up text; raises `BrokenMarkup` for an unknown, unclosed or crossed tag."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.runs


def units(text: str) -> int:
    """Length in UTF-16 units, as platforms count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def visible_length(text: str) -> int:
    """Length in UTF-16 units without the markup."""
    return sum(units(run.text) for run in read(text))


def to_plain(text: str) -> str:
    """The text without markup; a link keeps its address in brackets."""
    return "".join(f"{run.text} ({run.href})" if run.href and run.href != run.text else run.text for run in read(text))


def _write(run: Run, text: str) -> str:
    inner = html.escape(text, quote=False)
    for tag in reversed(run.tags):
        attribute = f' href="{html.escape(run.href)}"' if tag == "a" and run.href else ""
        inner = f"<{tag}{attribute}>{inner}</{tag}>"
    return inner


def _cut(text: str, room: int) -> int:
    """Where to cut `text` so that at most `room` units stand before: after a paragraph, a line, a word, else anywhere."""
    end = 0
    for end, char in enumerate(text):  # noqa: B007 - the last value is used
        room -= units(char)
        if room < 0:
            break
    else:
        return len(text)
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, 0, end + 1)
        if at > 0:
            return at
    return end


def split(text: str, limit: int) -> list[str]:
    """Cut a marked-up text into parts of at most `limit` visible units, each with its own whole markup."""
    parts: list[str] = []
    current, room = "", limit
    for run in read(text):
        rest = run.text
        while rest:
            at = _cut(rest, room) if units(rest) > room else len(rest)
            if at == 0 or (at < len(rest) and room < limit and rest[at : at + 1] not in {"\n", " "}):
                parts.append(current)  # the run starts afresh in the next part rather than mid-word
                current, room = "", limit
                continue
            current += _write(run, rest[:at])
            room -= units(rest[:at])
            rest = rest[at:]
            if rest:
                parts.append(current)
                current, room = "", limit
                rest = rest.lstrip()
    if current:
        parts.append(current)
    return [part.strip() for part in parts if part.strip()]
