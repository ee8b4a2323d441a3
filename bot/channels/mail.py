"""Mail to staff: the send half of a channel. Through SMTP, or into files in trial mode and where no server is set."""

import asyncio
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from bot.channel import Outcome, Permanent, SendingChannel, Sent, Temporary, ToSend, Unsure
from db.settings import Settings

_TIMEOUT = 10


class Mail(SendingChannel):
    """`chat_id` is the staff member's id; the payload holds to, subject and text."""

    name, account = "mail", "smtp"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def fetch(self, reference: str) -> bytes:
        raise NotImplementedError("no mail comes in")

    async def send(self, message: ToSend) -> Outcome:
        mail = self._compose(message)
        if self._settings.trial_mode or not self._settings.smtp_host:
            return await asyncio.to_thread(self._to_file, message.id, mail)
        return await asyncio.to_thread(self._to_server, mail)

    def _compose(self, message: ToSend) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self._settings.smtp_from, message.payload["to"]
        mail["Subject"] = message.payload["subject"]
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = make_msgid(f"chuan-{message.id}", domain="chuan")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.payload["text"] + f"\n\n{self._settings.admin_url}/\n")
        return mail

    def _to_file(self, number: int, mail: EmailMessage) -> Outcome:
        folder = self._settings.data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            (folder / f"{number:08d}.eml").write_bytes(bytes(mail))
        except OSError as fault:
            return Temporary(f"{type(fault).__name__}: the mail folder cannot be written")
        return Sent(str(mail["Message-ID"]))

    def _to_server(self, mail: EmailMessage) -> Outcome:
        handed_over = False
        try:
            with smtplib.SMTP(self._settings.smtp_host, self._settings.smtp_port, timeout=_TIMEOUT) as server:
                if self._settings.smtp_tls:
                    server.starttls()
                if self._settings.smtp_user:
                    server.login(self._settings.smtp_user, self._settings.smtp_password.get_secret_value())
                handed_over = True
                server.send_message(mail)
                return Sent(str(mail["Message-ID"]))
        except smtplib.SMTPResponseException as fault:
            code = f"SMTP {fault.smtp_code}"
            return Temporary(code) if fault.smtp_code < 500 else Permanent(code)
        except smtplib.SMTPRecipientsRefused:
            return Permanent("the mail server refuses the address")
        except (OSError, smtplib.SMTPException) as fault:
            return (Unsure if handed_over else Temporary)(type(fault).__name__)
