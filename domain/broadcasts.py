"""Broadcasts (tin gửi hàng loạt): what one says, checked as a whole before anything is sent, and written for each recipient.

A text is chat HTML with placeholders from a closed list and optional parts in double brackets, which are left out where a placeholder
in them has nothing to say:

>>> render("Kính gửi {{name}}[[ ({{firm}})]]: lịch <b>mới</b>", {"name": "A & B", "firm": ""}, {"name": "quý vị"})
'Kính gửi A &amp; B: lịch <b>mới</b>'
"""

import hashlib
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from domain import markup
from domain.channels import ChannelLimits
from domain.errors import BrokenMarkup
from domain.messages import N_

PLACEHOLDERS = {"name": 200, "firm": 200, "tax_code": 20, "commune": 80}
"""Name → the most characters that it may stand for."""
ALWAYS = ("name", "firm")
"""Those that have a polite word where nothing is known; the others stand in optional parts only."""

LINK, SERVICE, CLASS = "link", "service", "class"
"""What a button does: opens an address, starts a service (a wish's name), signs up for a class (its id)."""
MOST_BUTTONS, MOST_CAPTION = 6, 60
ROOM = 12
"""Characters that are left for the mark of a trial."""

_TOKEN = re.compile(r"\{\{\s*(?P<name>[^{}]*?)\s*\}\}|(?P<open>\[\[)|(?P<close>\]\])")
_PART = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_IN_TAG = re.compile(r"<[^>]*(?:\{\{|\[\[|\]\])[^>]*>")
_HALF_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]*>).{0,12}")
"""A sign that begins no tag: platforms refuse the whole message for it."""
_SAFE = ("https", "http", "mailto", "tel")


@dataclass(frozen=True)
class Button:
    """`captions` by language."""

    kind: str
    target: str
    captions: Mapping[str, str]


@dataclass(frozen=True)
class File:
    """A stored file that goes with the text."""

    sha256: str
    name: str
    media_type: str

    @property
    def is_picture(self) -> bool:
        return self.media_type in {"image/jpeg", "image/png"}


@dataclass(frozen=True)
class Content:
    """What a broadcast says, in every language."""

    texts: Mapping[str, str]
    buttons: tuple[Button, ...] = ()
    file: File | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Content":
        """As `to_json` wrote it."""
        buttons = tuple(Button(one["kind"], one["target"], one["captions"]) for one in stored.get("buttons", ()))
        return cls(stored["texts"], buttons, File(**stored["file"]) if stored.get("file") else None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, the same for the same content."""
        buttons = [{"kind": one.kind, "target": one.target, "captions": dict(one.captions)} for one in self.buttons]
        file = {"sha256": self.file.sha256, "name": self.file.name, "media_type": self.file.media_type} if self.file else None
        return {"texts": dict(self.texts), "buttons": buttons, "file": file}

    @property
    def digest(self) -> str:
        """SHA-256 over everything that a recipient may see."""
        return hashlib.sha256(json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Problem:
    """Something that stops a broadcast before it is sent: where (`vi`, `en.button.2`, `audience`), the key of a sentence and its facts."""

    where: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def render(text: str, facts: Mapping[str, str], polite: Mapping[str, str]) -> str:
    """The text for one recipient, its facts escaped; `polite` says what stands outside optional parts where a fact is empty.

    Raises KeyError for a placeholder that is not known, which `problems_of` names before.
    """

    def fact(found: re.Match[str]) -> str:
        name = found["name"]
        return found[0] if name is None else html.escape(facts[name] or polite[name])

    return _TOKEN.sub(fact, _PART.sub(lambda part: _optional(part[1], facts), text)).strip()


def _optional(part: str, facts: Mapping[str, str]) -> str:
    return part if all(facts[name] for name in _names(part)) else ""


def _names(text: str) -> list[str]:
    return [found["name"] for found in _TOKEN.finditer(text) if found["name"] is not None]


def problems_of(content: Content, languages: Collection[str], channels: Mapping[str, ChannelLimits]) -> list[Problem]:
    """Everything that is wrong with a content, for these channels; empty where it may be sent."""
    found = [problem for language in languages for problem in _of_text(content, language, channels)]
    if len(content.buttons) > MOST_BUTTONS:
        found.append(Problem("button", N_("broadcast.problem.buttons"), {"limit": MOST_BUTTONS}))
    for number, button in enumerate(content.buttons, 1):
        found += _of_button(button, number, languages)
    return found


def _of_text(content: Content, language: str, channels: Mapping[str, ChannelLimits]) -> Iterator[Problem]:
    text = content.texts.get(language, "")
    if not text.strip():
        yield Problem(language, N_("broadcast.problem.language"), {"language": language})
        return
    broken = list(_of_tokens(text, language))
    yield from broken
    if broken:
        return
    try:
        _check_markup(text)
    except BrokenMarkup as fault:
        yield Problem(language, N_("broadcast.problem.markup"), fault.facts)
        return
    yield from _of_links(text, language)
    length = markup.visible_length(render(text, {name: "x" * most for name, most in PLACEHOLDERS.items()}, {})) + ROOM
    for channel, limits in channels.items():
        limit = limits.caption if content.file else limits.text
        if length > limit:
            yield Problem(language, N_("broadcast.problem.length"), {"channel": channel, "limit": limit, "length": length})


def _of_tokens(text: str, language: str) -> Iterator[Problem]:
    for name in _names(text):
        if name not in PLACEHOLDERS:
            yield Problem(language, N_("broadcast.problem.placeholder"), {"name": name, "known": ", ".join(PLACEHOLDERS)})
    for name in _names(_PART.sub("", text)):
        if name in PLACEHOLDERS and name not in ALWAYS:
            yield Problem(language, N_("broadcast.problem.optional"), {"name": name})
    rest = _PART.sub("", _TOKEN.sub(lambda found: "" if found["name"] is not None else found[0], text))
    nested = any("[[" in part for part in _PART.findall(text))
    if nested or any(sign in rest for sign in ("{{", "}}", "[[", "]]")):
        yield Problem(language, N_("broadcast.problem.brackets"))
    if _IN_TAG.search(text):
        yield Problem(language, N_("broadcast.problem.in_tag"))


def _check_markup(text: str) -> None:
    """With each optional part and without it. Raises `BrokenMarkup`."""
    if half := _HALF_TAG.search(text):
        raise BrokenMarkup(detail=half[0])
    for part in _PART.findall(text):
        markup.read(part)
    markup.read(_PART.sub("", text))


def _of_links(text: str, language: str) -> Iterator[Problem]:
    for run in markup.read(_PART.sub(lambda part: part[1], text)):
        if run.href is not None and urlsplit(run.href).scheme not in _SAFE:
            yield Problem(language, N_("broadcast.problem.link"), {"link": run.href})


def _of_button(button: Button, number: int, languages: Collection[str]) -> Iterator[Problem]:
    for language in languages:
        caption = button.captions.get(language, "").strip()
        if not caption or len(caption) > MOST_CAPTION:
            yield Problem(f"{language}.button.{number}", N_("broadcast.problem.caption"), {"number": number, "limit": MOST_CAPTION})
    if button.kind == LINK and (urlsplit(button.target).scheme not in {"http", "https"} or not urlsplit(button.target).hostname):
        yield Problem(f"button.{number}", N_("broadcast.problem.link"), {"link": button.target})
    elif button.kind == CLASS and not button.target.isdecimal():
        yield Problem(f"button.{number}", N_("broadcast.problem.class"), {"number": number})
    elif button.kind not in {LINK, SERVICE, CLASS}:
        yield Problem(f"button.{number}", N_("broadcast.problem.button"), {"number": number})
