"""The bare baseline: the same rows for the same update by hand-written SQL, straight on the driver, one commit.

It looks up and locks what the counter locks, and it computes nothing: the texts are constants of the usual size.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import make_url

_GREETING = json.dumps({"text": "Xin chào! " * 45, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": [["x" * 120]]}})
_HANDED_OVER = json.dumps({"text": "Phiếu hỏi của anh/chị " * 14, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": [["x" * 80]]}})

Apply = Callable[[bytes], None]


class Statements:
    """The statements in one parameter style."""

    def __init__(self, mark: str, lock: str) -> None:
        def values(count: int) -> str:
            return ", ".join([mark] * count)

        self.claim = f"INSERT INTO claims (source, external_id, digest, claimed_at) VALUES ({values(4)}) ON CONFLICT DO NOTHING"
        self.find = (
            "SELECT c.id, c.language, s.version FROM contacts c JOIN conversations s ON s.contact_id = c.id "
            f"WHERE c.channel = 'telegram' AND c.account = 'main' AND c.chat_id = {mark} {lock}"
        )
        self.contact = (
            "INSERT INTO contacts (channel, account, chat_id, display_name, language, first_seen_at, last_seen_at) "
            f"VALUES ('telegram', 'main', {mark}, {mark}, 'vi', {mark}, {mark}) RETURNING id"
        )
        self.state = f"INSERT INTO conversations (contact_id, data, version, said) VALUES ({values(4)})"
        self.message = (
            f"INSERT INTO inbound_messages (contact_id, kind, text, platform_message_id, at) "
            f"VALUES ({mark}, 'message', {mark}, {mark}, {mark}) RETURNING id"
        )
        self.answer = (
            "INSERT INTO given_answers (contact_id, inbound_message_id, outcome, scores, is_gap, at) "
            f"VALUES ({mark}, {mark}, 'handed_over', '[]', TRUE, {mark})"
        )
        self.number = (
            f"UPDATE reference_counters SET last_number = last_number + 1 WHERE prefix = 'HD' AND year = {mark} RETURNING last_number"
        )
        self.enquiry = (
            "INSERT INTO enquiries (reference, contact_id, status, question, transcript_from, reason, opened_at, due_at, last_citizen_at) "
            f"VALUES ({mark}, {mark}, 'waiting', {mark}, {mark}, 'not_found', {values(3)}) RETURNING id"
        )
        self.belongs = f"UPDATE inbound_messages SET enquiry_id = {mark} WHERE id = {mark}"
        self.outbox = (
            "INSERT INTO outbox (channel, account, chat_id, contact_id, enquiry_id, kind, priority, on_unknown, method, payload, state, "
            "attempts, resent, created_at, not_before) VALUES ('telegram', 'main', "
            f"{values(3)}, 'reply', 0, 'resend', 'sendMessage', {mark}, 'waiting', 0, FALSE, {mark}, {mark}) RETURNING id"
        )


def write(execute: Callable[[str, tuple[Any, ...]], Any], statements: Statements, body: bytes, now: Any, due: Any, year: int) -> None:
    """All statements of one update; the caller begins and commits."""
    update = json.loads(body)
    message = update["message"]
    digest = hashlib.sha256(body).hexdigest()
    chat_id = message["chat"]["id"]
    if execute(statements.claim, ("telegram:main", str(update["update_id"]), digest, now)).rowcount == 0:
        return
    if execute(statements.find, (chat_id,)).fetchone() is not None:
        raise RuntimeError("the benchmark's citizens are new")
    (contact,) = execute(statements.contact, (chat_id, message["from"]["first_name"], now, now)).fetchone()
    execute(statements.state, (contact, json.dumps({"question": message["text"]}), 1, digest))
    (inbound,) = execute(statements.message, (contact, message["text"], str(message["message_id"]), now)).fetchone()
    execute(statements.outbox, (chat_id, contact, None, _GREETING, now, now)).fetchone()
    (number,) = execute(statements.number, (year,)).fetchone()
    reference = f"HD-{year}-{number:06d}-0"
    (enquiry,) = execute(statements.enquiry, (reference, contact, message["text"], inbound, now, due, now)).fetchone()
    execute(statements.belongs, (enquiry, inbound))
    execute(statements.answer, (contact, inbound, now))
    execute(statements.outbox, (chat_id, contact, enquiry, _HANDED_OVER, now, now)).fetchone()


def open_sqlite(url: str) -> tuple[Apply, Callable[[], None]]:
    """A function that applies one update, and one that closes."""
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    statements = Statements("?", "")

    def apply(body: bytes) -> None:
        now = datetime.now(UTC)
        connection.execute("BEGIN IMMEDIATE")
        write(connection.execute, statements, body, now.isoformat(" "), (now + timedelta(days=2)).isoformat(" "), now.year)
        connection.execute("COMMIT")

    return apply, connection.close


def open_postgres(url: str) -> tuple[Apply, Callable[[], None]]:
    connection = psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    statements = Statements("%s", "FOR UPDATE")

    def apply(body: bytes) -> None:
        now = datetime.now(UTC)
        write(connection.execute, statements, body, now, now + timedelta(days=2), now.year)
        connection.commit()

    return apply, connection.close


def open_by_hand(url: str) -> tuple[Apply, Callable[[], None]]:
    return open_sqlite(url) if url.startswith("sqlite") else open_postgres(url)
