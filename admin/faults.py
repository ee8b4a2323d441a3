"""Errors turned into words, in one place: expected refusals become a sentence, the unexpected a page with an incident number."""

import logging
from urllib.parse import urlsplit

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from admin.language import say
from admin.staff_login import is_signed_in
from db.engine import is_passing_fault
from domain.errors import OfficeError
from domain.messages import N_
from usecases.quarantine import new_incident

log = logging.getLogger("admin.faults")

SENTENCES = {
    400: N_("panel.fault.bad_request"),
    401: N_("panel.fault.signed_out"),
    403: N_("panel.fault.forbidden"),
    404: N_("panel.fault.not_found"),
    405: N_("panel.fault.not_found"),
    413: N_("panel.fault.too_large"),
    429: N_("panel.fault.too_many_attempts"),
}


_INSIDE = {400, 403, 404, 405, 413}
"""Shown with the menu to whoever is signed in: the way on is there. After a fault of ours the menu might be what fails."""


def answer_faults(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(OfficeError, refused)
    app.register_error_handler(CSRFError, lambda _: page(400, say(N_("panel.fault.form_expired"))))
    app.register_error_handler(HTTPException, known)
    app.register_error_handler(Exception, unexpected)


def refused(error: OfficeError) -> ResponseReturnValue:
    """An expected refusal: the sentence, on the page the person came from, or alone for a script."""
    if request.accept_mimetypes.best == "application/json":
        return page(422, say(error.key, **error.facts))
    flash(say(error.key, **error.facts), "refused")
    return redirect(came_from(), 303)


def known(error: HTTPException) -> ResponseReturnValue:
    """A refusal of HTTP: wrong address, no right, too large."""
    if error.code is None or error.code < 400:
        return error.get_response()
    facts = {}
    if error.code == 429:
        facts["minutes"] = -(-int(getattr(error, "retry_after", 0) or 60) // 60)
    if error.code == 413:
        facts["limit"] = app_limit()
    response, code = page(error.code, say(SENTENCES.get(error.code, N_("panel.fault.bad_request")), **facts))
    return response, code


def unexpected(error: Exception) -> ResponseReturnValue:
    """A fault of ours, or a database that does not answer. The text of the fault is neither shown nor logged."""
    if is_passing_fault(error):
        log.error("panel.database_fault", exc_info=error, extra={"endpoint": request.endpoint})
        return page(503, say(N_("panel.fault.busy")))
    incident = new_incident()
    log.error("panel.incident", exc_info=error, extra={"incident": incident, "endpoint": request.endpoint})
    return page(500, say(N_("panel.fault.incident"), incident=incident))


def page(code: int, sentence: str) -> tuple[str | dict[str, str], int]:
    """A calm page, or the sentence alone for a script that asked for JSON."""
    if request.accept_mimetypes.best == "application/json":
        return {"sentence": sentence}, code
    inside = code in _INSIDE and is_signed_in()
    return render_template("panel/fault.html", code=code, sentence=sentence, inside=inside), code


def came_from() -> str:
    """The page of ours that the person came from, or the start page."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc == request.host and parts.path != request.path and not parts.path.startswith("//"):
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return url_for("admin.index")


def app_limit() -> int:
    """The largest upload in megabytes."""
    return (request.max_content_length or 0) // (1024 * 1024)
