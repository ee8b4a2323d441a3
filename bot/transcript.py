"""The inbound half of the transcript: what came in, cleaned, with its files, before any conversation sees it."""

from aiogram.types import CallbackQuery, Message

from bot.work import Work
from db.models import Attachment, InboundMessage
from domain.folding import clean
from usecases import broadcast_replies, enquiries


def note_inbound(work: Work) -> InboundMessage | None:
    """Write down a message or a pressed button; None for events that say nothing (blocked, joined)."""
    update = work.inbound.update
    assert update is not None
    event = update.message or update.edited_message or update.callback_query
    if event is None:
        return None
    row = InboundMessage(
        contact_id=work.contact.id,
        kind="button" if update.callback_query else "edit" if update.edited_message else "message",
        text=_text_of(event),
        platform_message_id=str(event.message_id) if isinstance(event, Message) else None,
        at=work.now,
        broadcast_id=None if work.is_new else broadcast_replies.followed(work.session, work.contact, work.now),
    )
    row.attachments = [Attachment(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size) for file in work.files]
    work.session.add(row)
    work.session.flush()
    if work.enquiry is not None and not update.callback_query:
        enquiries.add(work.session, work.enquiry, row, work.now)
    return row


def _text_of(event: Message | CallbackQuery) -> str:
    if isinstance(event, CallbackQuery):
        return _caption_of_button(event)
    text = clean(event.text or event.caption or "")
    return text or ("" if event.photo or event.document else f"[{event.content_type}]")


def _caption_of_button(press: CallbackQuery) -> str:
    """What stood on the pressed button; its data where the platform does not tell."""
    message = press.message
    keyboard = message.reply_markup if isinstance(message, Message) else None
    for row in keyboard.inline_keyboard if keyboard else []:
        for button in row:
            if button.callback_data == press.data:
                return clean(button.text)
    return clean(press.data or "")
