"""The papers of a dossier (giấy tờ của hồ sơ): its receipt, facts and sentences put together; the layout is in `domain.papers`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Dossier, DossierPaper, StoredFile, TimeLimit
from domain import dossiers
from domain.dossiers.declaration import GTINS, Field
from domain.messages import N_
from domain.papers import receipt
from domain.papers.press import Code, Fact
from domain.worktime import ZONE
from locales import amount, day, moment, translate
from usecases import class_papers, dossier_words, time_limits
from usecases.letterheads import letterhead

_UNREAD = "unverified"
"""Behind a document in a declaration: nobody read it."""
_FINGERPRINT = 16
"""Hex digits of a file's SHA-256 on paper; the dossier's digest is over the whole of each."""


def receipt_of(session: Session, dossier: Dossier, *, public_url: str) -> receipt.Receipt:
    """The receipt as it was handed out: what was received and promised then, whatever became of the dossier since."""
    language, kind = dossier.language, dossiers.declared(dossier.kind, dossier.version)
    given = [(field, _said(field, dossier.answers.get(field.name), language)) for field in kind.fields]
    return receipt.Receipt(
        language=language,
        head=letterhead(session, language),
        title=translate(N_("receipt.title"), language),
        reference=translate(N_("receipt.reference"), language, reference=dossier.reference),
        kind=translate(f"dossier.type.{kind.kind}", language),
        facts=tuple(fact for fact in _facts(session, dossier) if fact.text),
        code=Code(class_papers.verify_link(public_url, dossier.secret), translate(N_("paper.verify_code"), language)),
        verify=translate(N_("paper.verify"), language),
        answers_title=translate(N_("receipt.answers"), language),
        answers=tuple(Fact(dossier_words.name(field, language), text) for field, text in given if text),
        papers_title=translate(N_("receipt.papers"), language),
        columns=_columns(language),
        papers=tuple(_rows(session, dossier)),
        no_papers=translate(N_("receipt.no_papers"), language),
        digest_title=translate(N_("receipt.digest"), language),
        digest=grouped(dossier.digest),
        digest_note=translate(N_("receipt.digest_note"), language),
        no_permit=translate(N_("receipt.no_permit"), language),
        page_of=translate(N_("paper.page_of"), language),
    )


def _said(field: Field, value: Any, language: str) -> str:
    """An answer; codes run on in a line, as two hundred would take pages."""
    text = dossier_words.said(field, value, language)
    return text.replace("\n", ", ") if field.kind == GTINS else text


def _facts(session: Session, dossier: Dossier) -> list[Fact]:
    language, kind = dossier.language, dossiers.declared(dossier.kind, dossier.version)
    limit = time_limits.in_force(session, kind.limit, _received_on(dossier))
    promised = time_limits.due(session, kind.limit, dossier.submitted_at)
    said = {
        N_("receipt.firm"): dossier.firm,
        N_("receipt.tax_code"): dossier.tax_code,
        N_("receipt.received"): moment(dossier.submitted_at, language),
        N_("receipt.source"): translate(f"dossier.source.{dossier.source}", language),
        N_("receipt.state"): translate(f"dossier.state.{kind.first}", language),
        N_("receipt.next"): translate(f"dossier.next.{kind.first}", language),
        N_("receipt.due"): _due(limit, promised, language),
        N_("receipt.limit_source"): limit.source if limit else "",
        N_("receipt.basis"): "; ".join(basis(document, language) for document in kind.basis),
    }
    return [Fact(translate(label, language), text) for label, text in said.items()]


def _received_on(dossier: Dossier) -> date:
    return dossier.submitted_at.astimezone(ZONE).date()


def _due(limit: TimeLimit | None, promised: date | None, language: str) -> str:
    """The day, how it was counted, and whether anybody confirmed that it counts."""
    if limit is None or promised is None:
        return translate(N_("receipt.no_limit"), language)
    text = translate(N_("receipt.due_on"), language, day=day(promised, language), count=dossier_words.counted(limit, language))
    return text if limit.verified_by else f"{text} – {translate(N_('dossier.unverified'), language)}"


def _columns(language: str) -> receipt.Columns:
    return receipt.Columns(
        number=translate(N_("paper.number"), language),
        paper=translate(N_("receipt.paper"), language),
        file=translate(N_("receipt.file"), language),
        size=translate(N_("receipt.size"), language),
        fingerprint=translate(N_("receipt.fingerprint"), language),
    )


def handed_in(dossier: Dossier) -> Sequence[DossierPaper]:
    """The files that it was handed in with, in the order of the declaration; what came later is none of them."""
    order = [paper.name for paper in dossiers.declared(dossier.kind, dossier.version).papers]
    return sorted((one for one in dossier.papers if one.at <= dossier.submitted_at), key=lambda one: (order.index(one.paper), one.id))


def _rows(session: Session, dossier: Dossier) -> list[receipt.Row]:
    papers, language = handed_in(dossier), dossier.language
    digests = {one.sha256 for one in papers}
    pages = {
        key: count for key, count in session.execute(select(StoredFile.sha256, StoredFile.pages).where(StoredFile.sha256.in_(digests)))
    }
    return [
        receipt.Row(
            paper=translate(f"dossier.paper.{one.paper}.name", language),
            file=one.name,
            size=_size(one.size, pages.get(one.sha256), language),
            fingerprint=grouped(one.sha256[:_FINGERPRINT])[0],
        )
        for one in papers
    ]


def _size(count: int, pages: int | None, language: str) -> str:
    said = size(count, language)
    return f"{said}, {translate(N_('receipt.pages'), language, pages=pages)}" if pages else said


# words that pages show as well


def size(count: int, language: str) -> str:
    """Bytes as people say them: 1.234 KB."""
    return translate(N_("dossier.kilobytes"), language, number=amount(-(-count // 1024), language))


def grouped(digest: str, groups: int = 8) -> tuple[str, ...]:
    """A hex digest in groups of four, so many a line, as eyes compare them.

    >>> grouped("0123456789abcdef", 2)
    ('0123 4567', '89ab cdef')
    """
    fours = [digest[at : at + 4] for at in range(0, len(digest), 4)]
    return tuple(" ".join(fours[at : at + groups]) for at in range(0, len(fours), groups))


def basis(document: str, language: str) -> str:
    """A document of the law as a declaration names it, marked where nobody read it."""
    name = document.removesuffix(_UNREAD).strip()
    return f"{name} ({translate(N_('dossier.unverified'), language)})" if document.endswith(_UNREAD) else name
