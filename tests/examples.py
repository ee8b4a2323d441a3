"""Dossiers as a firm would have filled them in, from the declarations' own examples, for tests."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact, Dossier, DossierDraft, Staff
from db.models.dossier import CHAT
from domain.dossiers.declaration import PRODUCTS, Field, Paper
from domain.product_list import Product, as_answer
from locales import translate
from usecases import dossier_drafts, dossier_forms, dossiers, uploads


def example(field: Field, language: str = "vi") -> Any:
    """The answer that a field's example is; of a product list, which is no text, a list of one."""
    if field.kind == PRODUCTS:
        return {"rows": as_answer([Product("08936003721777", "Trà tim sen", "Thái Bảo", "Hộp 60 túi", "Trà", market="Việt Nam")])}
    return dossier_forms.read_box(field, translate(f"dossier.field.{field.name}.example", language), language)


def a_file(session: Session, name: str, now: datetime, number: int = 0, media_type: str = "application/pdf") -> dict[str, Any]:
    """A stored file that was never on a disk."""
    digest = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
    uploads.note(session, digest, 1234 + number, media_type, now)
    return {"sha256": digest, "name": name, "media_type": media_type, "size": 1234 + number}


def a_draft(
    session: Session,
    now: datetime,
    kind: str = "barcode_registration",
    *,
    contact: Contact | None = None,
    staff: Staff | None = None,
    language: str = "vi",
    **answers: Any,
) -> DossierDraft:
    """A draft in which everything that is asked is answered and sent; `answers` stand instead of examples."""
    draft = dossier_drafts.begin(session, kind, contact=contact, staff=staff, language=language, now=now)
    for field in dossier_drafts.declared(draft).fields:
        if field in dossier_drafts.parts(draft):
            dossier_drafts.answer(draft, field, answers[field.name] if field.name in answers else example(field, language), now)
    for paper in dossier_drafts.parts(draft):
        if isinstance(paper, Paper):
            media_type = min(paper.types, key=lambda one: (one != "application/pdf", one))
            dossier_drafts.attach(draft, paper, a_file(session, f"{paper.name}.pdf", now, media_type=media_type), paper.name, now)
    session.flush()
    return draft


def a_dossier(session: Session, now: datetime, kind: str = "barcode_registration", *, source: str = CHAT, **who: Any) -> Dossier:
    """One that was handed in."""
    draft = a_draft(session, now, kind, **who)
    return dossiers.submit(session, draft, source=source, contact=who.get("contact"), staff=who.get("staff"), now=now)[0]
