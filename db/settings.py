"""Settings of the installation, read from the environment (and a file `.env`), typed and checked at start.

A setting that cannot work stops the start with a sentence that says what is wrong. Secrets never reach a log.
"""

import os
import secrets
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import EmailStr, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SettingsFault(Exception):
    """The settings cannot work; the text says which and why."""


class Settings(BaseSettings):
    """Every setting, its default and when to change it. The README's table is tested against this class."""

    model_config = SettingsConfigDict(env_file=".env", extra="forbid", env_ignore_empty=True)

    public_url: str = Field("http://localhost:8080", description="outside address of the counter, as citizens type it")
    admin_url: str = Field("http://localhost:8081", description="outside address of the panel, as staff type it")
    bind_host: str = Field("127.0.0.1", description="address on which both processes listen; 0.0.0.0 behind a proxy on another machine")
    bot_port: int = Field(8080, ge=1, le=65535, description="port of the counter")
    admin_port: int = Field(8081, ge=1, le=65535, description="port of the panel")
    trusted_proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For is believed, separated by commas")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in DATA_DIR; postgresql://… for several machines")
    data_dir: Path = Field(
        Path("var"), validate_default=True, description="folder for the database, files, mails of the trial mode and the generated secret"
    )
    secret_key: SecretStr = Field(SecretStr(""), description="signs sessions and visitor tokens; generated into DATA_DIR on loopback")
    admin_email: EmailStr = Field("admin@chuan.example", description="e-mail of the first administrator")
    admin_password: SecretStr = Field(SecretStr(""), description="first administrator's password; empty: made up and printed once")
    trial_mode: bool = Field(True, description="reminders, alerts and broadcasts reach staff only, mails go to files; a bar says so")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")
    telegram_bot_token: SecretStr = Field(SecretStr(""), description="switches Telegram on (from @BotFather)")
    telegram_bot_username: str = Field("", description="the bot's public name without @, for links")
    telegram_webhook_url: str = Field("", description="full address ending in /telegram/webhook; empty: long polling")
    telegram_webhook_secret: SecretStr = Field(SecretStr(""), description="1–256 of A–Z a–z 0–9 _ -; demanded with a webhook")
    telegram_api_url: str = Field("https://api.telegram.org", description="another Bot API server (tests, a local server)")
    telegram_rate: float = Field(28, gt=0, le=1000, description="messages a second to all Telegram chats together")
    chat_rate: float = Field(1, gt=0, le=1000, description="messages a second to one chat, after a burst of three")
    embed_origins: str = Field("", description="web sites that may embed the chat, separated by spaces: https://sokhcn.hue.gov.vn")
    messages_per_minute: int = Field(30, ge=1, description="web messages that one visitor may send in a minute")
    address_messages_per_minute: int = Field(120, ge=1, description="web messages that one address may send in a minute")
    max_file_mb: int = Field(20, ge=1, le=50, description="largest file that is taken, in megabytes")
    max_files_per_day: int = Field(60, ge=1, description="files that one contact may send in a day")
    clamd: str = Field("", description="virus scanner clamd, `host:port` or `unix:/path`; empty: files say that they were not scanned")
    smtp_host: str = Field("", description="mail server for alerts to staff; empty: mails go to files")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_user: str = Field("", description="its account, if it wants one")
    smtp_password: SecretStr = Field(SecretStr(""), description="its password")
    smtp_tls: bool = Field(True, description="STARTTLS; switch off only for a server on this machine")
    smtp_from: str = Field("Chuẩn <chuan@localhost>", description="sender of the alerts")

    @field_validator("data_dir")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        return value.absolute()  # Flask would look for a relative one inside its own package

    @field_validator("public_url", "admin_url", "telegram_api_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be a web address such as https://chuan.example.vn")
        return value.rstrip("/")

    @field_validator("clamd")
    @classmethod
    def _is_scanner_address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (value.startswith("unix:/") or (host and port.isascii() and port.isdigit() and int(port) < 65536)):
            raise ValueError("must be host:port or unix:/path")
        return value

    @model_validator(mode="after")
    def _works_together(self) -> Self:
        webhook = self.telegram_webhook_url
        if webhook and not self.telegram_bot_token.get_secret_value():
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_BOT_TOKEN")
        if webhook and not webhook.endswith("/telegram/webhook"):
            raise ValueError("TELEGRAM_WEBHOOK_URL must end in /telegram/webhook")
        if webhook and urlsplit(webhook).scheme != "https" and urlsplit(webhook).hostname not in LOOPBACK:
            raise ValueError("TELEGRAM_WEBHOOK_URL must be https outside this machine")
        if webhook and not self.telegram_webhook_secret.get_secret_value():
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET")
        if not self.is_local:
            missing = [name for name in ("TRIAL_MODE", "SECRET_KEY") if name.lower() not in self.model_fields_set]
            if missing:
                raise ValueError(f"{' and '.join(missing)} must be set explicitly when PUBLIC_URL or BIND_HOST leave this machine")
        return self

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can reach the product."""
        return urlsplit(self.public_url).hostname in LOOPBACK and self.bind_host in LOOPBACK

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'chuan.db'}"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def max_file_bytes(self) -> int:
        return self.max_file_mb * 1024 * 1024

    def signing_key(self) -> str:
        """SECRET_KEY, or on loopback the key generated into DATA_DIR at the first call."""
        if given := self.secret_key.get_secret_value():
            return given
        path = self.data_dir / "secret.key"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text()


def load_settings() -> Settings:
    """The settings of this process; raises `SettingsFault` with one line a fault, naming the variable but never its value."""
    try:
        return Settings()
    except ValidationError as fault:
        lines = []
        for error in fault.errors():
            name = "_".join(str(part) for part in error["loc"]).upper()
            lines.append(f"{name}: {error['msg']}" if name else error["msg"].removeprefix("Value error, "))
        raise SettingsFault("\n".join(lines)) from None
