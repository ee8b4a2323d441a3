"""Message to participants (nhắn người học): an officer's own words to all who have a seat, who wait, or who are chosen; sent once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin import once
from admin.database import actor, db, get_one_or_abort, viewed, writing
from admin.language import now, say
from admin.pages import PanelView, expose
from db.models import Registration, Staff, TrainingClass
from db.models.registration import CONFIRMED, LIVE, OFFERED, WAITING
from domain.folding import clean
from domain.messages import N_
from usecases import class_notices, classes, history

LONGEST = 3000
CHOSEN = "chosen"
WHO: Mapping[str, str] = {
    "seated": N_("panel.message.seated"),
    "waiting": N_("panel.message.waiting"),
    "all": N_("panel.message.all"),
    CHOSEN: N_("panel.message.chosen"),
}
_STATES = {"seated": (CONFIRMED,), "waiting": (WAITING, OFFERED), "all": LIVE, CHOSEN: LIVE}


@dataclass(frozen=True)
class Wish:
    """Who is to read what. `token` names the form."""

    text: str
    who: str
    chosen: frozenset[int]
    token: str

    def of(self, session: Session, training_class: TrainingClass) -> Sequence[Registration]:
        """The registrations that are meant."""
        its = classes.of(session, training_class, _STATES[self.who])
        return [one for one in its if self.who != CHOSEN or one.id in self.chosen]


class ClassMessagesView(PanelView):
    endpoint_name = "class_messages"
    title = N_("panel.message.title")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """It belongs to a class: choose one."""
        return redirect(url_for("classes.index_view"))

    @expose("/<key>", methods=("GET", "POST"))
    def message(self, key: str) -> ResponseReturnValue:
        """Write, look at who would read it, send."""
        row = _class(key)
        if request.method == "GET":
            viewed("training_classes", row.id)
            return self._page(row, Wish("", "seated", frozenset(), str(uuid.uuid4())))
        wish = _wish()
        fault = _fault(wish, row)
        if fault or request.form.get("act") != "send":
            return self._page(row, wish, fault=fault, is_preview=not fault and request.form.get("act") != "edit"), 422 if fault else 200
        sent, unreached = _send(row, wish)
        if sent is not None:
            flash(say(N_("panel.message.sent"), sent=sent, unreached=unreached), "done")
        return redirect(url_for("classes.page", key=row.id), 303)

    def _page(self, row: TrainingClass, wish: Wish, fault: str = "", *, is_preview: bool = False) -> str:
        meant = wish.of(db.session, row)
        page: str = self.render(
            "panel/class_message.html",
            row=row,
            wish=wish,
            fault=fault,
            is_preview=is_preview,
            reached=[one for one in meant if one.contact],
            unreached=[one for one in meant if not one.contact],
            everybody=classes.of(db.session, row),
            offered=WHO,
            longest=LONGEST,
            present=class_notices.present,
        )
        return page


def _wish() -> Wish:
    who, token = request.form.get("who", ""), request.form.get("token", "")
    if who not in WHO or not token:
        abort(400)
    keys = [key for key in request.form.getlist("registration") if key.isascii() and key.isdigit() and len(key) < 19]
    return Wish(clean(request.form.get("text", "")), who, frozenset(map(int, keys)), token)


def _fault(wish: Wish, row: TrainingClass) -> str:
    if not wish.text:
        return say(N_("panel.form.needed"))
    if len(wish.text) > LONGEST:
        return say(N_("panel.form.too_long"))
    return "" if wish.of(db.session, row) else say(N_("panel.message.nobody"))


def _send(row: TrainingClass, wish: Wish) -> tuple[int | None, int]:
    """Once a form: to how many it went, and how many have no chat. None where it was sent before."""
    body = "\n".join([str(row.id), wish.text, wish.who, *map(str, sorted(wish.chosen))])
    try:
        with writing() as session:
            if not once.claim(session, wish.token, body, now()):
                return None, 0
            return _tell(session, row, wish)
    except IntegrityError:  # the same form, sent twice at the same moment: the other request did the work
        current_app.logger.info("class_message.repeated")
        return None, 0


def _tell(session: Session, row: TrainingClass, wish: Wish) -> tuple[int, int]:
    meant = wish.of(session, row)
    contacts = {one.contact.id: one.contact for one in meant if one.contact}
    officer = session.get_one(Staff, current_user.id)
    for key in sorted(contacts):
        class_notices.say_words(session, contacts[key], officer, row.title, wish.text, now())
    told: dict[str, Any] = {"message": wish.text, "registrations": [one.reference for one in meant if one.contact]}
    history.note(session, actor(), history.CREATED, "class_messages", row.id, now=now(), after=told)
    return len(contacts), sum(one.contact is None for one in meant)


def _class(key: str) -> TrainingClass:
    found = get_one_or_abort(db.session, TrainingClass, key)
    return found if found.deleted_at is None else abort(404)
