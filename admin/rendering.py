"""Our own messages on a page: the chat's markup, read and written again with every text escaped."""

from urllib.parse import urlsplit

from markupsafe import Markup, escape

from domain import markup
from domain.errors import BrokenMarkup

_TAGS = {
    "b": Markup("<strong>{}</strong>"),
    "strong": Markup("<strong>{}</strong>"),
    "i": Markup("<em>{}</em>"),
    "em": Markup("<em>{}</em>"),
    "u": Markup("<u>{}</u>"),
    "s": Markup("<s>{}</s>"),
    "code": Markup("<code>{}</code>"),
    "pre": Markup("<code>{}</code>"),
    "blockquote": Markup("<q>{}</q>"),
}
_LINK = Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>')


def show(text: str) -> Markup:
    """A marked-up text as HTML of ours; what is no markup of ours is shown as it is written."""
    try:
        runs = markup.read(text)
    except BrokenMarkup:
        return escape(text)
    return Markup("").join(_run(run) for run in runs)


def _run(run: markup.Run) -> Markup:
    inner = escape(run.text)
    for tag in reversed(run.tags):
        if tag == "a" and urlsplit(run.href or "").scheme in {"http", "https"}:
            inner = _LINK.format(run.href, inner)
        elif tag in _TAGS:
            inner = _TAGS[tag].format(inner)
    return inner
