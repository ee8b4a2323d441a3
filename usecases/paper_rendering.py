"""Rendering of a DOCX template (lập văn bản từ mẫu DOCX): for the limited subprocess (`usecases.opening`), as staff bring the templates.

Jinja runs in a sandbox that knows the names of the paper and nothing else. What is wrong with a template is said with the paragraph that
it is in. Loops without end, and memory without end, are ended from outside.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from domain import qr
from domain.errors import FileTorn, FileUnpacksTooLarge, FileWithMacros, TemplateBroken, TemplateLinksOut, TemplateUnknownName
from domain.opening import open_file
from usecases.uploads import WORD

CODE = "qr"
"""The name that stands for the picture of the QR code."""
MOST_LETTERS = 20_000_000
"""Of XML that one part of a paper may grow to: some thousand pages."""
_CODE_SIDE = 28 * 36_000
"""28 mm, in the units of Word (EMU)."""
_SHOWN = 160
_TAGS = re.compile(r"<[^>]+>")
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ufffe\uffff]")
"""What XML does not hold, and what docxtpl reads as a command (tab, bell, form feed)."""


@dataclass(frozen=True)
class Rendered:
    """The paper as DOCX."""

    content: bytes


def render_paper(content: bytes, *, name: str, names: Sequence[str], samples: Sequence[Mapping[str, Any]], code: str) -> Rendered:
    """The template filled with each of the samples in turn; the last one is answered. `code` is what the QR code holds.

    Raises `FileTorn`, `FileWithMacros` and its kin of a file that is no document, `TemplateLinksOut`, `TemplateUnknownName`,
    `TemplateBroken`.
    """
    open_file(content, name, WORD)
    made = b""
    for facts in samples:
        template = _Template(io.BytesIO(content), name)
        template.must_be_closed()
        template.must_know(names)
        made = template.filled(facts, code)
    return Rendered(made)


class _Printed(Template):
    """A template whose text ends where no paper goes on."""

    def render(self, *facts: Any, **more: Any) -> str:
        """Raises OverflowError."""
        parts, length = [], 0
        for part in self.generate(*facts, **more):
            length += len(part)
            if length > MOST_LETTERS:
                raise OverflowError("longer than any paper")
            parts.append(part)
        return "".join(parts)


class _Sandbox(SandboxedEnvironment):
    """No functions, no files, no attributes of ours."""

    template_class = _Printed

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {one: self.filters[one] for one in ("upper", "lower", "title", "default", "length", "join", "first", "last", "trim")}


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template under test or at work."""

    def __init__(self, file: io.BytesIO, name: str) -> None:
        super().__init__(file)
        self._name, self._sandbox = name, _Sandbox()
        try:
            self.init_docx()
        except ValueError as fault:  # python-docx names the type of what is no plain document
            raise (FileWithMacros if "macro" in str(fault).lower() else FileTorn)(name=name) from fault
        except (KeyError, SyntaxError, AttributeError) as fault:
            raise FileTorn(name=name) from fault

    def must_be_closed(self) -> None:
        """A document that fetches something from elsewhere when it is opened is refused; links to click on are welcome."""
        for part in self.docx.part.package.iter_parts():
            if any(one.is_external and not one.reltype.endswith("/hyperlink") for one in part.rels.values()):
                raise TemplateLinksOut(name=self._name)

    def must_know(self, names: Sequence[str]) -> None:
        """Raises `TemplateUnknownName` for a name that no paper of the kind has, with the paragraph."""
        for xml in self._parts():
            used = self._guarded(xml, lambda xml=xml: meta.find_undeclared_variables(self._sandbox.parse(_lines(xml))))
            if unknown := sorted(used - set(names)):
                raise TemplateUnknownName(name=self._name, unknown=", ".join(unknown), place=_place(xml, unknown[0]))

    def filled(self, facts: Mapping[str, Any], code: str) -> bytes:
        drawn = InlineImage(self, io.BytesIO(qr.png(code)), width=_CODE_SIDE) if code else ""
        try:
            self.render({**_fit(facts), CODE: drawn}, self._sandbox, autoescape=True)
            made = io.BytesIO()
            self.save(made)
        except (SyntaxError, KeyError, IndexError, ValueError) as fault:  # tags that cross each other leave no XML behind
            raise TemplateBroken(name=self._name, fault=str(fault)[:_SHOWN], place="–") from fault
        return made.getvalue()

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:
        return str(self._guarded(src_xml, lambda: super(_Template, self).render_xml_part(src_xml, part, context, jinja_env)))

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Title and author of the file stay as staff wrote them."""

    def _parts(self) -> list[str]:
        parts = [self.patch_xml(self.get_xml())]
        for kind in (self.HEADER_URI, self.FOOTER_URI):
            parts += [self.patch_xml(self.get_part_xml(part)) for _, part in self.get_headers_footers(kind)]
        return parts

    def _guarded(self, xml: str, work: Any) -> Any:
        try:
            return work()
        except UndefinedError as fault:
            raise TemplateUnknownName(name=self._name, unknown=str(fault), place=_place_of(xml, fault)) from fault
        except SecurityError as fault:
            raise TemplateBroken(name=self._name, fault=str(fault)[:_SHOWN], place=_place_of(xml, fault)) from fault
        except (OverflowError, MemoryError) as fault:
            raise FileUnpacksTooLarge(name=self._name, limit=MOST_LETTERS // 1_000_000) from fault
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as fault:
            raise TemplateBroken(name=self._name, fault=str(fault)[:_SHOWN], place=_place_of(xml, fault)) from fault


def _fit(value: Any) -> Any:
    """Facts without what XML cannot hold."""
    if isinstance(value, Mapping):
        return {str(name): _fit(held) for name, held in value.items()}
    return [_fit(held) for held in value] if isinstance(value, list | tuple) else _UNFIT.sub(" ", str(value))


def _lines(xml: str) -> str:
    """A paragraph a line, as docxtpl counts."""
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", xml)


def _place_of(xml: str, fault: BaseException) -> str:
    """The text of the paragraph in which a template failed."""
    number = fault.lineno if isinstance(fault, TemplateSyntaxError) else None
    trace = fault.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            number = trace.tb_lineno
        trace = trace.tb_next
    lines = _lines(xml).splitlines()
    return _shown(lines[number - 1]) if number is not None and 0 < number <= len(lines) else "–"


def _place(xml: str, word: str) -> str:
    tag = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(word)}\b")
    return next((_shown(line) for line in _lines(xml).splitlines() if tag.search(line)), "–")


def _shown(line: str) -> str:
    return _TAGS.sub("", line).strip()[:_SHOWN] or "–"
