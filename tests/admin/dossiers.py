"""A dossier as a firm would have handed it in, for tests."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact, Dossier
from usecases import dossier_drafts, dossiers, uploads

KIND = "barcode_registration"
ANSWERS: dict[str, Any] = {
    "tax_code": "0100109106",
    "firm": "Cơ sở nước mắm Ba Làng",
    "address": {"line": "12 Trần Phú, phường Tĩnh Gia", "street": "12 Trần Phú", "commune": "Tĩnh Gia", "province": "Thanh Hóa"},
    "person": "Nguyễn Thị Mắm",
    "phone": "0905111222",
    "sector": "Nước mắm",
    "product_count": 12,
    "code_kind": "company_prefix",
    "uses_foreign_codes": "no",
}


def a_dossier(session: Session, now: datetime, contact: Contact | None = None, **facts: Any) -> Dossier:
    """Handed in now, with one paper, by somebody on the chat or by nobody."""
    draft = dossier_drafts.begin(session, facts.pop("kind", KIND), contact=contact, language="vi", now=now)
    draft.answers = ANSWERS | facts
    file = {"sha256": "a" * 64, "name": "dang-ky.pdf", "media_type": "application/pdf", "size": 1234}
    uploads.note(session, file["sha256"], 1234, "application/pdf", now)
    draft.papers = {"business_registration": [file]}
    dossier, _ = dossiers.submit(session, draft, source="chat", contact=contact, now=now)
    return dossier
