"""Inbox (hộp phiếu hỏi): enquiries in queues, and the conversation in which an officer answers."""

import uuid
from typing import Any

from flask import abort, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import once, queues
from admin.database import db, writing
from admin.faults import page as fault_page
from admin.language import now, say
from admin.pages import PanelView, expose
from db.files import FileStore
from db.models import Attachment, Enquiry, InboundMessage, OutboundMessage, Staff
from db.queries.transcripts import TranscriptFile, list_turns
from domain.errors import MessageTooLong, OfficeError
from domain.folding import clean
from domain.messages import N_
from usecases import enquiries, learning, uploads
from usecases.enquiries import FileToSend
from usecases.uploads import TakenFile

LONGEST_REPLY = 20_000
MOST_FILES = 10
SHOWN_INLINE = {"image/jpeg", "image/png", "image/webp"}
TURNS = 300


class InboxView(PanelView):
    endpoint_name = "inbox"
    title = N_("panel.menu.inbox")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """A queue, or what a search finds in all of them."""
        queue = request.args.get("queue", "waiting")
        if queue not in queues.QUEUES:
            abort(400)
        search = clean(request.args.get("q", ""))[:100]
        number = max(request.args.get("page", 0, type=int), 0)
        found, total = queues.page(db.session, queue, current_user.id, search, number, now())
        page: str = self.render(
            "panel/inbox.html",
            queue=queue,
            queues=queues.QUEUES,
            counts=queues.counts(db.session, current_user.id),
            lines=found,
            total=total,
            number=number,
            pages=-(-total // queues.PAGE),
            search=search,
        )
        return page

    @expose("/<reference>")
    def conversation(self, reference: str) -> str:
        """Everything said with this citizen, and the reply box."""
        return self._conversation(_get(db.session, reference))

    @expose("/<reference>/turns")
    def turns(self, reference: str) -> ResponseReturnValue:
        """The turns alone, for the page that keeps itself up to date; 304 where nothing is new."""
        enquiry = _get(db.session, reference)
        response = current_app.make_response(self.render("panel/turns.html", enquiry=enquiry, turns=_turns(enquiry)))
        response.add_etag()
        return response.make_conditional(request)

    @expose("/<reference>/reply", methods=("POST",))
    def reply(self, reference: str) -> ResponseReturnValue:
        """Send the officer's answer. What was typed is shown again where it cannot be sent."""
        text = clean(request.form.get("text", ""))
        token = request.form.get("token") or abort(400)
        try:
            files = _take_in_files()
            if len(text) > LONGEST_REPLY:
                raise MessageTooLong(limit=LONGEST_REPLY, length=len(text))
            _send(reference, token, text, files)
        except OfficeError as error:
            return self._refused(reference, text, say(error.key, **error.facts))
        except IntegrityError:  # the same form, sent twice at the same moment: the other request did the work
            current_app.logger.info("reply.repeated")
        if request.accept_mimetypes.best == "application/json":
            return {"sent": True}
        flash(say(N_("panel.reply.sent")), "done")
        return redirect(url_for(".conversation", reference=reference, _anchor="reply"), 303)

    @expose("/<reference>/take", methods=("POST",))
    def take(self, reference: str) -> ResponseReturnValue:
        """Take the enquiry; the citizen reads who has it."""
        with writing() as session:
            enquiries.take(session, _get(session, reference), _officer(session), now())
        return self._done(reference, N_("panel.done.taken"))

    @expose("/<reference>/give-back", methods=("POST",))
    def give_back(self, reference: str) -> ResponseReturnValue:
        """Let the bot speak again."""
        with writing() as session:
            enquiries.give_back(session, _get(session, reference), now())
        return self._done(reference, N_("panel.done.given_back"))

    @expose("/<reference>/close", methods=("POST",))
    def close(self, reference: str) -> ResponseReturnValue:
        """End the enquiry; the citizen is asked for a rating."""
        with writing() as session:
            enquiries.close(session, _get(session, reference), by="staff", now=now())
        return self._done(reference, N_("panel.done.closed"))

    @expose("/<reference>/files/<sha256>")
    def file(self, reference: str, sha256: str) -> ResponseReturnValue:
        """A file of this conversation, to save."""
        return _hand_out(reference, sha256, as_attachment=True)

    @expose("/<reference>/pictures/<sha256>")
    def picture(self, reference: str, sha256: str) -> ResponseReturnValue:
        """A picture of this conversation, to look at."""
        return _hand_out(reference, sha256, as_attachment=False)

    def _conversation(self, enquiry: Enquiry, **facts: Any) -> str:
        page: str = self.render(
            "panel/conversation.html",
            enquiry=enquiry,
            line=queues.lines(db.session, [enquiry], now())[0],
            turns=_turns(enquiry),
            following=queues.following(db.session, current_user.id, enquiry.id),
            token=str(uuid.uuid4()),
            officer_has_it=enquiry.assigned_to_id == current_user.id,
            most_files=MOST_FILES,
            found=learning.found_for(db.session, enquiry),
            **({"text": "", "refusal": None} | facts),
        )
        return page

    def _refused(self, reference: str, text: str, sentence: str) -> ResponseReturnValue:
        if request.accept_mimetypes.best == "application/json":
            return fault_page(422, sentence)
        return self._conversation(_get(db.session, reference), text=text, refusal=sentence), 422

    def _done(self, reference: str, key: str) -> ResponseReturnValue:
        flash(say(key, reference=reference), "done")
        return redirect(url_for(".conversation", reference=reference), 303)


def _get(session: Session, reference: str) -> Enquiry:
    found = session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one_or_none()
    return found if found is not None else abort(404)


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _turns(enquiry: Enquiry) -> list[Any]:
    return list_turns(db.session, enquiry.contact_id, since_inbound=enquiry.transcript_from, limit=TURNS)


def _take_in_files() -> list[TakenFile]:
    """The files of the form, checked, before any transaction begins."""
    limit = current_app.extensions["settings"].max_file_bytes
    given = [file for file in request.files.getlist("files") if file.filename]
    if len(given) > MOST_FILES:
        abort(413)
    return [uploads.take_in(file.read(), file.filename or "", limit) for file in given]


def _send(reference: str, token: str, text: str, files: list[TakenFile]) -> None:
    store: FileStore = current_app.extensions["files"]
    stored = [(store.put(file.content), file) for file in files]
    at = now()
    with writing() as session:
        if not once.claim(session, token, "\n".join([reference, text, *(digest for digest, _ in stored)]), at):
            return
        for digest, file in stored:
            uploads.note(session, digest, file.size, file.media_type, at)
        outgoing = [FileToSend(digest, file.name, file.media_type) for digest, file in stored]
        enquiries.reply(session, _get(session, reference), _officer(session), text=text, files=outgoing, now=at)


def _hand_out(reference: str, sha256: str, *, as_attachment: bool) -> ResponseReturnValue:
    file = _file_of(_get(db.session, reference), sha256)
    if file is None or (not as_attachment and file.media_type not in SHOWN_INLINE):
        abort(404)
    store: FileStore = current_app.extensions["files"]
    path = store.path(file.sha256)
    if not path.exists():
        abort(404)
    response = send_file(path, mimetype=file.media_type, as_attachment=as_attachment, download_name=file.name, etag=file.sha256)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file_of(enquiry: Enquiry, sha256: str) -> TranscriptFile | None:
    """A file by digest, if it was ever sent by or to the contact of this enquiry."""
    came = db.session.scalars(
        select(Attachment)
        .join(InboundMessage, InboundMessage.id == Attachment.inbound_message_id)
        .where(InboundMessage.contact_id == enquiry.contact_id, Attachment.sha256 == sha256)
        .limit(1)
    ).one_or_none()
    if came is not None:
        return TranscriptFile(came.sha256, came.name, came.media_type)
    payloads = db.session.scalars(
        select(OutboundMessage.payload).where(
            OutboundMessage.contact_id == enquiry.contact_id, OutboundMessage.method.in_(("sendPhoto", "sendDocument"))
        )
    )
    uploads_of = (payload[field] for payload in payloads for field in ("photo", "document") if isinstance(payload.get(field), dict))
    went = next((upload for upload in uploads_of if upload.get("$file") == sha256), None)
    return TranscriptFile(sha256, went["name"], went["media_type"]) if went else None
