"""At the door (điểm danh): a page for a phone with a camera, that goes on when the network does not.

The page keeps the list and what was scanned in the browser. It sends what it has, as often as it must; each act has its own number.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import abort, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from admin.database import db, viewed, writing
from admin.language import current, now, say, today
from admin.pages import PanelView, expose
from db.models import ClassSession, TrainingClass
from db.models.attendance import IN, UNDO
from db.models.training_class import CLOSED, HELD, OPEN
from domain.errors import OfficeError
from domain.folding import clean, fold
from domain.messages import N_
from domain.training import Person, people_of, phone_of
from domain.worktime import ZONE
from locales import translate
from usecases import class_notices, classes, door

MOST_AT_ONCE = 100
"""Acts of one request; a device sends the rest in the next."""
WALK_IN = "walk-in"
_NEAR = timedelta(days=7)
_WORKER = Path(__file__).parents[1] / "static" / "door-worker.js"
_FAULTS = {
    door.UNKNOWN: N_("at_door.fault.unknown"),
    door.NO_SEAT: N_("at_door.fault.no_seat"),
    door.REPLACED: N_("at_door.fault.replaced"),
    door.OTHER_CLASS: N_("at_door.fault.other_class"),
    door.FUTURE: N_("at_door.fault.future"),
}
_TEXTS = {
    "welcome": N_("at_door.welcome"),
    "again": N_("at_door.again"),
    "stranger": N_("at_door.stranger"),
    "undone": N_("at_door.undone"),
    "undo": N_("at_door.undo"),
    "checkIn": N_("at_door.check_in"),
    "offline": N_("at_door.offline"),
    "waiting": N_("at_door.waiting"),
    "online": N_("at_door.online"),
    "signedOut": N_("at_door.signed_out"),
    "count": N_("at_door.count"),
    "earlier": N_("at_door.earlier"),
    "walkInKept": N_("at_door.walk_in_kept"),
    "noCamera": N_("at_door.no_camera"),
    "notKept": N_("at_door.not_kept"),
    "none": N_("at_door.none_found"),
    "present": N_("at_door.present"),
    "refused": N_("at_door.refused"),
}


class DoorView(PanelView):
    endpoint_name = "door"
    title = N_("panel.menu.door")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """The sessions of these days."""
        begin = now() - timedelta(days=1)
        near = select(ClassSession, TrainingClass).join(TrainingClass, TrainingClass.id == ClassSession.class_id)
        alive = (TrainingClass.deleted_at.is_(None), TrainingClass.status.in_((OPEN, CLOSED, HELD)))
        rows = db.session.execute(
            near.where(*alive, ClassSession.ends_at > begin, ClassSession.starts_at < begin + _NEAR).order_by(ClassSession.starts_at)
        ).all()
        page: str = self.render("panel/doors.html", meetings=rows, said=_said, is_today=lambda at: at.astimezone(ZONE).date() == today())
        return page

    @expose("/<int:session_id>")
    def meeting(self, session_id: int) -> ResponseReturnValue:
        """The door of one session. The list comes by itself, and is kept in the browser."""
        meeting, training_class = _of(session_id)
        viewed("training_classes", training_class.id)
        texts = {name: say(key) for name, key in _TEXTS.items()}
        page = self.render("panel/door.html", meeting=meeting, training_class=training_class, when=_said(meeting), texts=texts)
        response = make_response(page)
        response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        return response

    @expose("/<int:session_id>/list")
    def list(self, session_id: int) -> ResponseReturnValue:
        """Who is expected and who is there, with a fresh token for what the page sends."""
        meeting, training_class = _of(session_id)
        there = door.present(db.session, meeting)
        people = [
            {
                "ticket": person.ticket,
                "name": person.full_name,
                "firm": person.registration.firm,
                "found": fold(f"{person.full_name} {person.registration.firm} {person.phone} {person.registration.phone}"),
                "at": there[person.id].isoformat() if person.id in there else None,
            }
            for person in door.expected(db.session, training_class)
        ]
        seats = classes.seats(db.session, training_class)
        return jsonify(people=people, free=seats.free, csrf=generate_csrf())

    @expose("/<int:session_id>/scans", methods=("POST",))
    def scans(self, session_id: int) -> ResponseReturnValue:
        """Take in what a device kept: scans, undoings and walk-ins, in the order in which they happened."""
        meeting, _ = _of(session_id)
        acts = request.get_json().get("acts")
        if not isinstance(acts, list) or len(acts) > MOST_AT_ONCE:
            raise BadRequest
        return jsonify(merged=[_merge(meeting.id, act) for act in acts])

    @expose("/worker.js")
    def worker(self) -> ResponseReturnValue:
        """Keeps the page of the door, so that it opens without a network; its scope is this folder."""
        response = make_response(_WORKER.read_text("utf-8"))
        response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


def _of(session_id: int) -> tuple[ClassSession, TrainingClass]:
    meeting = db.session.get(ClassSession, session_id)
    training_class = db.session.get(TrainingClass, meeting.class_id) if meeting else None
    if meeting is None or training_class is None or training_class.deleted_at is not None:
        abort(404)
    return meeting, training_class


def _merge(session_id: int, act: Any) -> dict[str, Any]:
    """One act in a transaction of its own: what is wrong with one does not hold up the others."""
    uid, kind, at = _read(act)
    try:
        with writing() as session:
            meeting = session.get_one(ClassSession, session_id)
            merged = _walk_in(session, meeting, uid, at, act) if kind == WALK_IN else _scan(session, meeting, uid, kind, at, act)
    except OfficeError as refusal:
        return {"uid": uid, "name": str(act.get("name", "")), "at": None, "fault": translate(refusal.key, current(), **refusal.facts)}
    return {
        "uid": merged.uid,
        "name": merged.name,
        "at": merged.first_at.isoformat() if merged.first_at else None,
        "fault": say(_FAULTS[merged.fault]) if merged.fault else "",
        "first": merged.is_first,
    }


def _read(act: Any) -> tuple[str, str, datetime]:
    """Number, kind and moment of an act; 400 for what no page of ours sends."""
    try:
        uid, kind, at = act["uid"], act["kind"], datetime.fromisoformat(act["at"])
    except (TypeError, KeyError, ValueError) as fault:
        raise BadRequest from fault
    if not isinstance(uid, str) or not 8 <= len(uid) <= 40 or kind not in {IN, UNDO, WALK_IN} or at.tzinfo is None:
        raise BadRequest
    return uid, kind, at.astimezone(UTC)


def _scan(session: Session, meeting: ClassSession, uid: str, kind: str, at: datetime, act: Mapping[str, Any]) -> door.Merged:
    scan = door.Scan(uid, str(act.get("ticket", ""))[:100], kind, at)
    return door.merge(session, meeting, [scan], staff_id=current_user.id, now=now())[0]


def _walk_in(session: Session, meeting: ClassSession, uid: str, at: datetime, act: Mapping[str, Any]) -> door.Merged:
    (named,) = people_of(clean(str(act.get("name", "")).replace("\n", " "))[:120])
    phone = phone_of(str(act["phone"])) if act.get("phone") else ""
    person = Person(named.full_name, named.position, phone)
    firm = clean(str(act.get("firm", "")))[:200]
    return door.walk_in(session, meeting, person, firm, uid=uid, at=at, staff_id=current_user.id, now=now())


def _said(meeting: ClassSession) -> str:
    return class_notices.one_session(meeting.starts_at, meeting.ends_at, current())
