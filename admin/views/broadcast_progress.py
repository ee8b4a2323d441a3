"""Broadcasts on their way (tiến độ gửi tin): the last check, approval, then progress, recipients and replies; pause, resume, cancel.

What may be done at all is decided in `usecases.broadcasts`; every act of a page is done once, however often its form is sent.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import access, broadcast_check, charts, content_form, conversations, once, second_person, sending_words, wording
from admin.broadcast_check import APPROVING
from admin.broadcast_figures import FigureBook, Figures
from admin.database import db, get_one_or_abort, viewed, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import Broadcast, Contact, Enquiry, Staff
from db.models.broadcast import (
    DRAFT,
    FAILED,
    PAUSED,
    PLANNING,
    RUNNING,
    SCHEDULED,
    SENDING,
    SENT,
    SKIPPED,
    SUBMITTED,
    UNKNOWN,
)
from db.queries import audience as audiences
from domain.errors import BroadcastChanged, BroadcastCountWrong, BroadcastMove, OfficeError
from domain.folding import clean
from domain.masking import recipient_code
from domain.messages import N_
from domain.sending_reasons import kind_of
from usecases import broadcast_estimates, broadcast_progress, broadcasts, office

PAGE, SAMPLE = 50, 20
LONGEST_REASON = 300
_ENDS = (SENT, FAILED, UNKNOWN, SKIPPED)
_STOPPABLE = (SCHEDULED, *RUNNING)
Deed = Callable[[Session, datetime], object]


class BroadcastProgressView(PanelView):
    endpoint_name = "broadcast_progress"
    title = N_("panel.sending.title")
    family = "broadcasts"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """How far it is and what there is to do; one that was not let go yet is shown on the page of the last check."""
        row = _get(request.args.get("id", ""))
        if row.status in {DRAFT, SUBMITTED}:
            return redirect(url_for(".check", id=row.id), 302)
        return self._progress(row)

    @expose("/live")
    def live(self) -> ResponseReturnValue:
        """What of the page moves, for the page that keeps itself up to date; 304 where nothing is new."""
        row = _get(request.args.get("id", ""))
        response = current_app.make_response(self.render("panel/sending_live.html", **_standing(row)))
        response.add_etag()
        return response.make_conditional(request)

    def _progress(self, row: Broadcast, **wrong: str) -> str:
        page: str = self.render(
            "panel/sending.html",
            **_standing(row),
            content=broadcasts.content_of(db.session, row),
            preview=broadcast_check.preview,
            target=content_form.where_to,
            people=_people(row),
            replies=broadcast_progress.count_replies(db.session, row.id),
            is_editable=broadcasts.is_editable(row),
            may_stop=row.status in _STOPPABLE,
            may_end=row.status in {*_STOPPABLE, PAUSED},
            is_typed=_is_typed(row),
            wrong=wrong,
            typed=request.form.get("typed", ""),
            longest=LONGEST_REASON,
            token=str(uuid.uuid4()),
        )
        return page

    # before it goes

    @expose("/check")
    def check(self) -> ResponseReturnValue:
        """The last check of a draft, or the same page for the second person."""
        row = _get(request.args.get("id", ""))
        if row.status not in {DRAFT, SUBMITTED}:
            return redirect(url_for(".index_view", id=row.id), 302)
        return self._check(row)

    def _check(self, row: Broadcast, **wrong: str) -> str:
        page: str = self.render(
            "panel/sending_check.html",
            row=row,
            preview=broadcast_check.preview,
            target=content_form.where_to,
            check=broadcast_check.of(db.session, row, _pace(), now()),
            trial=_is_trial(),
            said=sending_words,
            wrong=wrong,
            typed=request.form.get("typed", ""),
            longest=LONGEST_REASON,
            token=str(uuid.uuid4()),
        )
        return page

    @expose("/sample")
    def sample(self) -> str:
        """Twenty of those whom it would reach, by chance."""
        row = _get(request.args.get("id", ""))
        viewed("broadcasts", row.id)
        wanted = broadcasts.conditions(row, now(), trial=False)
        some = audiences.sample(db.session, [*wanted, access.rows("contacts")], SAMPLE)
        page: str = self.render("panel/sending_sample.html", row=row, some=some)
        return page

    @expose("/submit", methods=("POST",))
    def submit(self) -> ResponseReturnValue:
        """Hand a draft in: it goes at its moment, or waits for a second person."""
        row = _get(request.form.get("id", ""))

        def deed(session: Session, moment: datetime) -> None:
            broadcasts.submit(session, row.id, digest=request.form.get("digest", ""), typed=_number("typed"), now=moment)

        return self._decided(row, _once(row, "submit", deed))

    @expose("/approve", methods=("POST",))
    def approve(self) -> ResponseReturnValue:
        """A second person lets it go, exactly as the page showed it."""
        row = _get(request.form.get("id", ""))

        def deed(session: Session, moment: datetime) -> None:
            officer, alone = session.get_one(Staff, current_user.id), second_person.is_alone(session, APPROVING)
            broadcasts.approve(session, row.id, by=officer, digest=request.form.get("digest", ""), alone=alone, now=moment)

        return self._decided(row, _once(row, "approve", deed))

    @expose("/send_back", methods=("POST",))
    def send_back(self) -> ResponseReturnValue:
        """A second person gives it back to its writer, saying why."""
        row, reason = _get(request.form.get("id", "")), clean(request.form.get("reason", ""))[:LONGEST_REASON]
        if not reason:
            return self._check(row, reason=say(N_("panel.form.needed"))), 422

        def deed(session: Session, moment: datetime) -> None:
            broadcasts.send_back(session, row.id, by=session.get_one(Staff, current_user.id), reason=reason, now=moment)

        refusal = _once(row, "send back", deed)
        if refusal is None:
            flash(say(N_("panel.sending.done.sent_back"), title=row.title), "done")
        return self._decided(row, refusal, is_said=True)

    def _decided(self, row: Broadcast, refusal: OfficeError | None, *, is_said: bool = False) -> ResponseReturnValue:
        """The page after a decision, or the page of the check again where it could not be made."""
        db.session.rollback()  # look again
        row = db.session.get_one(Broadcast, row.id)
        if refusal is None:
            if not is_said:
                flash(say(N_("panel.sending.done.submitted") if row.status == SUBMITTED else N_("panel.sending.done.let_go")), "done")
            return redirect(url_for(".index_view", id=row.id), 303)
        if isinstance(refusal, BroadcastMove | BroadcastChanged):  # somebody was faster: what stands now is to be seen
            flash(_said(refusal), "refused")
            return redirect(url_for(".index_view", id=row.id), 303)
        if isinstance(refusal, BroadcastCountWrong):
            return self._check(row, typed=_said(refusal)), 422
        return self._check(row, all=_said(refusal)), 422

    # while it runs

    @expose("/pause", methods=("POST",))
    def pause(self) -> ResponseReturnValue:
        """Stop for now, with a reason that stays beside it."""
        row, reason = _get(request.form.get("id", "")), clean(request.form.get("reason", ""))[:LONGEST_REASON]
        if not reason:
            return self._progress(row, reason=say(N_("panel.form.needed"))), 422
        refusal = _once(row, "pause", lambda session, moment: broadcasts.pause(session, row.id, reason=reason, now=moment))
        return _moved(row, refusal, N_("panel.sending.done.paused"))

    @expose("/resume", methods=("POST",))
    def resume(self) -> ResponseReturnValue:
        """Go on where it was stopped."""
        row = _get(request.form.get("id", ""))
        refusal = _once(row, "resume", lambda session, moment: broadcasts.resume(session, row.id, moment))
        return _moved(row, refusal, N_("panel.sending.done.resumed"))

    @expose("/cancel", methods=("POST",))
    def cancel(self) -> ResponseReturnValue:
        """End it for good; with many recipients left, their number is typed."""
        row = _get(request.form.get("id", ""))
        if _is_typed(row) and (_number("typed") is None or _number("typed") != _number("shown")):
            return self._progress(row, typed=say(N_("panel.sending.cancel_wrong"))), 422
        refusal = _once(row, "cancel", lambda session, moment: broadcasts.cancel(session, row.id, moment))
        return _moved(row, refusal, N_("panel.sending.done.cancelled"))

    # recipients and replies

    @expose("/recipients")
    def recipients(self) -> str:
        """Who got it and who did not, page by page."""
        row, chosen = _get(request.args.get("id", "")), request.args.get("state", "")
        kind, after = request.args.get("reason", ""), _key(request.args.get("after"))
        if (chosen and chosen not in sending_words.RECIPIENT) or (kind and kind not in sending_words.REASON):
            abort(400)
        viewed("broadcasts", row.id)
        words = _words_of(row, chosen, kind) if kind else None
        found = db.session.scalars(broadcast_progress.recipients(row.id, chosen, words, after=after).limit(PAGE + 1)).all()
        keys = {one.contact_id for one in found}
        contacts = db.session.scalars(select(Contact).where(Contact.id.in_(keys), access.rows("contacts")))
        page: str = self.render(
            "panel/sending_recipients.html",
            row=row,
            found=found[:PAGE],
            next=found[PAGE - 1].id if len(found) > PAGE else None,
            contacts={one.id: one for one in contacts},
            chosen=chosen,
            kind=kind,
            code=recipient_code,
            kind_of=kind_of,
            said=sending_words,
        )
        return page

    @expose("/replies")
    def replies(self) -> str:
        """What people said next."""
        row, before = _get(request.args.get("id", "")), _key(request.args.get("before"))
        viewed("broadcasts", row.id)
        found = broadcast_progress.replies(db.session, row.id, before or None)
        keys = {message.enquiry_id for message, _ in found if message.enquiry_id}
        wanted = select(Enquiry.id, Enquiry.reference).where(Enquiry.id.in_(keys), access.rows("enquiries"))
        page: str = self.render(
            "panel/sending_replies.html",
            row=row,
            found=found[: broadcast_progress.REPLIES],
            next=found[broadcast_progress.REPLIES - 1][0].id if len(found) > broadcast_progress.REPLIES else None,
            references=dict(db.session.execute(wanted).all()),
            readable=conversations.readable,
        )
        return page


def _get(key: str) -> Broadcast:
    found = get_one_or_abort(db.session, Broadcast, key)
    return found if found.deleted_at is None else abort(404)


def _once(row: Broadcast, what: str, deed: Deed) -> OfficeError | None:
    """Do it in one transaction, once a form; why it could not be done."""
    token, at = request.form.get("token") or abort(400), now()
    try:
        with writing() as session:
            if once.claim(session, token, f"broadcast {row.id}\n{what}", at):
                deed(session, at)
    except OfficeError as refusal:
        return refusal
    except IntegrityError:  # the same form, sent twice at the same moment: the other request did the work
        current_app.logger.info("broadcast.repeated")
    return None


def _moved(row: Broadcast, refusal: OfficeError | None, done: str) -> ResponseReturnValue:
    flash(_said(refusal) if refusal else say(done, title=row.title), "refused" if refusal else "done")
    return redirect(url_for(".index_view", id=row.id), 303)


def _said(refusal: OfficeError) -> str:
    """A refusal in words, the state among them."""
    facts = dict(refusal.facts)
    if "status" in facts:
        facts["status"] = say(wording.BROADCAST[facts["status"]])
    return say(refusal.key, **facts)


def _standing(row: Broadcast) -> dict[str, Any]:
    """What of a broadcast moves: its state in words, its counters, its pace and end, why some got nothing, and the drawings."""
    at, book = now(), current_app.extensions.setdefault("broadcast_figures", FigureBook())
    figures: Figures = book.of(db.session, row, at)
    speed = broadcast_progress.rate(db.session, row, at) if row.status == SENDING else 0.0
    is_going = row.status in RUNNING
    ends = broadcast_estimates.end(db.session, row, speed or _pace(), at, put_off=figures.put_off.until) if is_going else None
    refusals = broadcast_progress.refusals_by_minute(db.session, row.id)
    return {
        "row": row,
        "left": _left(row),
        "speed": speed,
        "ends": ends,
        "opens": _opens(row, at),
        "figures": figures,
        "said": sending_words,
        "is_over": row.finished_at is not None,
        "chart": charts.columns(figures.by_minute, _ENDS[:3]),
        "refusals": sum(refusals.values()),
        "refusal_chart": charts.columns({minute: {"refused": number} for minute, number in refusals.items()}, ("refused",)),
    }


def _opens(row: Broadcast, at: datetime) -> datetime | None:
    """When it may go on, where it is being sent but its hours are over for now."""
    if row.status not in {SCHEDULED, SENDING, PLANNING}:
        return None
    span = broadcast_estimates.span(db.session, row, {"": 0}, 1, at)
    return span.begins if span is not None and span.begins > at else None


def _left(row: Broadcast) -> int:
    """Who has not come to an end; before anybody is written down, whoever was counted when it was handed in."""
    if row.started_at is None:
        return row.submitted_count
    return max(row.total - row.sent - row.failed - row.unknown - row.skipped, 0)


def _is_typed(row: Broadcast) -> bool:
    """Whether ending it is confirmed by typing a number; what only waits for a second person is not."""
    if row.status == SUBMITTED:
        return False
    limit = office.setting(db.session, broadcasts.LIMIT_KEY)["type_above"]
    return bool(max(row.total, row.submitted_count) > limit)


def _words_of(row: Broadcast, state: str, kind: str) -> list[str]:
    """The very words of platform and rules that are of one kind."""
    found = broadcast_progress.reasons(db.session, row.id)
    return [text for one in found if one.kind == kind and state in {"", one.state} for text in one.said]


def _people(row: Broadcast) -> dict[str, str]:
    """Who wrote it and who let it go, by name."""
    keys = {"writer": row.by_id, "approver": row.approved_by_id}
    people = {one.id: one.full_name or one.email for one in db.session.scalars(select(Staff).where(Staff.id.in_(keys.values())))}
    return {name: people[key] for name, key in keys.items() if key in people}


def _number(name: str) -> int | None:
    """A whole number as people type it, with dots or blanks between its digits."""
    text = "".join(char for char in request.form.get(name, "") if char not in " .,\u00a0\u202f")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _key(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _pace() -> float:
    """Messages a second to an account. The web has no limit: at Telegram's pace its end is told too late rather than too early."""
    return float(current_app.extensions["settings"].telegram_rate)


def _is_trial() -> bool:
    return bool(current_app.extensions["settings"].trial_mode)
