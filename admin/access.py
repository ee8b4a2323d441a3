"""Who may do what in the panel (phân quyền). Closed by default: a route that is not named here is refused to everybody."""

import logging
import time
from datetime import timedelta

from flask import Flask, abort, redirect, request, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

ADMINISTRATOR, ENQUIRIES = "administrator", "enquiries"
ROLES = (ADMINISTRATOR, ENQUIRIES)
EVERYBODY = frozenset(ROLES)
ADMINISTRATORS = frozenset({ADMINISTRATOR})
NOBODY: frozenset[str] = frozenset()

OPEN = frozenset({"static", "healthz", "security.login"})
"""What an outsider may call."""

RIGHTS = {
    "security.logout": EVERYBODY,
    "admin.index": EVERYBODY,
    "admin.static": NOBODY,
    "security.static": NOBODY,
    "security.verify": NOBODY,
    "account.index": EVERYBODY,
    "account.password": EVERYBODY,
    "account.language": EVERYBODY,
    "inbox.index": EVERYBODY,
    "inbox.conversation": EVERYBODY,
    "inbox.turns": EVERYBODY,
    "inbox.file": EVERYBODY,
    "inbox.picture": EVERYBODY,
    "inbox.reply": EVERYBODY,
    "inbox.take": EVERYBODY,
    "inbox.give_back": EVERYBODY,
    "inbox.close": EVERYBODY,
    "knowledge.index_view": EVERYBODY,
    "knowledge.create_view": EVERYBODY,
    "knowledge.edit_view": EVERYBODY,
    "knowledge.status": EVERYBODY,
    "knowledge.still_right": EVERYBODY,
    "knowledge.discard": EVERYBODY,
    "knowledge.phrasings": EVERYBODY,
    "approvals.index": EVERYBODY,
    "approvals.entry": EVERYBODY,
    "approvals.approve": EVERYBODY,
    "learning.index": EVERYBODY,
    "learning.group": EVERYBODY,
    "learning.draft": EVERYBODY,
    "learning.phrase": EVERYBODY,
    "learning.aside": EVERYBODY,
    "preview.index": EVERYBODY,
    "thresholds.index": EVERYBODY,
    "abbreviations.index": EVERYBODY,
    "abbreviations.edit": EVERYBODY,
    "abbreviations.delete": EVERYBODY,
    "subjects.index_view": EVERYBODY,
    "subjects.edit": EVERYBODY,
    "subjects.activate": EVERYBODY,
    "subjects.confirm": EVERYBODY,
    "documents.index": EVERYBODY,
    "contacts.index_view": EVERYBODY,
    "contacts.details_view": EVERYBODY,
    "outbox.index_view": ADMINISTRATORS,
    "outbox.details_view": ADMINISTRATORS,
    "outbox.again": ADMINISTRATORS,
    "quarantine.index_view": ADMINISTRATORS,
    "quarantine.details_view": ADMINISTRATORS,
    "quarantine.resolve": ADMINISTRATORS,
    "staff.index_view": ADMINISTRATORS,
}
"""Endpoint → the roles that may call it."""

SIGN_IN_LASTS = timedelta(hours=12)

log = logging.getLogger("admin.access")


def may(endpoint: str) -> bool:
    """Whether the person of this request may call an endpoint."""
    return any(role.name in RIGHTS.get(endpoint, NOBODY) for role in getattr(current_user, "roles", ()))


def is_signed_in() -> bool:
    """Whether somebody of the staff signed in within the last twelve hours, with a session (tokens don't count)."""
    if not current_user.is_authenticated:
        return False
    if time.time() - session.get("fs_paa", 0) < SIGN_IN_LASTS.total_seconds():
        return True
    logout_user()
    return False


def guard() -> Response | None:
    """Refuse what the table does not allow. Runs before everything else that a request does."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    if not is_signed_in():
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 302)
        abort(401)
    if not may(endpoint):
        log.warning("access.refused", extra={"endpoint": endpoint, "staff": current_user.id})
        abort(403)
    return None


def protect(app: Flask) -> None:
    """Put the guard at the door."""
    app.before_request(guard)
    app.jinja_env.globals.update(may=may)
