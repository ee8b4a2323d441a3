"""Rights (phân quyền), all in this file: which role may call which function, sees which rows and which fields.

Closed by default: a route, a row or a field that is not named here is refused to everybody. A generated test walks every route as every
role and as an outsider, and fails for a route without a rule.
"""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_security import current_user
from sqlalchemy import ColumnElement, false, or_, select, true
from werkzeug.wrappers import Response

from admin.staff_login import is_signed_in, next_step
from db.models import Contact, Enquiry, StaffSession

ADMINISTRATOR, ENQUIRIES, TRAINING, BARCODES, METROLOGY, COMMUNICATIONS, VIEWER = ROLES = (
    "administrator",
    "enquiries",
    "training",
    "barcodes",
    "metrology",
    "communications",
    "viewer",
)
"""Quản trị · Giải đáp · Tập huấn · Mã số mã vạch · Đo lường · Truyền thông · Chỉ xem."""

EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
ADMINISTRATORS = frozenset({ADMINISTRATOR})
OFFICERS = frozenset({ADMINISTRATOR, ENQUIRIES})
"""Who looks after the inbox as a whole and the office's knowledge."""
SPECIALISTS = frozenset({TRAINING, BARCODES, METROLOGY})
"""Who answers the enquiries that a colleague assigns to them."""
ANSWERERS = OFFICERS | SPECIALISTS
READERS = ANSWERERS | {VIEWER}
AUTHORS = ANSWERERS | {COMMUNICATIONS}
"""Who writes knowledge; what one writes another approves."""

# ── functions: endpoint → the roles that may call it ─────────────────────────────────────────────────────────────────────────────────

OPEN = frozenset(
    {
        "static",
        "healthz",
        "security.login",
        "security.two_factor_token_validation",  # after the right password, else back to the beginning
        "security.mf_recovery",
        "security.wan_signin",
        "security.wan_signin_response",
        "security.forgot_password",
        "security.reset_password",
    }
)
"""What an outsider may call."""

RIGHTS = {
    # signing in and one's own account
    "security.logout": EVERYBODY,
    "security.verify": EVERYBODY,
    "security.wan_register": EVERYBODY,
    "security.wan_register_response": EVERYBODY,
    "security.wan_delete": EVERYBODY,
    "security.two_factor_setup": NOBODY,  # `second_factor` does what these four do
    "security.two_factor_setup_validate": NOBODY,
    "security.two_factor_rescue": NOBODY,
    "security.mf_recovery_codes": NOBODY,
    "security.tf_select": NOBODY,
    "security.static": NOBODY,
    "admin.static": NOBODY,
    "account.index": EVERYBODY,
    "account.password": EVERYBODY,
    "account.first_password": EVERYBODY,
    "account.language": EVERYBODY,
    "account.end_session": EVERYBODY,
    "account.end_others": EVERYBODY,
    "second_factor.index": EVERYBODY,
    "second_factor.confirm": EVERYBODY,
    "second_factor.codes": EVERYBODY,
    "second_factor.remove": EVERYBODY,
    # the start page
    "admin.index": EVERYBODY,
    # inbox
    "inbox.index": READERS,
    "inbox.conversation": READERS,
    "inbox.turns": READERS,
    "inbox.file": ANSWERERS,
    "inbox.picture": ANSWERERS,
    "inbox.reply": ANSWERERS,
    "inbox.take": ANSWERERS,
    "inbox.give_back": ANSWERERS,
    "inbox.close": ANSWERERS,
    # knowledge
    "knowledge.index_view": EVERYBODY,
    "knowledge.create_view": AUTHORS,
    "knowledge.edit_view": EVERYBODY,
    "knowledge.status": OFFICERS,
    "knowledge.still_right": OFFICERS,
    "knowledge.discard": AUTHORS,
    "knowledge.phrasings": AUTHORS,
    "approvals.index": AUTHORS,
    "approvals.entry": AUTHORS,
    "approvals.approve": OFFICERS,
    "learning.index": AUTHORS,
    "learning.group": AUTHORS,
    "learning.draft": AUTHORS,
    "learning.phrase": AUTHORS,
    "learning.aside": OFFICERS,
    "preview.index": EVERYBODY,
    "thresholds.index": OFFICERS,
    "abbreviations.index": OFFICERS,
    "abbreviations.edit": OFFICERS,
    "abbreviations.delete": OFFICERS,
    "subjects.index_view": AUTHORS,
    "subjects.edit": OFFICERS,
    "subjects.activate": OFFICERS,
    "subjects.confirm": OFFICERS,
    "documents.index": OFFICERS,
    # people outside
    "contacts.index_view": READERS | {COMMUNICATIONS},
    "contacts.details_view": READERS | {COMMUNICATIONS},
    # the machine room
    "outbox.index_view": ADMINISTRATORS,
    "outbox.details_view": ADMINISTRATORS,
    "outbox.again": ADMINISTRATORS,
    "quarantine.index_view": ADMINISTRATORS,
    "quarantine.details_view": ADMINISTRATORS,
    "quarantine.resolve": ADMINISTRATORS,
    "staff.index_view": ADMINISTRATORS,
}

# ── rows: table → role → which of its rows; the roles of a person add up ─────────────────────────────────────────────────────────────

Rule = Callable[[], ColumnElement[bool]]


def _all() -> ColumnElement[bool]:
    return true()


def _assigned() -> ColumnElement[bool]:
    return Enquiry.assigned_to_id == int(current_user.id)


def _of_assigned() -> ColumnElement[bool]:
    return Contact.id.in_(select(Enquiry.contact_id).where(_assigned()))


def _own_sessions() -> ColumnElement[bool]:
    return StaffSession.staff_id == int(current_user.id)


ROWS: dict[str, dict[str, Rule]] = {
    "enquiries": {ADMINISTRATOR: _all, ENQUIRIES: _all, VIEWER: _all} | dict.fromkeys(SPECIALISTS, _assigned),
    "contacts": {ADMINISTRATOR: _all, ENQUIRIES: _all, VIEWER: _all, COMMUNICATIONS: _all} | dict.fromkeys(SPECIALISTS, _of_assigned),
    "staff_sessions": {ADMINISTRATOR: _all} | dict.fromkeys(EVERYBODY - ADMINISTRATORS, _own_sessions),
}
"""Tables that are not named here are seen whole by whoever may call the function."""

# ── fields: what is shown only to some of those who see the row ──────────────────────────────────────────────────────────────────────

FIELDS = {
    "contacts.display_name": READERS - {VIEWER} | {COMMUNICATIONS},
    "inbound_messages.text": ANSWERERS,
    "staff.email": ADMINISTRATORS,
}
"""Who sees a field as it is. Others see that it is hidden; of a text only what is no number of a person. Everything else is open."""

log = logging.getLogger("admin.access")


def roles() -> frozenset[str]:
    """The roles of the person of this request."""
    return frozenset(role.name for role in getattr(current_user, "roles", ()))


def may(endpoint: str) -> bool:
    """Whether the person of this request may call an endpoint."""
    return bool(roles() & RIGHTS.get(endpoint, NOBODY))


def rows(table: str) -> ColumnElement[bool]:
    """The condition for the rows of a table that the person of this request may see."""
    if table not in ROWS:
        return true()
    rules = [ROWS[table][role]() for role in sorted(roles()) if role in ROWS[table]]
    return or_(false(), *rules)


def sees(field: str) -> bool:
    """Whether the person of this request sees a field (`table.column`) as it is."""
    return field not in FIELDS or bool(roles() & FIELDS[field])


def guard() -> Response | None:
    """Refuse what the table does not allow. Runs before everything else that a request does."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    if not is_signed_in():
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 302)
        abort(401)
    if (step := next_step()) is not None:
        return redirect(url_for(step), 303)
    if not may(endpoint):
        log.warning("access.refused", extra={"endpoint": endpoint, "staff": current_user.id})
        abort(403)
    return None


def protect(app: Flask) -> None:
    """Put the guard at the door."""
    app.before_request(guard)
    app.jinja_env.globals.update(may=may, sees=sees)


def must_see(row: Any, table: str, session: Any) -> Any:
    """The row, if this person may see it; 404 otherwise, as for one that does not exist."""
    key = type(row).id == row.id
    return row if session.scalar(select(type(row).id).where(key, rows(table))) is not None else abort(404)
