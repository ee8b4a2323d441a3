"""Product lists that were sent (danh mục đã gửi): read in the limited subprocess, kept as files of ours before any transaction.

Slow (up to seconds) and synchronous: for a thread.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.files import FileStore
from domain.dossiers.declaration import COMPANY_PREFIX, PRODUCTS, DossierType, Field
from domain.errors import FileNotOpened
from domain.gs1 import PrefixRange
from domain.messages import N_
from domain.product_list import Fault, Product, as_answer, from_answer
from locales import amount, translate
from usecases import codes, product_lists, uploads
from usecases.enquiries import FileToSend
from usecases.opening import Opener
from usecases.product_lists import SheetRead
from usecases.sheet_writing import FORMS, XLSX

JSON = "application/json"
FIRST = 3
"""Products that a preview shows."""
_LISTED = 5
"""Faulty rows that a sentence names."""


@dataclass(frozen=True)
class ListWanted:
    """What a list is checked against, in the language to answer in."""

    company_prefix: str
    firm: str
    ranges: tuple[PrefixRange, ...]
    language: str


def wanted(session: Session, declared: DossierType, answers: Mapping[str, Any], language: str) -> ListWanted:
    """Of a dossier or draft by its other answers."""
    prefix = next((field.name for field in declared.fields if field.kind == COMPANY_PREFIX), "")
    firm = next((field.name for field in declared.fields if field.of_firm == "name"), "")
    return ListWanted(str(answers.get(prefix) or ""), str(answers.get(firm) or ""), tuple(codes.ranges(session)), language)


def field_of(declared: DossierType) -> Field | None:
    """The field that takes a product list; a type has one at most."""
    return next((field for field in declared.fields if field.kind == PRODUCTS), None)


@dataclass(frozen=True)
class KeptList:
    """A sheet that was read. Its good rows are on the disk, and so is the sheet of faults; no row names them yet."""

    answer: Mapping[str, Any]
    """As drafts keep it: {rows_file, sheet, name, count, faulty}."""
    first: tuple[Product, ...]
    faults: tuple[Fault, ...]
    faults_file: FileToSend | None
    sizes: Mapping[str, int]
    """Bytes of the files of ours, by digest."""

    @property
    def count(self) -> int:
        return int(self.answer["count"])

    @property
    def faulty(self) -> int:
        return int(self.answer["faulty"])


class ProductSheets:
    """One for the process; threads may share it."""

    def __init__(self, files: FileStore, opener: Opener) -> None:
        self._files, self._opener = files, opener
        self._templates: dict[str, tuple[FileToSend, int]] = {}

    def template(self, language: str) -> tuple[FileToSend, int]:
        """The empty sheet, on the disk, and its size in bytes."""
        if language not in self._templates:
            content = product_lists.template(language)
            file = FileToSend(self._files.put(content), _named(N_("product.sheet.template_name"), language), FORMS[XLSX])
            self._templates[language] = (file, len(content))
        return self._templates[language]

    def take(self, sha256: str, name: str, asked: ListWanted) -> KeptList:
        """Read a stored sheet and keep what is in it. Raises what `product_lists.read_sheet` and `Opener.run` raise."""
        read = self._read(sha256, name, asked)
        rows = json.dumps(as_answer(read.products), ensure_ascii=False, separators=(",", ":")).encode()
        rows_file = self._files.put(rows)
        answer = {"rows_file": rows_file, "sheet": sha256, "name": name, "count": len(read.products), "faulty": read.faulty}
        kept = KeptList(answer, read.products[:FIRST], read.faults, None, {rows_file: len(rows)})
        return self._with_faults(kept, read, asked.language) if read.faults else kept

    def _read(self, sha256: str, name: str, asked: ListWanted) -> SheetRead:
        facts = {"company_prefix": asked.company_prefix, "firm": asked.firm, "language": asked.language}
        try:
            ranges = product_lists.ranges_as_facts(asked.ranges)
            return self._opener.run("read_sheet", self._files.read(sha256), SheetRead, ranges=ranges, **facts)
        except FileNotOpened:
            raise FileNotOpened(name=name) from None

    def _with_faults(self, kept: KeptList, read: SheetRead, language: str) -> KeptList:
        scratch = self._files.scratch()
        try:
            product_lists.write_faults(scratch, read, language)
            size = scratch.stat().st_size
            digest = self._files.adopt(scratch)
        finally:
            scratch.unlink(missing_ok=True)
        file = FileToSend(digest, _named(N_("product.sheet.faults_name"), language), FORMS[XLSX])
        return replace(kept, faults_file=file, sizes={**kept.sizes, digest: size})


def _named(key: str, language: str) -> str:
    return translate(key, language) + ".xlsx"


def note(session: Session, kept: KeptList, now: datetime) -> None:
    """The rows of the files that were kept, so that others may name them."""
    rows_file = kept.answer["rows_file"]
    for digest, size in kept.sizes.items():
        uploads.note(session, digest, size, JSON if digest == rows_file else FORMS[XLSX], now)


def faults_said(kept: KeptList, language: str) -> str:
    """In one sentence how many rows were taken and how many not, with the first of these; empty where all were."""
    if not kept.faulty and kept.count:
        return ""
    wrong = list(product_lists.faults_by_row(kept.faults, language).items())
    said = translate(N_("product.form_faults"), language, good=amount(kept.count, language), faulty=amount(kept.faulty, language))
    return " ".join([said, *(translate(N_("product.fault_in_row"), language, row=row, said=fault) for row, fault in wrong[:_LISTED])])


def products_of(files: FileStore, answer: Mapping[str, Any]) -> list[Product]:
    """The products of an answer, whichever way it was given. Raises FileNotFoundError."""
    rows = json.loads(files.read(answer["rows_file"])) if answer.get("rows_file") else answer.get("rows") or []
    return from_answer(rows)
