"""Whether a product list is awaited of a contact (danh mục đang chờ): in a draft, or in the checklist of what is asked for again."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import memory
from bot.dossier_asking import FillingIn
from bot.dossier_buttons import TEMPLATE, ProductStep
from bot.dossier_showing import Completing
from bot.inbound import Inbound
from db.models import Contact, Conversation, DemandedItem, Dossier, DossierDraft
from usecases import dossier_drafts, dossiers, kept_lists
from usecases.kept_lists import ListWanted


def awaited_list(session: Session, contact: Contact, conversation: Conversation, language: str, now: datetime) -> ListWanted | None:
    """What a sheet would be checked against; None where none is awaited."""
    about = memory.recalled(conversation.data, memory.AWAITED, now)
    if about is None:
        return None
    if conversation.state == FillingIn.asked.state:
        return _of_draft(session, contact, int(about), language)
    if conversation.state == Completing.item.state:
        key, item = about
        return _of_item(session, int(key), int(item), language)
    return None


def _of_draft(session: Session, contact: Contact, key: int, language: str) -> ListWanted | None:
    draft = session.get(DossierDraft, key)
    if draft is None or draft.contact_id != contact.id:
        return None
    declared = dossier_drafts.declared(draft)
    field = kept_lists.field_of(declared)
    return kept_lists.wanted(session, declared, draft.answers, language) if field and draft.at == field.name else None


def _of_item(session: Session, key: int, item: int, language: str) -> ListWanted | None:
    dossier, wanted = session.get(Dossier, key), session.get(DemandedItem, item)
    if dossier is None or wanted is None:
        return None
    declared = dossiers.declared(dossier)
    field = kept_lists.field_of(declared)
    return kept_lists.wanted(session, declared, dossier.answers, language) if field and wanted.name == field.name else None


def is_for_template(inbound: Inbound) -> bool:
    """Whether a button asks for the empty sheet."""
    press = inbound.update.callback_query if inbound.update else None
    if press is None or not (press.data or "").startswith(f"{ProductStep.__prefix__}:"):
        return False
    return (press.data or "").endswith(f":{TEMPLATE}")
