"""The counting after a run: what the database remembers against what the outside knows it said and heard."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from db.engine import Database
from db.models import (
    Claim,
    Contact,
    Enquiry,
    FailedUpdate,
    GivenAnswer,
    InboundMessage,
    OutboundMessage,
    QuarantinedUpdate,
    ReferenceCounter,
    WebEvent,
)
from db.models.outbound_message import FAILED, SENT, SUPPRESSED, UNKNOWN
from domain.outgoing import EPHEMERAL
from domain.references import parse_reference
from locales import translate_html
from tests.endure.bot_api import Call
from tests.endure.citizens import Offered
from tests.endure.visitors import Visitor

AT_ONCE = 8
"""Sends that one deliverer has in flight at most."""


_MARK = translate_html("delivery.resent", "vi")


@dataclass
class Report:
    """Lines of a table and what is wrong."""

    title: str
    lines: list[tuple[str, object]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def note(self, what: str, value: object) -> None:
        self.lines.append((what, value))

    def must(self, what: str, value: object, wanted: object) -> None:
        """A count that has to be exactly so."""
        self.lines.append((what, value if value == wanted else f"{value}  ← wanted {wanted}"))
        if value != wanted:
            self.faults.append(f"{what}: {value}, wanted {wanted}")

    def at_most(self, what: str, value: int, limit: int) -> None:
        self.lines.append((what, f"{value} (at most {limit})"))
        if value > limit:
            self.faults.append(f"{what}: {value}, at most {limit}")

    def __str__(self) -> str:
        width = max(len(what) for what, _ in self.lines)
        rows = [f"| {what:<{width}} | {value}" for what, value in self.lines]
        verdict = "holds" if not self.faults else "BROKEN: " + "; ".join(self.faults)
        return "\n".join(["", f"== {self.title}", *rows, f"=> the promise {verdict}"])


def count_updates(report: Report, database: Database, offered: Sequence[Offered]) -> None:
    """Every update that was ever offered has exactly one effect."""
    texts = [update for update in offered if update.kind != "press"]
    presses = [update for update in offered if update.kind == "press"]
    with database.read() as session:
        claims = Counter(session.scalars(select(Claim.external_id).where(Claim.source == "telegram:main")))
        inbound = Counter(session.scalars(_telegram_inbound(InboundMessage.text).where(InboundMessage.kind == "message")))
        buttons = Counter(session.scalars(_telegram_inbound(InboundMessage.text).where(InboundMessage.kind == "button")))
        quarantined = session.scalar(select(func.count(QuarantinedUpdate.id)))
        failed = session.scalar(select(func.count()).select_from(FailedUpdate))
    report.note("updates offered (texts + buttons)", f"{len(offered)} ({len(texts)} + {len(presses)})")
    report.must("… never acknowledged", sum(not update.acknowledged for update in offered), 0)
    report.must("… without a claim (lost)", sum(claims[str(update.update_id)] == 0 for update in offered), 0)
    report.must("… with more than one claim", sum(count > 1 for count in claims.values()), 0)
    report.must("claims of updates that nobody sent", sum(claims.values()) - len(offered), 0)
    report.must("texts with exactly one inbound message", sum(inbound[update.text] == 1 for update in texts), len(texts))
    report.must("inbound messages of Telegram", sum(inbound.values()), len(texts))
    report.must("buttons with exactly one inbound message", sum(buttons[update.text] == 1 for update in presses), len(presses))
    report.must("quarantined, counted as failed", (quarantined, failed), (0, 0))


def _telegram_inbound(column):
    return select(column).join(Contact, Contact.id == InboundMessage.contact_id).where(Contact.channel == "telegram")


def count_enquiries(report: Report, database: Database) -> None:
    """References without gaps, one enquiry and one answer a question, one greeting a contact."""
    with database.read() as session:
        enquiries = session.execute(select(Enquiry.id, Enquiry.reference, Enquiry.question)).all()
        counter = session.scalar(select(ReferenceCounter.last_number)) or 0
        turns = Counter(session.scalars(select(GivenAnswer.inbound_message_id)))
        inbound = session.scalars(select(InboundMessage.id)).all()
        rows = session.execute(
            select(OutboundMessage.contact_id, OutboundMessage.payload, OutboundMessage.kind, OutboundMessage.channel)
        ).all()
        contacts = session.scalar(select(func.count(Contact.id))) or 0
    numbers = sorted(parse_reference(reference).number for _, reference, _ in enquiries)
    report.must("enquiries: references unique, gapless, as counted", numbers == list(range(1, counter + 1)), True)
    report.must(f"enquiries with a question of their own (of {counter})", len({question for *_, question in enquiries}), counter)
    report.must(f"messages and buttons with exactly one outcome (of {len(inbound)})", sum(turns[key] == 1 for key in inbound), len(inbound))
    report.must("outcomes of nothing that came in", sum(turns.values()) - len(inbound), 0)
    greetings = Counter(contact for contact, payload, _, _ in rows if "agree:answering:1" in _data_of(payload))
    report.must(f"contacts greeted exactly once (of {contacts})", sum(count == 1 for count in greetings.values()), contacts)
    handed = Counter(data for _, payload, _, _ in rows for data in _data_of(payload) if data.startswith("close:"))
    report.must("enquiries confirmed to the citizen exactly once", sum(handed[f"close:{key}"] == 1 for key, *_ in enquiries), counter)
    alerts = Counter(channel for _, _, kind, channel in rows if kind == "alert")
    report.must("alerts to the one officer", alerts["mail"], counter)


def _data_of(payload: dict[str, object]) -> set[str]:
    keyboard = payload.get("reply_markup") or {}
    return {button.get("callback_data", "") for row in keyboard.get("inline_keyboard", []) for button in row}


def count_sends(report: Report, database: Database, calls: Sequence[Call], kills: int) -> None:
    """Every row was sent exactly once by the server's own log, but for those marked as resent or listed as unknown."""
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "telegram").order_by(OutboundMessage.id)).all()
        session.expunge_all()
    states = Counter(row.state for row in rows)
    report.note("outbox rows of Telegram", len(rows))
    settled = sum(states[state] for state in (SENT, FAILED, UNKNOWN, SUPPRESSED))
    report.must("sent + failed + unknown + suppressed", settled, len(rows))
    report.note("… by state", dict(states))
    doubtful = [row for row in rows if row.resent or row.state == UNKNOWN]
    report.at_most("resent (marked) or unknown (listed)", len(doubtful), AT_ONCE * kills)
    report.note("… of which resent, unknown", (sum(row.resent for row in rows), states[UNKNOWN]))
    failures = Counter(row.reason for row in rows if row.state == FAILED)
    report.must("failed for another reason than expiry of a button's answer", {r: n for r, n in failures.items() if r != "expired"}, {})
    _match(report, rows, calls)


def _match(report: Report, rows: Sequence[OutboundMessage], calls: Sequence[Call]) -> None:
    said = {str(call.message_id): call for call in calls if call.message_id is not None}
    answers = Counter(str(call.payload.get("callback_query_id")) for call in calls if call.method == "answerCallbackQuery")
    known: list[tuple[OutboundMessage, Call]] = []
    wrong, unheard = 0, 0
    for row in rows:
        if row.state != SENT or row.method in EPHEMERAL:
            continue
        call = said.pop(row.platform_message_id or "", None)
        if call is None:
            unheard += 1
            continue
        known.append((row, call))
        text = str(row.payload.get("text"))
        wrong += call.chat_id != row.chat_id or not (call.text == text or (row.resent and call.text.endswith(text)))
    report.must("rows marked sent that the server never heard", unheard, 0)
    report.must("sent rows whose text, chat or mark is wrong at the server", wrong, 0)
    first = Counter((row.chat_id, row.payload.get("text")) for row in rows if row.resent or row.state == UNKNOWN)
    again = Counter((row.chat_id, _MARK + str(row.payload.get("text"))) for row in rows if row.resent and row.state == UNKNOWN)
    orphans = Counter((call.chat_id, call.text) for call in said.values())
    report.note("sends whose answer died with the process", sum(orphans.values()))
    report.must("sends at the server that no resent or unknown row explains", sum((orphans - first - again).values()), 0)
    report.must("button answers sent twice", sum(count > 1 for count in answers.values()), 0)
    pressed = {str(row.payload.get("callback_query_id")): row for row in rows if row.method == "answerCallbackQuery"}
    report.must("button answers marked sent and not heard", sum(answers[key] == 0 for key, row in pressed.items() if row.state == SENT), 0)
    order = defaultdict(list)
    for row, call in known:
        order[row.chat_id].append(call.number)
    report.must("chats in which an answer overtook an earlier one", sum(numbers != sorted(numbers) for numbers in order.values()), 0)


def count_web(report: Report, database: Database, visitors: Sequence[Visitor]) -> None:
    """Every message of a visitor is there once; every outbox row was posted once; the page was told every event once, in order."""
    with database.read() as session:
        events = session.execute(select(WebEvent.contact_id, WebEvent.id, WebEvent.body).order_by(WebEvent.id)).all()
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "web")).all()
        session.expunge_all()
    mine = Counter(body["id"] for _, _, body in events if body["kind"] == "mine")
    sent = {own_id for visitor in visitors for own_id in visitor.sent}
    posted = Counter(body["message"] for _, _, body in events if body["kind"] == "message")
    spoken = [row.id for row in rows if row.method not in EPHEMERAL]
    report.note("web visitors, connections, messages", (len(visitors), sum(v.connections for v in visitors), len(sent)))
    report.note("messages that a page sent again", sum(visitor.repeats for visitor in visitors))
    report.must("messages with exactly one line in the talk", sum(mine[own_id] == 1 for own_id in sent), len(sent))
    report.must("lines that nobody wrote", len(set(mine) - sent), 0)
    report.must("web outbox rows posted exactly once", sum(posted[key] == 1 for key in spoken), len(spoken))
    report.must("web outbox rows not sent", sum(row.state != SENT for row in rows), 0)
    by_contact = defaultdict(list)
    owners = {}
    for contact_id, number, body in events:
        by_contact[contact_id].append(number)
        if body["kind"] == "mine":
            owners[body["id"][:3]] = contact_id
    wrong = sum(
        [event["event"] for event in visitor.events] != by_contact[owners.get(f"v{visitor.number:02d}", 0)]
        for visitor in visitors
        if visitor.sent
    )
    report.must("pages that were told an event twice, out of order or never", wrong, 0)


def count_mail(report: Report, database: Database, folder: Path, kills: int) -> None:
    """Every mail that is marked sent lies in the folder; one whose sender was killed twice over it is listed as unknown, and may lack."""
    with database.read() as session:
        columns = select(OutboundMessage.id, OutboundMessage.state, OutboundMessage.resent).where(OutboundMessage.channel == "mail")
        rows = session.execute(columns).all()
    on_disk = {int(path.stem) for path in folder.glob("*.eml") if path.stat().st_size}
    states = Counter((state, resent) for _, state, resent in rows)
    report.note("mails to the officer by (state, resent)", dict(states))
    report.must("mails neither sent nor listed as unknown", sum(state not in {SENT, UNKNOWN} for _, state, _ in rows), 0)
    report.must("mails marked sent and not on the disk", sum(state == SENT and key not in on_disk for key, state, _ in rows), 0)
    report.must("mails on the disk that nobody wrote", len(on_disk - {key for key, *_ in rows}), 0)
    report.must("mails unknown that were not sent once more", sum(state == UNKNOWN and not resent for _, state, resent in rows), 0)
    report.at_most("mails resent or unknown", sum(resent or state == UNKNOWN for _, state, resent in rows), AT_ONCE * kills)


def check_file(report: Report, database: Database) -> None:
    """SQLite's own opinion of the file after all those kills."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            report.must("SQLite integrity_check", connection.execute(text("PRAGMA integrity_check")).scalar(), "ok")
            report.must("SQLite foreign_key_check", len(connection.execute(text("PRAGMA foreign_key_check")).all()), 0)
