"""The guard at the door: every route, every method, every kind of person."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select
from werkzeug.routing import IntegerConverter, Rule

from admin.access import ADMINISTRATOR, ENQUIRIES, METROLOGY, NOBODY, OPEN, POSTING, RIGHTS, ROLES, VIEWER, allowed
from db.engine import Database
from db.models import Enquiry, Staff, staff_roles
from tests.admin.conftest import LAN, MINH, Ask, Browser, contact_of, csrf, of_role

MUTE = {"OPTIONS", "HEAD"}
REFERENCE = "HD-2026-000001-7"


def routes(panel: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in panel.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - MUTE):
            yield rule, method


def address(rule: Rule) -> str:
    numbers = {name for name, converter in rule._converters.items() if isinstance(converter, IntegerConverter)}
    known = {"filename": "panel.css", "sha256": "0" * 64} | dict.fromkeys(numbers, 1)
    values = {name: known.get(name, REFERENCE) for name in rule.arguments}
    _, path = rule.build(values) or ("", "")
    return path


def test_every_route_has_a_rule_and_every_rule_a_route(panel: Flask) -> None:
    endpoints = {rule.endpoint for rule in panel.url_map.iter_rules()}
    assert endpoints - OPEN == set(RIGHTS)
    assert endpoints >= OPEN
    assert all(roles <= set(ROLES) for roles in RIGHTS.values())
    assert set(POSTING) <= set(RIGHTS)


def test_an_outsider_gets_nowhere(panel: Flask, outsider: Browser) -> None:
    token = csrf(outsider.get("/login").text)
    for rule, method in routes(panel):
        if rule.endpoint in OPEN:
            continue
        answer = outsider.client.open(address(rule), method=method, data={"csrf_token": token} if method == "POST" else None)
        if method == "GET":
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login"), rule
        else:
            assert answer.status_code == 401, rule
    for method in ("OPTIONS", "HEAD", "TRACE", "PUT", "DELETE"):
        assert outsider.client.open("/inbox/", method=method).status_code in {302, 401, 405}


@pytest.mark.parametrize("role", [ADMINISTRATOR, ENQUIRIES])
def test_a_role_reaches_what_the_table_says(panel: Flask, signed_in: Callable[[str], Browser], ask: Ask, role: str) -> None:
    ask()
    walk(panel, signed_in, role)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rights ask no database; the two above run on both
@pytest.mark.parametrize("role", sorted(set(ROLES) - {ADMINISTRATOR, ENQUIRIES}))
def test_every_other_role_reaches_what_the_table_says(
    panel: Flask, signed_in: Callable[[str], Browser], hire: Callable[..., int], ask: Ask, role: str
) -> None:
    ask()
    hire(role)
    walk(panel, signed_in, role)


def walk(panel: Flask, signed_in: Callable[[str], Browser], role: str) -> None:
    """Every route by every method, as somebody who has one role: refused exactly where the table says so, and never a fault."""
    browser = signed_in(of_role(role))
    token = csrf(browser.get("/").text)
    for rule, method in routes(panel):
        if rule.endpoint in OPEN or rule.endpoint == "security.logout":
            continue
        answer = browser.client.open(address(rule), method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code == 403) is not (role in allowed(rule.endpoint, method)), (rule, method, answer.status_code)
        assert answer.status_code < 500, (rule, method)


def test_nobody_without_a_role_reaches_anything_but_the_door(panel: Flask, signed_in: Callable[[str], Browser], database: Database) -> None:
    browser = signed_in(MINH)
    with database.write() as session:
        session.execute(delete(staff_roles).where(staff_roles.c.staff_id == session.scalar(select(Staff.id).where(Staff.email == MINH))))
    for rule, method in routes(panel):
        if rule.endpoint not in OPEN and method == "GET":
            assert browser.client.open(address(rule)).status_code == 403, rule


def test_a_specialist_sees_the_enquiries_that_are_assigned_to_them_and_no_others(
    signed_in: Callable[[str], Browser], hire: Callable[..., int], ask: Ask, database: Database
) -> None:
    mine, others = ask(chat_id=1, name="Bà Ba"), ask(chat_id=2, name="Ông Tư")
    officer = hire(METROLOGY)
    with database.write() as session:
        row = session.scalars(select(Enquiry).where(Enquiry.reference == mine)).one()
        row.status, row.assigned_to_id = "human", officer
    browser = signed_in(of_role(METROLOGY))
    assert "Ông Tư" not in browser.get("/contacts/").text
    assert "Bà Ba" in browser.get("/contacts/").text
    contact = contact_of(database, others).id
    assert browser.get(f"/contacts/details/?id={contact}").status_code == 404


def test_a_viewer_sees_no_names(signed_in: Callable[[str], Browser], hire: Callable[..., int], ask: Ask) -> None:
    ask(name="Lê Văn Hòa")
    hire(VIEWER)
    page = signed_in(of_role(VIEWER)).get("/contacts/").text
    assert "Lê Văn Hòa" not in page
    assert "(được ẩn)" in page


def test_a_write_without_a_token_is_refused(admin: Browser, panel: Flask) -> None:
    for rule, method in routes(panel):
        if method == "POST" and RIGHTS.get(rule.endpoint) != NOBODY:
            assert admin.client.post(address(rule), data={"id": "1"}).status_code == 400, rule


def test_a_sign_in_ends_after_twelve_hours_however_busy(signed_in: Callable[[str], Browser]) -> None:
    with time_machine.travel("2026-11-23 08:00+07:00", tick=False) as clock:
        browser = signed_in(LAN)
        clock.shift(11 * 3600)
        assert browser.get("/inbox/").status_code == 200
        clock.shift(1.1 * 3600)
        assert browser.get("/inbox/").location.startswith("/login")


def test_a_token_is_no_way_in(panel: Flask, signed_in: Callable[[str], Browser], outsider: Browser) -> None:
    page = outsider.get("/login")
    answer = outsider.client.post(
        "/login?include_auth_token",
        json={"email": LAN, "password": "mật khẩu của cán bộ 2026"},
        headers={"X-CSRFToken": csrf(page.text), "Accept": "application/json"},
    )
    token = ((answer.json or {}).get("response", {}).get("user") or {}).get("authentication_token")
    for way in ({"headers": {"Authentication-Token": token or "x"}}, {"query_string": {"auth_token": token or "x"}}):
        assert panel.test_client().get("/inbox/", **way).status_code == 302


def test_pages_load_nothing_foreign_and_run_nothing_inline(admin: Browser, outsider: Browser, ask: Ask) -> None:
    reference = ask()
    pages = ["/", "/inbox/", f"/inbox/{reference}", "/knowledge/", "/knowledge/edit/?id=1", "/contacts/", "/outbox/"]
    pages += ["/quarantine/", "/staff/", "/account/", "/approvals/", "/learning/", "/preview/?q=m%C3%A3+v%E1%BA%A1ch", "/thresholds/"]
    pages += ["/history/", "/canned/", "/canned/new/", "/calendar/", "/calendar/week", "/calendar/day", "/office/", "/office/profile"]
    pages += ["/staff/new/", "/staff/edit/?id=1", "/history/details/?id=1"]
    pages += ["/classes/", "/classes/new/", "/class_calendar/", "/registrations/", "/imports/registrations"]
    pages += ["/dossiers/", "/dossier_counter/", "/organisations/"]
    pages += ["/broadcasts/", "/broadcasts/new/", "/message_templates/", "/message_templates/new/"]
    pages += ["/mark_register/", "/mark_register/new/", "/instruments/", "/group2_goods/", "/group2_goods/new/"]
    pages += [
        "/measurement_tables/",
        "/measurement_tables/1",
        "/measurement_tables/edit/?id=1",
        "/time_limits/new/",
        "/imports/mark_register",
    ]
    pages += ["/abbreviations/", "/subjects/", "/subjects/edit", "/documents/", "/knowledge/new/?beside=1"]
    for answer in [admin.get(page) for page in pages] + [outsider.get("/login")]:
        assert answer.status_code == 200
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text
        assert 'lang="vi"' in answer.text
        assert answer.text.count("<h1") == 1
        assert "panel." not in answer.text.replace("panel.css", "").replace("panel.js", ""), "a key without its sentence"


def test_the_health_page_is_open(outsider: Browser) -> None:
    assert outsider.get("/healthz").text == "ok"


def test_the_language_is_chosen_once_and_kept(admin: Browser, outsider: Browser) -> None:
    assert "Sign in" in outsider.get("/login?lang=en").text
    assert admin.post("/account/language", language="en").status_code == 303
    assert 'lang="en"' in admin.get("/").text
