"""What stands on each kind of paper of quantity marks (giấy tờ dấu định lượng), from top to bottom, said once for DOCX and PDF.

A sentence is a key of `locales/` whose braces are names of facts: filled, it is a line of the PDF; with the names left standing it is
a line of our DOCX template. The content follows Thông tư 21/2014/TT-BKHCN; the printed layouts of Mẫu 1.CBDĐL, 2.ĐNCN and 3.BCTH were not
seen. Papers are Vietnamese.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from domain.messages import N_
from locales import translate

LANGUAGE = "vi"
RECEIPT_SHEET, REGISTER_EXTRACT, COMPLETION_REQUEST, CERTIFICATE, ANNOUNCEMENT, FIRM_REPORT, OFFICE_REPORT, REFUSAL = (
    "receipt_sheet",
    "register_extract",
    "completion_request",
    "certificate",
    "announcement",
    "firm_report",
    "office_report",
    "refusal",
)
"""phiếu tiếp nhận · trích sổ theo dõi · yêu cầu bổ sung, hoàn chỉnh · giấy chứng nhận · bản công bố (của cơ sở) · báo cáo của cơ sở ·
báo cáo của Chi cục · thông báo không tiếp nhận."""


@dataclass(frozen=True)
class Line:
    """A paragraph; left out where the fact of `only_if` is empty."""

    key: str
    only_if: str = ""
    is_strong: bool = False
    is_centred: bool = False


@dataclass(frozen=True)
class Listed:
    """Facts, each with its label (`outgoing.name.<name>`); an empty one is left out."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A list of rows. `columns` are its names (`outgoing.column.<name>`), each with its share of the width in parts."""

    rows: str
    columns: tuple[tuple[str, int], ...]


Block = Line | Listed | Table


@dataclass(frozen=True)
class Kind:
    """A paper. `is_of_firm`: the firm signs it; `is_letter`: what it is about stands below its number (công văn)."""

    name: str
    title: str
    about: str
    blocks: tuple[Block, ...]
    is_of_firm: bool = False
    is_letter: bool = False
    copies: str = N_("outgoing.copies")
    """Nơi nhận; of the firm's own announcement, where the office stamps."""
    form: str = ""
    """Mẫu whose printed layout nobody saw."""
    more: tuple[str, ...] = ()
    """Names that ours does not use and staff may want."""
    has_code: bool = True
    """Whether there is a page that verifies it."""


def names_of_sentence(key: str) -> list[str]:
    """The facts that a sentence names."""
    return [name for _, name, _, _ in Formatter().parse(translate(key, LANGUAGE)) if name]


def names(kind: Kind) -> list[str]:
    """Every single fact of a paper, in the order in which it stands there; lists are not among them."""
    return list(dict.fromkeys(_names(kind)))


def _names(kind: Kind) -> Iterator[str]:
    yield from ("authority", "office", "document_number", "place_and_date", "signer_title", "signer", "made_at")
    yield from ("verify_link",) if kind.has_code else ()
    yield from (name for key in (kind.title, kind.about, kind.copies) if key for name in names_of_sentence(key))
    for block in kind.blocks:
        if isinstance(block, Line):
            yield from names_of_sentence(block.key)
            yield from (block.only_if,) if block.only_if and block.only_if not in tables(kind) else ()
        elif isinstance(block, Listed):
            yield from block.names
    yield from kind.more


def tables(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The lists of a paper with the names of their columns."""
    return {block.rows: tuple(name for name, _ in block.columns) for block in kind.blocks if isinstance(block, Table)}


_WHO = Listed(("firm", "tax_code", "firm_kind", "address", "place"))
_FIRM = ("tax_code", "address", "phone", "email", "representative", "position", "person")
_ENTRY = (*_FIRM, "reference", "submitted_on", "register_number", "times", "commune", "status", "control_document")
_PRODUCTS = Table("products", (("number", 1), ("name", 5), ("brand", 3), ("packaging", 3), ("quantity", 3)))

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            RECEIPT_SHEET,
            N_("outgoing.receipt_sheet.title"),
            N_("outgoing.receipt_sheet.about"),
            (
                Line(N_("outgoing.receipt_sheet.received"), is_centred=True),
                _WHO,
                Listed(("reference", "submitted_on")),
                Line(N_("outgoing.receipt_sheet.number"), is_strong=True, is_centred=True),
                Line(N_("outgoing.replaces"), only_if="previous_number"),
                Line(N_("outgoing.products")),
                _PRODUCTS,
                Line(N_("outgoing.no_permit"), is_strong=True),
                Line(N_("outgoing.receipt_sheet.keep")),
            ),
            more=_ENTRY,
        ),
        Kind(
            REGISTER_EXTRACT,
            N_("outgoing.register_extract.title"),
            N_("outgoing.register_extract.about"),
            (
                Listed(("register_number", "times", "firm", "commune", "firm_kind", "received_on", "expires_on")),
                Listed(("status", "status_since", "words", "previous_number")),
                Line(N_("outgoing.register_extract.products")),
                _PRODUCTS,
                Line(N_("outgoing.register_extract.earlier"), only_if="earlier"),
                Table("earlier", (("times", 1), ("register_number", 3), ("received_on", 2), ("status", 3))),
                Line(N_("outgoing.register_extract.as_of")),
                Line(N_("outgoing.no_permit"), only_if="is_announcement"),
            ),
            more=_ENTRY,
        ),
        Kind(
            COMPLETION_REQUEST,
            "",
            N_("outgoing.completion_request.about"),
            (
                Line(N_("outgoing.to_firm"), is_centred=True),
                Line(N_("outgoing.completion_request.received")),
                Line(N_("outgoing.completion_request.wanted")),
                Table("items", (("number", 1), ("part", 4), ("words", 8))),
                Line(N_("outgoing.completion_request.due"), only_if="due_on", is_strong=True),
                Line(N_("outgoing.completion_request.due_source"), only_if="due_source"),
                Line(N_("outgoing.completion_request.how")),
            ),
            is_letter=True,
            more=_FIRM,
        ),
        Kind(
            CERTIFICATE,
            N_("outgoing.certificate.title"),
            N_("outgoing.certificate.about"),
            (
                Line(N_("outgoing.certificate.certifies"), is_centred=True),
                _WHO,
                Line(N_("outgoing.certificate.fit")),
                _PRODUCTS,
                Line(N_("outgoing.certificate.until"), only_if="expires_on", is_strong=True),
                Line(N_("outgoing.replaces"), only_if="previous_number"),
            ),
            form="2.ĐNCN",
            more=_ENTRY,
        ),
        Kind(
            ANNOUNCEMENT,
            N_("outgoing.announcement.title"),
            N_("outgoing.announcement.about"),
            (
                Line(N_("outgoing.to_office"), is_centred=True),
                _WHO,
                Listed(("representative", "position", "person", "phone", "email", "announcement_kind", "old_number")),
                Line(N_("outgoing.announcement.announces")),
                Table("products", (("number", 1), ("name", 4), ("brand", 2), ("packaging", 3), ("quantity", 2), ("label", 2))),
                Line(N_("outgoing.announcement.conditions"), only_if="conditions"),
                Table("conditions", (("number", 1), ("name", 10), ("answer", 2))),
                Listed(("control_document",)),
                Line(N_("outgoing.announcement.instruments"), only_if="instruments"),
                Table("instruments", (("number", 1), ("name", 5), ("serial", 3), ("valid_until", 3))),
                Line(N_("outgoing.announcement.promise")),
                Line(N_("outgoing.announcement.originals")),
            ),
            is_of_firm=True,
            copies=N_("outgoing.announcement.stamp"),
            form="1.CBDĐL",
        ),
        Kind(
            FIRM_REPORT,
            N_("outgoing.firm_report.title"),
            N_("outgoing.firm_report.about"),
            (
                Line(N_("outgoing.to_office"), is_centred=True),
                Listed(("firm", "tax_code", "address", "phone", "email")),
                Line(N_("outgoing.firm_report.used")),
                Table("products", (("number", 1), ("name", 4), ("quantity", 2), ("register_number", 3), ("made", 3), ("note", 3))),
                Line(N_("outgoing.firm_report.control")),
                Line(N_("outgoing.firm_report.changes")),
                Line(N_("outgoing.firm_report.due")),
            ),
            is_of_firm=True,
            form="3.BCTH",
        ),
        Kind(
            OFFICE_REPORT,
            "",
            N_("outgoing.office_report.about"),
            (
                Line(N_("outgoing.office_report.to"), is_centred=True),
                Line(N_("outgoing.office_report.reports")),
                Table("figures", (("number", 1), ("name", 9), ("count", 2))),
                Line(N_("outgoing.office_report.by_commune"), only_if="communes"),
                Table(
                    "communes", (("number", 1), ("commune", 5), ("firms", 2), ("announcements", 3), ("certificates", 3), ("products", 3))
                ),
                Line(N_("outgoing.office_report.counted")),
            ),
            is_letter=True,
            copies=N_("outgoing.office_report.copies"),
            has_code=False,
        ),
        Kind(
            REFUSAL,
            "",
            N_("outgoing.refusal.about"),
            (
                Line(N_("outgoing.to_firm"), is_centred=True),
                Line(N_("outgoing.completion_request.received")),
                Line(N_("outgoing.refusal.decides")),
                Line(N_("outgoing.refusal.reason"), only_if="reason"),
                Line(N_("outgoing.refusal.next"), only_if="next_step"),
                Line(N_("outgoing.refusal.ask")),
            ),
            is_letter=True,
            more=_FIRM,
        ),
    )
}
"""All there are, by name."""
