"""The one place of the counter that turns expected errors into words."""

from bot.work import Work
from domain.errors import OfficeError
from usecases import outbox


def tell_refusal(work: Work, refusal: OfficeError) -> None:
    """Answer an expected error: what is wrong and what to do. The handler's own effects are rolled back already."""
    text = work.say(refusal.key, **refusal.facts)
    row = outbox.send(work.session, work.contact, "sendMessage", {"text": text, "parse_mode": "HTML"}, kind="reply", now=work.now)
    work.sent.append(row)
