"""Inbox (hộp phiếu hỏi): enquiries in queues, and the conversation in which an officer answers."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import access, conversations, filters, once, queues, stored_files
from admin.conversations import get_or_abort
from admin.database import db, viewed, writing
from admin.faults import page as fault_page
from admin.language import now, say
from admin.pages import PanelView, expose
from admin.queues import Wish
from db.models import Enquiry, Staff
from domain.errors import MessageTooLong, NewerTurns, NoSuchCannedReply, OfficeError
from domain.folding import clean
from domain.messages import N_
from usecases import canned, desk, enquiries, learning, uploads
from usecases.enquiries import FileToSend, Seen
from usecases.uploads import KeptFile

LONGEST_REPLY = desk.LONGEST_DRAFT
MOST_FILES = 10
PREVIEW = 160
"""Characters of a canned reply beside its title."""


class InboxView(PanelView):
    endpoint_name = "inbox"
    title = N_("panel.menu.inbox")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """A queue, or what a search finds in all of them, narrowed by filters."""
        shown, choices = queues.offered(), filters.choices(db.session)
        wish = _wish(shown, choices)
        number = _page_number()
        found, has_more = queues.page(db.session, wish, current_user.id, number, now())
        page: str = self.render(
            "panel/inbox.html",
            wish=wish,
            queues=shown,
            empty=queues.EMPTY,
            counts=queues.counts(db.session, current_user.id),
            most=queues.MANY,
            choices=choices,
            address=_addresses(wish),
            lines=found,
            has_more=has_more,
            number=number,
            least=number * queues.PAGE + len(found),
            readable=conversations.readable,
        )
        return page

    @expose("/<reference>")
    def conversation(self, reference: str) -> str:
        """Everything said with this citizen, and the reply box."""
        enquiry = get_or_abort(db.session, reference)
        viewed("enquiries", reference)
        return self._conversation(enquiry)

    @expose("/<reference>/turns")
    def turns(self, reference: str) -> ResponseReturnValue:
        """What may change on the page, for the page that keeps itself up to date; 304 where nothing is new."""
        enquiry = get_or_abort(db.session, reference)
        response = current_app.make_response(self.render("panel/news.html", **_news(enquiry)))
        response.add_etag()
        return response.make_conditional(request)

    @expose("/<reference>/reply", methods=("POST",))
    def reply(self, reference: str) -> ResponseReturnValue:
        """Send the officer's answer. What was typed is shown again where it cannot be sent."""
        text = clean(request.form.get("text", ""))
        token = request.form.get("token") or abort(400)
        seen = conversations.seen_of(request.form.get("seen"))
        try:
            files = _take_in_files()
            if len(text) > LONGEST_REPLY:
                raise MessageTooLong(limit=LONGEST_REPLY, length=len(text))
            _send(reference, token, text, files, seen)
        except OfficeError as error:
            return self._refused(reference, error, text=text, refusal=say(error.key, **error.facts))
        except IntegrityError:  # the same form, sent twice at the same moment: the other request did the work
            current_app.logger.info("reply.repeated")
        if _is_script():
            return {"sent": True}
        flash(say(N_("panel.reply.sent")), "done")
        return redirect(url_for(".conversation", reference=reference, _anchor="reply"), 303)

    @expose("/<reference>/draft", methods=("POST",))
    def draft(self, reference: str) -> ResponseReturnValue:
        """Keep the reply in writing; colleagues see that somebody writes."""
        text, at = clean(request.form.get("text", "")), now()
        with writing() as session:
            enquiry, officer = get_or_abort(session, reference), _officer(session)
            desk.keep_draft(session, enquiry, officer, text, at)
            desk.be_seen(session, enquiry, officer, at, writes=bool(text))
        return {"saved": True}

    @expose("/<reference>/presence", methods=("POST",))
    def presence(self, reference: str) -> ResponseReturnValue:
        """The page is still open, or was just left."""
        with writing() as session:
            enquiry, officer = get_or_abort(session, reference), _officer(session)
            if request.form.get("leaves"):
                desk.leave(session, enquiry, officer)
            else:
                desk.be_seen(session, enquiry, officer, now())
        return {"seen": True}

    @expose("/<reference>/canned")
    def canned(self, reference: str) -> ResponseReturnValue:
        """The canned replies that a search finds, as they would read in an answer to this enquiry."""
        enquiry, officer = get_or_abort(db.session, reference), _officer(db.session)
        found = canned.find(db.session, clean(request.args.get("q", ""))[: queues.LONGEST_SEARCH])
        texts = [canned.fill(db.session, reply, enquiry, officer, now()).text[:PREVIEW] for reply in found]
        return [{"key": reply.id, "title": reply.title, "text": text} for reply, text in zip(found, texts, strict=True)]

    @expose("/<reference>/canned/<key>")
    def canned_text(self, reference: str, key: str) -> ResponseReturnValue:
        """One of them with the facts of this enquiry in its places."""
        enquiry = get_or_abort(db.session, reference)
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise NoSuchCannedReply
        filled = canned.fill(db.session, canned.get(db.session, int(key)), enquiry, _officer(db.session), now())
        return {"text": filled.text, "language": filled.language, "open": list(filled.open_places)}

    @expose("/<reference>/notes", methods=("POST",))
    def note(self, reference: str) -> ResponseReturnValue:
        """Leave a note for colleagues; the citizen never reads it."""
        text = clean(request.form.get("text", ""))
        token = request.form.get("token") or abort(400)
        try:
            with writing() as session:
                if once.claim(session, token, f"{reference}\nnote\n{text}", now()):
                    desk.add_note(session, get_or_abort(session, reference), _officer(session), text, now())
        except OfficeError as error:
            return self._refused(reference, error, note=text, note_refusal=say(error.key, **error.facts))
        except IntegrityError:
            current_app.logger.info("note.repeated")
        if _is_script():
            return {"noted": True}
        return redirect(url_for(".conversation", reference=reference, _anchor="note"), 303)

    @expose("/<reference>/take", methods=("POST",))
    def take(self, reference: str) -> ResponseReturnValue:
        """Take the enquiry; the citizen reads who has it."""
        with writing() as session:
            enquiries.take(session, get_or_abort(session, reference), _officer(session), now())
        return _done(reference, N_("panel.done.taken"))

    @expose("/<reference>/assign", methods=("POST",))
    def assign(self, reference: str) -> ResponseReturnValue:
        """Give the enquiry to a colleague."""
        given = request.form.get("officer", "")
        if not (given.isascii() and given.isdigit() and len(given) < 10):
            abort(400)
        with writing() as session:
            officer = desk.answerer(session, int(given), access.RIGHTS["inbox.reply"])
            _assign(session, reference, officer, takes_over=access.may("inbox.take_over"))
        return _done(reference, N_("panel.done.assigned"), officer=officer.full_name)

    @expose("/<reference>/take-over", methods=("POST",))
    def take_over(self, reference: str) -> ResponseReturnValue:
        """Take the enquiry from the colleague who has it."""
        with writing() as session:
            _assign(session, reference, _officer(session), takes_over=True)
        return _done(reference, N_("panel.done.taken"))

    @expose("/<reference>/give-back", methods=("POST",))
    def give_back(self, reference: str) -> ResponseReturnValue:
        """Let the bot speak again."""
        with writing() as session:
            enquiries.give_back(session, get_or_abort(session, reference), now())
        return _done(reference, N_("panel.done.given_back"))

    @expose("/<reference>/close", methods=("POST",))
    def close(self, reference: str) -> ResponseReturnValue:
        """End the enquiry; the citizen is asked for a rating."""
        with writing() as session:
            enquiries.close(session, get_or_abort(session, reference), by="staff", now=now())
        return _done(reference, N_("panel.done.closed"))

    @expose("/<reference>/files/<sha256>", methods=("GET", "POST"))
    def file(self, reference: str, sha256: str) -> ResponseReturnValue:
        """A file of this conversation, to save."""
        found = conversations.file_of(db.session, get_or_abort(db.session, reference), sha256)
        return stored_files.hand_out(found.sha256, found.name, lambda: viewed("enquiries", reference))

    @expose("/<reference>/pictures/<sha256>")
    def picture(self, reference: str, sha256: str) -> ResponseReturnValue:
        """The preview of a file of this conversation, to look at."""
        found = conversations.file_of(db.session, get_or_abort(db.session, reference), sha256)
        shown = stored_files.show_preview(found.sha256)
        if not conversations.was_noted(db.session, reference, now()):
            viewed("enquiries", reference)
        return shown

    def _conversation(self, enquiry: Enquiry, **facts: Any) -> str:
        mine = enquiry.assigned_to_id == current_user.id
        page: str = self.render(
            "panel/conversation.html",
            **_news(enquiry),
            following=queues.following(db.session, current_user.id, enquiry.id),
            token=str(uuid.uuid4()),
            officer_has_it=mine,
            colleagues=_colleagues(enquiry),
            most_files=MOST_FILES,
            longest=LONGEST_REPLY,
            longest_note=desk.LONGEST_NOTE,
            found=learning.found_for(db.session, enquiry),
            **({"text": desk.draft_of(db.session, enquiry, current_user.id), "refusal": None, "is_newer": False} | facts),
        )
        return page

    def _refused(self, reference: str, error: OfficeError, **facts: Any) -> ResponseReturnValue:
        is_newer = isinstance(error, NewerTurns)
        if _is_script():
            return fault_page(409 if is_newer else 422, say(error.key, **error.facts))
        db.session.rollback()  # look again: what came in meanwhile is to be seen
        return self._conversation(get_or_abort(db.session, reference), is_newer=is_newer, **facts), 409 if is_newer else 422


def _wish(shown: dict[str, str], choices: dict[str, dict[str, str]]) -> Wish:
    """What the address asks for; nonsense is a bad request."""
    queue = request.args.get("queue") or next(iter(shown))
    if queue not in shown:
        abort(400)
    search = clean(request.args.get("q", ""))[: queues.LONGEST_SEARCH]
    return Wish(queue, search, filters.chosen(request.args, choices))


def _page_number() -> int:
    given = request.args.get("page") or "0"
    if not (given.isascii() and given.isdigit()) or len(given) > len(str(queues.LAST_PAGE)):
        abort(400)
    return int(given)


def _addresses(wish: Wish) -> Callable[..., str]:
    """Addresses that differ from this page's in what is named; None takes a part away."""

    def address(**changes: Any) -> str:
        parts = {"queue": wish.queue, "q": wish.search} | dict(wish.chosen) | changes
        return url_for(".index", **{name: value for name, value in parts.items() if value})

    return address


def _news(enquiry: Enquiry) -> dict[str, Any]:
    """What of a conversation may change while its page is open."""
    shown = conversations.entries(db.session, enquiry)
    return {
        "enquiry": enquiry,
        "line": queues.lines(db.session, [enquiry], now())[0],
        "entries": shown,
        "seen": conversations.seen_in(shown),
        "stored": stored_files.by_digest(db.session, {file.sha256 for entry in shown for file in entry.turn.files}),
        "others": desk.others(db.session, enquiry, current_user.id, now()),
        "readable": conversations.readable,
        "followed": conversations.followed(db.session, shown),
    }


def _colleagues(enquiry: Enquiry) -> list[Staff]:
    """To whom the person may give the enquiry."""
    if not access.may("inbox.assign"):
        return []
    able = desk.answerers(db.session, access.RIGHTS["inbox.reply"])
    return [person for person in able if person.id not in {current_user.id, enquiry.assigned_to_id}]


def _done(reference: str, key: str, **facts: Any) -> ResponseReturnValue:
    """Say what was done, on the page of the enquiry, or of the inbox where the person no longer sees it."""
    flash(say(key, reference=reference, **facts), "done")
    db.session.rollback()
    is_seen = conversations.get(db.session, reference) is not None
    return redirect(url_for(".conversation", reference=reference) if is_seen else url_for(".index"), 303)


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _assign(session: Session, reference: str, officer: Staff, *, takes_over: bool) -> None:
    enquiry = get_or_abort(session, reference)
    enquiries.assign(session, enquiry, officer, by=_officer(session), takes_over=takes_over, now=now())


def _take_in_files() -> list[KeptFile]:
    """The files of the form, checked and kept, before any transaction begins."""
    given = [file for file in request.files.getlist("files") if file.filename]
    if len(given) > MOST_FILES:
        abort(413)
    return stored_files.take_in(given)


def _send(reference: str, token: str, text: str, files: list[KeptFile], seen: Seen | None) -> None:
    at = now()
    with writing() as session:
        if not once.claim(session, token, "\n".join([reference, text, *(file.sha256 for file in files)]), at):
            return
        for file in files:
            uploads.note_kept(session, file, at)
        outgoing = [FileToSend(file.sha256, file.name, file.media_type) for file in files]
        enquiry, officer = get_or_abort(session, reference), _officer(session)
        enquiries.reply(session, enquiry, officer, text=text, files=outgoing, seen=seen, now=at)
        desk.drop_draft(session, enquiry, officer)
        desk.be_seen(session, enquiry, officer, at, writes=False)
