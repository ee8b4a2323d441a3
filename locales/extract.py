"""Which message keys the house uses, read from code and templates: `python -m locales.extract` adds missing ones, empty, to the catalogues.

A key is any string of the form `place.what` whose place is one of the catalogue's; a key that is put together at run time
(`f"status.{state}"`) counts as a prefix.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from locales.languages import LANGUAGES

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
ROOMS = ("domain", "usecases", "bot", "admin")
_KEY = re.compile(r"[a-z_]+(?:\.[a-z0-9_-]+)+")
_BEGINNING = re.compile(r"[a-z_]+\.[a-z0-9_.-]*")
_IN_TEMPLATE = re.compile(r"""["']([a-z_]+(?:\.[a-z0-9_-]+)+|[a-z_]+(?:\.[a-z0-9_-]+)*\.(?=["'] ?~))["']""")
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
_GIVEN_WHOLE = ("chat.", "widget.")
"""Places whose sentences the web page is given whole, for its script."""
_FILES = (".css", ".js", ".html", ".jsonl")


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it is written."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def used() -> tuple[set[str], set[str]]:
    """The keys that stand in code and templates, and the beginnings of those that are put together."""
    places = {str(message.id).split(".")[0] for message in read("vi") if message.id}
    keys: set[str] = set()
    prefixes = set(_GIVEN_WHOLE)
    for key in _literals():
        if key.split(".")[0] in places and not key.endswith(_FILES):
            if key.endswith(("…", ".", "_")):
                prefixes.add(key.removesuffix("…"))
            else:
                keys.add(key)
    return keys, prefixes


def _literals() -> Iterator[str]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.suffix == ".py":
                yield from _in_code(ast.parse(path.read_text("utf-8")))
            elif path.suffix == ".html":
                yield from _IN_TEMPLATE.findall(path.read_text("utf-8"))


class _Strings(ast.NodeVisitor):
    """Gathers the strings of a module, but for the names of log events; of a string that is put together, its beginning."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        logs = isinstance(node.func, ast.Attribute) and node.func.attr in _LEVELS
        for child in [node.func, *(node.args[1:] if logs else node.args), *node.keywords]:
            self.visit(child)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        first = node.values[0]
        beginning = str(first.value) if isinstance(first, ast.Constant) else ""
        if len(node.values) > 1 and _BEGINNING.fullmatch(beginning):
            self.found.append(beginning + "…")
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _KEY.fullmatch(node.value):
            self.found.append(node.value)


def _in_code(tree: ast.AST) -> list[str]:
    strings = _Strings()
    strings.visit(tree)
    return strings.found


def main() -> None:
    keys, prefixes = used()
    for language in LANGUAGES:
        catalogue = read(language)
        known = {str(message.id) for message in catalogue if message.id}
        for key in sorted(keys - known):
            catalogue.add(key, "")
            print(f"{language}: {key} is new and empty")
        for key in sorted(known - keys):
            if not any(key.startswith(prefix) for prefix in prefixes):
                print(f"{language}: {key} is used nowhere")
        with path_of(language).open("wb") as file:
            write_po(file, catalogue, width=140, sort_output=True)


if __name__ == "__main__":
    main()
