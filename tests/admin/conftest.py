"""The panel on the test's own database, people who sign in, and a citizen with an enquiry."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import delete, select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from admin import create_app, staff_login
from admin.access import ADMINISTRATOR, ENQUIRIES
from admin.commands import OPERATOR, lay_down_roles
from admin.passwords import digest
from db.engine import Database
from db.models import Contact, Enquiry, InboundMessage, KnowledgeEntry, LabelledQuestion, NotOursSubject, Phrasing
from db.settings import Settings
from usecases import contacts, enquiries, staff

PASSWORD = "mật khẩu của cán bộ 2026"
ADMIN, LAN, MINH = "admin@chuan.example", "lan@chuan.example", "minh@chuan.example"
PEOPLE = {ADMIN: ("Quản trị", ADMINISTRATOR), LAN: ("Nguyễn Thị Lan", ENQUIRIES), MINH: ("Trần Minh", ENQUIRIES)}


def of_role(role: str) -> str:
    """The address of somebody with this role alone; `hire` makes the person."""
    return {ADMINISTRATOR: ADMIN, ENQUIRIES: LAN}.get(role, f"{role}@chuan.example")


@dataclass
class Browser:
    """A person's browser: keeps cookies, sends the CSRF token that a page holds."""

    client: FlaskClient

    def get(self, url: str) -> TestResponse:
        return self.client.get(url, buffered=True)

    def post(self, url: str, *, page: str = "/", json: bool = False, **fields: object) -> TestResponse:
        headers = {"Accept": "application/json"} if json else {}
        return self.client.post(url, data=fields | {"csrf_token": csrf(self.get(page).text)}, headers=headers, buffered=True)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/login", page="/login", email=email, password=password)


def csrf(page: str) -> str:
    """The token in a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(r'value="([^"]+)"[^>]*name="csrf_token"', page)
    assert found, page[:2000]
    return found.group(1)


class _Compiled(BytecodeCache):
    """Templates compiled once a worker: every test has an application of its own, and compiling is a fifth of its time."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = _Compiled()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Argon2 is slow on purpose; not here, where people sign in a thousand times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff_login, "HASH_COST", {"argon2__memory_cost": 64, "argon2__rounds": 1, "argon2__parallelism": 1})
        yield


@pytest.fixture(scope="session")
def hashed(cheap_hashes: None) -> str:
    """One hash for everybody."""
    app = create_app(Settings(_env_file=None, database_url="sqlite://", secret_key="x" * 32))
    with app.app_context():
        return digest(PASSWORD)


@pytest.fixture
def panel(settings: Settings, database: Database, hashed: str, now: datetime) -> Iterator[Flask]:
    """The application, with an administrator and two officers. Its clock begins at `now`, a minute after what citizens did."""
    clock = time_machine.travel(now + timedelta(minutes=1), tick=True)
    clock.start()
    app = create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    with database.write() as session:
        lay_down_roles(session)
        for email, (name, role) in PEOPLE.items():
            staff.add(session, email, name, [role], hashed, by=OPERATOR, now=now).must_change_password = False
    yield app
    app.extensions["intake"].close()
    with app.app_context():
        from admin.database import db

        db.engine.dispose()
    clock.stop()


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], int]]:
    """Serves an application on loopback for real browsers; its port. What opens a browser asks for this first, so that the browser is
    closed before the server is: a request cut off in the middle would be a complaint of the page."""
    running = []

    def begin(app: Flask) -> int:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return server.server_port

    yield begin
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(panel: Flask, serve: Callable[[Flask], int]) -> str:
    """Where the panel is served for a real browser."""
    return f"http://127.0.0.1:{serve(panel)}"


@pytest.fixture
def outsider(panel: Flask) -> Browser:
    return Browser(panel.test_client())


@pytest.fixture
def signed_in(panel: Flask) -> Callable[[str], Browser]:
    """Somebody's browser, signed in."""

    def sign(email: str) -> Browser:
        browser = Browser(panel.test_client())
        answer = browser.sign_in(email)
        assert answer.status_code == 302, answer.text
        return browser

    return sign


@pytest.fixture
def hire(database: Database, hashed: str, now: datetime, panel: Flask) -> Callable[..., int]:
    """One more member of staff; their id."""

    def hired(*roles: str, email: str | None = None, name: str | None = None) -> int:
        with database.write() as session:
            address = email or of_role(roles[0])
            person = staff.add(session, address, name or f"Người {roles[0]}", roles, hashed, by=OPERATOR, now=now)
            person.must_change_password = False
            return person.id

    return hired


@pytest.fixture
def lan(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in(LAN)


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in(ADMIN)


Ask = Callable[..., str]


@pytest.fixture
def ask(database: Database, now: datetime) -> Ask:
    """A citizen asks something that goes to people; the enquiry's reference."""

    def asked(
        question: str = "Cân của tôi có phải kiểm định không?", *, chat_id: int = 7, name: str | None = None, at: datetime = now
    ) -> str:
        with database.write() as session:
            contact, _, _ = contacts.meet(session, "web", "main", chat_id, now=at, name=name, language="vi")
            message = InboundMessage(contact_id=contact.id, kind="message", text=question, at=at)
            session.add(message)
            session.flush()
            enquiry, _ = enquiries.hand_over(session, contact, question=question, reason="not_found", message=message, now=at)
            return enquiry.reference

    return asked


@pytest.fixture
def little_known(database: Database) -> None:
    """An office that knows little: its search is built in no time."""
    few = select(KnowledgeEntry.id).where((KnowledgeEntry.id <= 8) | KnowledgeEntry.source.contains("21/2014/TT-BKHCN"))
    with database.write() as session:
        session.execute(delete(Phrasing).where(Phrasing.entry_id.not_in(few)))
        session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.id.not_in(few)))
        session.get_one(KnowledgeEntry, 8).status = "draft"
        session.execute(delete(NotOursSubject).where(NotOursSubject.id > 3))
        session.execute(delete(LabelledQuestion).where(LabelledQuestion.id > 2))


def enquiry_of(database: Database, reference: str) -> Enquiry:
    """The enquiry as it stands."""
    with database.read() as session:
        return session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()


def contact_of(database: Database, reference: str) -> Contact:
    """Its citizen."""
    return enquiry_of(database, reference).contact
