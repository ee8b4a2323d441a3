"""Alerts to staff by mail: files in trial mode, SMTP otherwise, and what each answer of a server means."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.channel import Permanent, Sent, Temporary, ToSend, Unsure
from bot.channels.mail import Mail
from db.settings import Settings

MESSAGE = ToSend(7, "sendMail", {"to": "hoa@chuan.example", "subject": "[Chuẩn] Phiếu hỏi mới", "text": "Có phiếu mới."}, chat_id=1)


class Server:
    """A mail server with a memory; `answer` is what it says to a mail."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer == "hang up":
            server.transport.abort()  # the line breaks after the mail was handed over
            return "250 never heard"
        self.mails.append(envelope.content or b"")
        return self.answer


@pytest.fixture
def server(settings: Settings, unused_tcp_port: int) -> Iterator[tuple[Server, Settings]]:
    memory = Server()
    controller = Controller(memory, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    changed = {
        "smtp_host": "127.0.0.1",
        "smtp_port": unused_tcp_port,
        "smtp_tls": False,
        "trial_mode": False,
        "smtp_from": "Chuẩn <chuan@chuan.example>",
    }
    yield memory, settings.model_copy(update=changed)
    controller.stop()


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """No database is needed here."""
    return f"sqlite:///{tmp_path}/none.db"


async def test_in_trial_mode_a_mail_is_a_file(settings: Settings) -> None:
    assert isinstance(await Mail(settings).send(MESSAGE), Sent)
    mail = message_from_bytes((settings.data_dir / "mail" / "00000007.eml").read_bytes(), policy=default)
    assert mail["To"] == "hoa@chuan.example"
    assert mail["Subject"] == "[Chuẩn] Phiếu hỏi mới"
    assert settings.admin_url in mail.get_content()


async def test_a_mail_goes_to_the_server_with_vietnamese_intact(server: tuple[Server, Settings]) -> None:
    memory, settings = server
    assert isinstance(await Mail(settings).send(MESSAGE), Sent)
    mail = message_from_bytes(memory.mails[0], policy=default)
    assert mail["Subject"] == "[Chuẩn] Phiếu hỏi mới"
    assert "Có phiếu mới." in mail.get_content()


@pytest.mark.parametrize(
    ("answer", "outcome"), [("451 busy", Temporary), ("554 no", Permanent), ("hang up", Unsure)], ids=["busy", "refused", "line broken"]
)
async def test_what_the_server_says_decides_what_happens_next(server: tuple[Server, Settings], answer: str, outcome: type[Any]) -> None:
    memory, settings = server
    memory.answer = answer
    assert isinstance(await Mail(settings).send(MESSAGE), outcome)


async def test_a_server_that_is_not_there_is_tried_again(settings: Settings, unused_tcp_port: int) -> None:
    away = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": unused_tcp_port, "smtp_tls": False, "trial_mode": False})
    assert isinstance(await Mail(away).send(MESSAGE), Temporary)
