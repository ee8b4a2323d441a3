"""Rights (phân quyền), all in this file: which role may call which function, sees which rows and which fields.

Closed by default: a route, a row or a field that is not named here is refused to everybody. A generated test walks every route as every
role and as an outsider, and fails for a route without a rule.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_security import current_user
from sqlalchemy import ColumnElement, false, or_, select, true
from werkzeug.wrappers import Response

from admin.staff_login import is_signed_in, next_step
from db.models import Contact, Dossier, Enquiry, Organisation, PanelTask, Reminder, StaffSession
from domain import dossiers

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
TRAINERS = frozenset({ADMINISTRATOR, TRAINING})
"""Who runs classes."""
READERS = ANSWERERS | {VIEWER}
FIGURE_KEEPERS = frozenset({ADMINISTRATOR, BARCODES})
"""Who writes down and confirms fees."""
METROLOGISTS = frozenset({ADMINISTRATOR, METROLOGY})
"""Who keeps the registers of quantity marks, the tables of measurement and the list of group 2, makes their papers, keeps templates."""
METROLOGY_READERS = METROLOGISTS | {VIEWER}
LIMIT_KEEPERS = FIGURE_KEEPERS | METROLOGISTS
"""Who writes down and confirms time limits."""
CLASS_READERS = TRAINERS | {VIEWER}
REGISTRARS = frozenset({ADMINISTRATOR, BARCODES})
"""Who keeps the register of declared products."""
REGISTER_READERS = REGISTRARS | {VIEWER}
AUTHORS = ANSWERERS | {COMMUNICATIONS}
"""Who writes knowledge; what one writes another approves."""
FAMILIES = {"barcodes": frozenset({ADMINISTRATOR, BARCODES}), "metrology": frozenset({ADMINISTRATOR, METROLOGY})}
"""Families of procedures (`domain.dossiers`): who works on their dossiers."""
DOSSIER_OFFICERS = frozenset({ADMINISTRATOR}).union(*FAMILIES.values())
DOSSIER_READERS = DOSSIER_OFFICERS | {VIEWER}
BROADCASTERS = frozenset({ADMINISTRATOR, COMMUNICATIONS})
"""Who writes broadcasts, lets those of others go and stops them, and keeps audiences and lists of recipients."""
BROADCAST_READERS = BROADCASTERS | {VIEWER}
REMINDER_KINDS = {
    TRAINING: ("class",),
    BARCODES: ("fee", "draft", "missing", "deadline"),
    METROLOGY: ("draft", "missing", "deadline", "certificate_expiry", "instrument", "yearly_report"),
}
"""Kinds of reminders (`usecases.reminders.KINDS`) that a specialist sees and calls off; administrators all."""
REMINDER_READERS = frozenset({ADMINISTRATOR, VIEWER, *REMINDER_KINDS})

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
    "account.theme": EVERYBODY,
    "account.end_session": EVERYBODY,
    "account.end_others": EVERYBODY,
    "account.chat_code": EVERYBODY,
    "account.unlink_chat": EVERYBODY,
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
    "inbox.canned": ANSWERERS,
    "inbox.canned_text": ANSWERERS,
    "inbox.draft": ANSWERERS,
    "inbox.presence": ANSWERERS,
    "inbox.note": ANSWERERS,
    "inbox.take": ANSWERERS,
    "inbox.assign": ANSWERERS,
    "inbox.take_over": OFFICERS,
    "inbox.give_back": ANSWERERS,
    "inbox.close": ANSWERERS,
    # training classes
    "classes.index_view": CLASS_READERS,
    "classes.page": CLASS_READERS,
    "classes.live": CLASS_READERS,
    "classes.document": CLASS_READERS,
    "classes.create_view": TRAINERS,
    "classes.edit_view": TRAINERS,
    "classes.delete_view": TRAINERS,
    "classes.restore": TRAINERS,
    "classes.publish": TRAINERS,
    "classes.close": TRAINERS,
    "classes.cancel": TRAINERS,
    "classes.hold": TRAINERS,
    "classes.archive": TRAINERS,
    "classes.copy": TRAINERS,
    "classes.series": TRAINERS,
    "classes.create_series": TRAINERS,
    "classes.documents": TRAINERS,
    "classes.remove_document": TRAINERS,
    "class_calendar.index": CLASS_READERS,
    "registrations.index_view": TRAINERS,
    "registrations.page": CLASS_READERS,
    "registrations.counter": TRAINERS,
    "registrations.answers": TRAINERS,
    "registrations.take": TRAINERS,
    "registrations.cancel": TRAINERS,
    "registrations.take_out": TRAINERS,
    "registrations.replace": TRAINERS,
    "registrations.file": TRAINERS,
    "class_messages.index": TRAINERS,
    "class_messages.message": TRAINERS,
    "class_results.index": CLASS_READERS,
    "class_results.results": CLASS_READERS,
    "class_results.scores": TRAINERS,
    "class_results.issue": TRAINERS,
    "class_results.revoke": TRAINERS,
    # dossiers, and the firms that they are of
    "dossiers.index": DOSSIER_READERS,
    "dossiers.page": DOSSIER_READERS,
    "dossiers.file": DOSSIER_OFFICERS,
    "dossiers.preview": DOSSIER_OFFICERS,
    "dossiers.receipt": DOSSIER_OFFICERS,
    "dossiers.resend": DOSSIER_OFFICERS,
    "dossiers.check": DOSSIER_OFFICERS,
    "dossiers.demand": DOSSIER_OFFICERS,
    "dossiers.fill": DOSSIER_OFFICERS,
    "dossiers.take": DOSSIER_OFFICERS,
    "dossiers.assign": DOSSIER_OFFICERS,
    "dossiers.move": DOSSIER_OFFICERS,
    "dossiers.enter": DOSSIER_OFFICERS,
    "dossiers.approve": DOSSIER_OFFICERS,
    "dossiers.send_back": DOSSIER_OFFICERS,
    "dossiers.explain": DOSSIER_OFFICERS,
    "dossiers.note": DOSSIER_OFFICERS,
    "dossier_counter.index": DOSSIER_OFFICERS,
    "dossier_counter.draft": DOSSIER_OFFICERS,
    "dossier_counter.throw_away": DOSSIER_OFFICERS,
    "organisations.index_view": DOSSIER_READERS,
    "organisations.page": DOSSIER_READERS,
    "organisations.decide": DOSSIER_OFFICERS,
    "organisations.add_prefix": DOSSIER_OFFICERS,
    "organisations.verify_prefix": DOSSIER_OFFICERS,
    "organisations.end_prefix": DOSSIER_OFFICERS,
    # papers of quantity marks
    "quantity_papers.index": DOSSIER_READERS,
    "quantity_papers.make": METROLOGISTS,
    "quantity_papers.file": METROLOGISTS,
    "quantity_papers.send": METROLOGISTS,
    "quantity_report.index": METROLOGISTS | {VIEWER},
    "quantity_report.workbook": METROLOGISTS | {VIEWER},
    "quantity_report.file": METROLOGISTS | {VIEWER},
    "quantity_report.make": METROLOGISTS,
    "paper_templates.index": METROLOGISTS,
    "paper_templates.page": METROLOGISTS,
    "paper_templates.template": METROLOGISTS,
    "paper_templates.ours": METROLOGISTS,
    "paper_templates.sample": METROLOGISTS,
    "paper_templates.version": METROLOGISTS,
    "paper_templates.put": METROLOGISTS,
    "paper_templates.back": METROLOGISTS,
    # declared products
    "products.index_view": REGISTER_READERS,
    "products.page": REGISTER_READERS,
    "products.decide": REGISTRARS,
    # registers of quantity marks, and the instruments of firms
    "mark_register.index_view": METROLOGY_READERS,
    "mark_register.page": METROLOGY_READERS,
    "mark_register.create_view": METROLOGISTS,
    "mark_register.suspend": METROLOGISTS,
    "mark_register.resume": METROLOGISTS,
    "mark_register.revoke": METROLOGISTS,
    "instruments.index_view": METROLOGY_READERS,
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
    # reminders of every kind; a specialist's own kinds
    "reminders.index_view": REMINDER_READERS,
    "reminders.details_view": REMINDER_READERS,
    "reminders.cancel": REMINDER_READERS - {VIEWER},
    # broadcasts on their way
    "broadcast_progress.index_view": BROADCAST_READERS,
    "broadcast_progress.live": BROADCAST_READERS,
    "broadcast_progress.check": BROADCAST_READERS,
    "broadcast_progress.sample": BROADCAST_READERS,
    "broadcast_progress.recipients": BROADCAST_READERS,
    "broadcast_progress.replies": BROADCAST_READERS,
    "broadcast_progress.submit": BROADCASTERS,
    "broadcast_progress.approve": BROADCASTERS,
    "broadcast_progress.send_back": BROADCASTERS,
    "broadcast_progress.pause": BROADCASTERS,
    "broadcast_progress.resume": BROADCASTERS,
    "broadcast_progress.cancel": BROADCASTERS,
    "exports.broadcast_progress": BROADCAST_READERS,
    # broadcasts
    "broadcasts.index_view": BROADCAST_READERS,
    "broadcasts.create_view": BROADCASTERS,
    "broadcasts.edit_view": BROADCASTERS,
    "broadcasts.delete_view": BROADCASTERS,
    "broadcasts.restore": BROADCASTERS,
    "broadcasts.copy": BROADCASTERS,
    "broadcasts.preview": BROADCAST_READERS,
    "broadcasts.picture": BROADCAST_READERS,
    "broadcasts.file": BROADCAST_READERS,
    "broadcasts.test": BROADCASTERS,
    "message_templates.index_view": BROADCASTERS,
    "message_templates.create_view": BROADCASTERS,
    "message_templates.edit_view": BROADCASTERS,
    "message_templates.delete_view": BROADCASTERS,
    "message_templates.restore": BROADCASTERS,
    "message_templates.begin": BROADCASTERS,
    # broadcasts: whom they are for
    "audiences.index_view": BROADCAST_READERS,
    "audiences.edit_view": BROADCAST_READERS,
    "audiences.count": BROADCAST_READERS,
    "audiences.fields": BROADCAST_READERS,
    "audiences.keep": BROADCASTERS,
    "audiences.create_view": BROADCASTERS,
    "audiences.delete_view": BROADCASTERS,
    "audiences.restore": BROADCASTERS,
    "recipient_lists.index_view": BROADCAST_READERS,
    "recipient_lists.page": BROADCAST_READERS,
    "recipient_lists.create_view": BROADCASTERS,
    "recipient_lists.edit_view": BROADCASTERS,
    "recipient_lists.delete_view": BROADCASTERS,
    "recipient_lists.restore": BROADCASTERS,
    "recipient_lists.fill": BROADCASTERS,
    "recipient_lists.missing": BROADCASTERS,
    "recipient_lists.take_off": BROADCASTERS,
    "recipient_lists.add": BROADCASTERS,
    # people outside
    "contacts.index_view": READERS | {COMMUNICATIONS},
    "contacts.details_view": READERS | {COMMUNICATIONS},
    # exports, imports and their progress: each sees their own tasks, administrators all
    "tasks.index": EVERYBODY,
    "tasks.task": EVERYBODY,
    "tasks.state": EVERYBODY,
    "tasks.file": EVERYBODY,
    "tasks.cancel": EVERYBODY,
    "tasks.apply": EVERYBODY,
    "exports.contacts": OFFICERS | {COMMUNICATIONS},
    "exports.enquiries": READERS,
    "exports.knowledge": EVERYBODY,
    "exports.canned": ANSWERERS,
    "exports.outbox": ADMINISTRATORS,
    "exports.registrations": TRAINERS,
    "exports.dossiers": DOSSIER_READERS,
    "exports.products": REGISTER_READERS,
    "exports.mark_register": METROLOGY_READERS,
    "imports.knowledge": AUTHORS,
    "imports.canned": OFFICERS,
    "imports.registrations": TRAINERS,
    "imports.mark_register": METROLOGISTS,
    # the machine room
    "outbox.index_view": ADMINISTRATORS,
    "outbox.details_view": ADMINISTRATORS,
    "outbox.again": ADMINISTRATORS,
    "class_papers.index": TRAINERS,
    "class_papers.sheet": TRAINERS,
    "class_papers.workbook": TRAINERS,
    "class_papers.badges": TRAINERS,
    "class_papers.certificate": TRAINERS,
    "door.index": TRAINERS,
    "door.meeting": TRAINERS,
    "door.list": TRAINERS,
    "door.scans": TRAINERS,
    "door.worker": TRAINERS,
    "quarantine.index_view": ADMINISTRATORS,
    "quarantine.details_view": ADMINISTRATORS,
    "quarantine.resolve": ADMINISTRATORS,
    "history.index_view": ADMINISTRATORS,
    "history.details_view": ADMINISTRATORS,
    "history.verify": ADMINISTRATORS,
    # the office
    "canned.index_view": ANSWERERS,
    "canned.create_view": ANSWERERS,
    "canned.edit_view": ANSWERERS,
    "canned.delete_view": OFFICERS,
    "canned.restore": OFFICERS,
    "calendar.index": EVERYBODY,
    "calendar.week": ADMINISTRATORS,
    "calendar.confirm_week": ADMINISTRATORS,
    "calendar.day": ADMINISTRATORS,
    "calendar.delete": ADMINISTRATORS,
    "calendar.restore": ADMINISTRATORS,
    "calendar.confirm": ADMINISTRATORS,
    "office.index": EVERYBODY,
    "office.edit": ADMINISTRATORS,
    "office.confirm": ADMINISTRATORS,
    "fees.index_view": EVERYBODY,
    "fees.create_view": FIGURE_KEEPERS,
    "fees.edit_view": FIGURE_KEEPERS,
    "fees.confirm": FIGURE_KEEPERS,
    "time_limits.index_view": EVERYBODY,
    "time_limits.create_view": LIMIT_KEEPERS,
    "time_limits.edit_view": LIMIT_KEEPERS,
    "time_limits.confirm": LIMIT_KEEPERS,
    # rules of measurement
    "measurement_tables.index_view": EVERYBODY,
    "measurement_tables.page": EVERYBODY,
    "measurement_tables.create_view": METROLOGISTS,
    "measurement_tables.edit_view": METROLOGISTS,
    "measurement_tables.confirm": METROLOGISTS,
    "group2_goods.index_view": EVERYBODY,
    "group2_goods.create_view": METROLOGISTS,
    "group2_goods.edit_view": METROLOGISTS,
    "group2_goods.confirm": METROLOGISTS,
    # staff
    "staff.index_view": ADMINISTRATORS,
    "staff.create_view": ADMINISTRATORS,
    "staff.edit_view": ADMINISTRATORS,
    "staff.lookup": ADMINISTRATORS,
    "staff.roles": ADMINISTRATORS,
    "staff.disable": ADMINISTRATORS,
    "staff.enable": ADMINISTRATORS,
    "staff.reset_second_factor": ADMINISTRATORS,
    "staff.cut_off": ADMINISTRATORS,
    "staff.unlink_chat": ADMINISTRATORS,
}

POSTING = {
    "registrations.page": TRAINERS,
    "knowledge.edit_view": AUTHORS,
    "audiences.edit_view": BROADCASTERS,
}
"""Endpoints that more people may read than write: who may POST."""

# ── rows: table → role → which of its rows; the roles of a person add up ─────────────────────────────────────────────────────────────

Rule = Callable[[], ColumnElement[bool]]


def _all() -> ColumnElement[bool]:
    return true()


def _assigned() -> ColumnElement[bool]:
    return Enquiry.assigned_to_id == person_id()


def _of_assigned() -> ColumnElement[bool]:
    filed = select(Dossier.contact_id).where(_of_family(), Dossier.contact_id.is_not(None))
    return or_(Contact.id.in_(select(Enquiry.contact_id).where(_assigned())), Contact.id.in_(filed))


def kinds() -> frozenset[str]:
    """The types of dossiers that the person works on."""
    return frozenset(one.kind for one in dossiers.DECLARED if roles() & FAMILIES.get(one.family, NOBODY))


def _of_family() -> ColumnElement[bool]:
    return Dossier.kind.in_(sorted(kinds()))


def _filed_in_family() -> ColumnElement[bool]:
    return Organisation.id.in_(select(Dossier.organisation_id).where(_of_family(), Dossier.organisation_id.is_not(None)))


def _own_tasks() -> ColumnElement[bool]:
    return PanelTask.staff_id == person_id()


def _own_sessions() -> ColumnElement[bool]:
    return StaffSession.staff_id == person_id()


def _reminders_of(role: str) -> Rule:
    return lambda: Reminder.kind.in_(REMINDER_KINDS[role])


ROWS: dict[str, dict[str, Rule]] = {
    "enquiries": {ADMINISTRATOR: _all, ENQUIRIES: _all, VIEWER: _all} | dict.fromkeys(SPECIALISTS, _assigned),
    "contacts": {ADMINISTRATOR: _all, ENQUIRIES: _all, VIEWER: _all, COMMUNICATIONS: _all} | dict.fromkeys(SPECIALISTS, _of_assigned),
    "dossiers": {ADMINISTRATOR: _all, VIEWER: _all} | dict.fromkeys(SPECIALISTS, _of_family),
    "organisations": {ADMINISTRATOR: _all, VIEWER: _all, COMMUNICATIONS: _all} | dict.fromkeys(SPECIALISTS, _filed_in_family),
    "reminders": {ADMINISTRATOR: _all, VIEWER: _all} | {role: _reminders_of(role) for role in REMINDER_KINDS},
    "panel_tasks": {ADMINISTRATOR: _all} | dict.fromkeys(EVERYBODY - ADMINISTRATORS, _own_tasks),
    "staff_sessions": {ADMINISTRATOR: _all} | dict.fromkeys(EVERYBODY - ADMINISTRATORS, _own_sessions),
}
"""Tables that are not named here are seen whole by whoever may call the function."""

# ── fields: what is shown only to some of those who see the row ──────────────────────────────────────────────────────────────────────

FIELDS = {
    "contacts.display_name": READERS - {VIEWER} | {COMMUNICATIONS},
    "dossiers.answers": DOSSIER_OFFICERS,
    "dossiers.papers": DOSSIER_OFFICERS,
    "dossiers.phone": DOSSIER_OFFICERS,
    "inbound_messages.text": ANSWERERS,
    "organisations.phone": DOSSIER_OFFICERS,
    "participants.full_name": TRAINERS,
    "recipient_list_entries.value": BROADCASTERS,
    "registrations.phone": TRAINERS,
    "registrations.answers": TRAINERS,
    "registrations.note": TRAINERS,
    "personal_reminders.words": ADMINISTRATORS,
    "staff.email": ADMINISTRATORS,
}
"""Who sees a field as it is. Others see that it is hidden; of a text only what is no number of a person. Everything else is open."""

log = logging.getLogger("admin.access")


@dataclass(frozen=True)
class Person:
    """Somebody in whose name work goes on after their request: it sees what they might see, and no more."""

    staff_id: int
    roles: frozenset[str]


_acting: ContextVar[Person | None] = ContextVar("acting", default=None)


@contextmanager
def acting_for(person: Person) -> Iterator[None]:
    """Within the block, rows and fields are those of this person."""
    token = _acting.set(person)
    try:
        yield
    finally:
        _acting.reset(token)


def person_id() -> int:
    """The person of this request, or the one in whose name this thread works."""
    acting = _acting.get()
    return acting.staff_id if acting else int(current_user.id)


def roles() -> frozenset[str]:
    """The roles of the person of this request, or of the one in whose name this thread works."""
    if acting := _acting.get():
        return acting.roles
    return frozenset(role.name for role in getattr(current_user, "roles", ()))


def allowed(endpoint: str, method: str = "GET") -> frozenset[str]:
    """The roles that may call an endpoint by a method."""
    able = RIGHTS.get(endpoint, NOBODY)
    return able & POSTING.get(endpoint, EVERYBODY) if method == "POST" else able


def may(endpoint: str, method: str = "GET") -> bool:
    """Whether the person of this request may call an endpoint."""
    return bool(roles() & allowed(endpoint, method))


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
    if not may(endpoint, request.method):
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
