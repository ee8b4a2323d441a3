"""A dossier as a firm would have handed it in, for tests."""

import itertools
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.models import Contact, Dossier, Staff, StoredFile
from db.models.dossier import CHAT, COUNTER
from db.upsert import insert_if_absent
from usecases import dossier_drafts, dossiers

TAX_CODE = "0100233488"
ANSWERS = {
    "tax_code": TAX_CODE,
    "firm": "Công ty TNHH Nước mắm Phú Thuận",
    "address": {
        "line": "12 Lê Lợi, Phường Thuận Hóa, Thành phố Huế",
        "street": "12 Lê Lợi",
        "commune": "Phường Thuận Hóa",
        "province": "Thành phố Huế",
    },
    "person": "Nguyễn Thị Hoa",
    "phone": "0905111222",
    "sector": "Nước mắm",
    "product_count": 12,
    "code_kind": "company_prefix",
    "uses_foreign_codes": "no",
}
PAPER = {"sha256": "a" * 64, "name": "giấy đăng ký.pdf", "media_type": "application/pdf", "size": 321}
_numbers = itertools.count(1)


def an_officer(session: Session, now: datetime, name: str = "Lê Thị Hoa") -> Staff:
    """Somebody on the staff, each another."""
    key = f"officer-{next(_numbers)}"
    officer = Staff(email=f"{key}@chuan.example", full_name=name, fs_uniquifier=key, created_at=now)
    session.add(officer)
    session.flush()
    return officer


def a_draft(session: Session, now: datetime, contact: Contact | None = None, **answers: Any) -> Any:
    """A registration that lacks nothing."""
    insert_if_absent(session, StoredFile, sha256=PAPER["sha256"], size=PAPER["size"], media_type=PAPER["media_type"], stored_at=now)
    draft = dossier_drafts.begin(session, "barcode_registration", contact=contact, language="vi", now=now)
    draft.answers, draft.papers = ANSWERS | answers, {"business_registration": [PAPER]}
    return draft


def a_dossier(session: Session, now: datetime, contact: Contact | None = None, staff: Staff | None = None, **answers: Any) -> Dossier:
    """One that was handed in, by chat or at the counter."""
    source = CHAT if contact else COUNTER
    return dossiers.submit(session, a_draft(session, now, contact, **answers), source=source, contact=contact, staff=staff, now=now)[0]
