"""Operator's commands: `flask --app admin prepare` and `flask --app admin staff create|reset-2fa|disable`. All may be run again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from admin import barcode_commands, enquiry_commands, quantity_mark_commands, wording
from admin.access import ADMINISTRATOR, ENQUIRIES, ROLES
from admin.passwords import digest, make_up
from db.engine import Database
from db.migrate import is_current, upgrade
from db.models import Staff, StaffRole
from db.settings import Settings
from domain import passwords
from domain.errors import OfficeError
from domain.folding import clean
from domain.messages import N_
from locales import translate
from locales.languages import DEFAULT
from usecases import history, staff, starter
from usecases.history import Actor

OPERATOR = Actor(None, "flask --app admin", "")
"""Whoever runs a command."""


def add_commands(app: Flask, settings: Settings) -> None:
    """Register the commands; they run inside the application's context."""

    @app.cli.command("prepare")
    def prepare() -> None:
        """Bring the installation up to date: folder, database, starter content, first administrator."""
        with _open(settings) as database:
            _prepare(settings, database)

    people = AppGroup("staff", help="People who may enter the panel.")

    @people.command("create")
    @click.argument("email")
    @click.option("--name", required=True, help="Full name, as citizens read it.")
    @click.option(
        "--role", "roles", type=click.Choice(ROLES), multiple=True, default=[ENQUIRIES], show_default=True, help="May be repeated."
    )
    def create(email: str, name: str, roles: tuple[str, ...]) -> None:
        """Make an account and print its password once."""
        with _open(settings) as database:
            _create(database, email, clean(name), roles)

    @people.command("reset-2fa")
    @click.argument("email")
    def reset_second_factor(email: str) -> None:
        """Forget the codes, recovery codes and passkeys of somebody who lost them, and sign them out everywhere."""
        with _open(settings) as database:
            _change(database, email, staff.reset_second_factor)
        say(N_("cli.staff.second_factor_reset"), email=email)

    @people.command("disable")
    @click.argument("email")
    def disable(email: str) -> None:
        """Close an account and sign it out everywhere, at once."""
        with _open(settings) as database:
            _change(database, email, staff.disable)
        say(N_("cli.staff.disabled"), email=email)

    app.cli.add_command(people)
    app.cli.add_command(enquiry_commands.group(lambda: _open(settings)))
    app.cli.add_command(barcode_commands.group())
    app.cli.add_command(quantity_mark_commands.group(lambda: _open(settings)))


@contextmanager
def _open(settings: Settings) -> Iterator[Database]:
    """The database; one that cannot be reached is said in a sentence."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        yield database
    except OperationalError as fault:
        raise click.ClickException(sentence(N_("cli.database_unreachable"), detail=str(fault.orig).strip())) from fault
    finally:
        database.close()


def _prepare(settings: Settings, database: Database) -> None:
    started = time.monotonic()
    settings.files_dir.mkdir(parents=True, exist_ok=True)
    settings.signing_key()
    click.echo("[1/3] " + sentence(N_("cli.prepare.database")))
    if not is_current(database):
        upgrade(database)
    click.echo("[2/3] " + sentence(N_("cli.prepare.starter")))
    now = datetime.now(UTC)
    with database.write() as session:
        added = starter.lay_down(session, now)
        lay_down_roles(session)
    say(N_("cli.prepare.added"), **added)
    click.echo("[3/3] " + sentence(N_("cli.prepare.administrator")))
    _first_administrator(settings, database, now)
    click.echo(sentence(N_("cli.prepare.ready"), seconds=f"{time.monotonic() - started:.1f}"))
    click.echo(sentence(N_("cli.prepare.counter"), url=f"{settings.public_url}/chat"))
    click.echo(sentence(N_("cli.prepare.panel"), url=settings.admin_url))


def lay_down_roles(session: Session) -> None:
    known = set(session.scalars(select(StaffRole.name)))
    for role in ROLES:
        if role not in known:
            session.add(StaffRole(name=role, description=translate(wording.ROLE[role], DEFAULT)))
    session.flush()


def _first_administrator(settings: Settings, database: Database, now: datetime) -> None:
    """Make the account where nobody is on the staff yet. A made-up password is printed and kept nowhere in clear."""
    with database.read() as session:
        if session.scalar(select(func.count(Staff.id))):
            say(N_("cli.prepare.administrator_known"))
            return
    given = settings.admin_password.get_secret_value()
    password = given or make_up()
    hashed = digest(password)  # slow on purpose, so outside the transaction
    with database.write() as session:
        if session.scalar(select(func.count(Staff.id))):
            return
        name = translate(N_("cli.administrator_name"), DEFAULT)
        person = staff.add(session, str(settings.admin_email), name, [ADMINISTRATOR], hashed, by=OPERATOR, now=now)
        person.must_change_password = not given or passwords.fault(given, [str(settings.admin_email), name]) is not None
    _show_password(str(settings.admin_email), None if given else password)


def _create(database: Database, email: str, name: str, roles: tuple[str, ...]) -> None:
    email = email.strip().lower()
    if email.count("@") != 1 or not all(email.split("@")) or not name:
        raise click.ClickException(sentence(N_("cli.staff.incomplete")))
    password = make_up()
    hashed = digest(password)
    now = datetime.now(UTC)
    with _said(), database.write() as session:
        history.follow(session, OPERATOR, now)
        lay_down_roles(session)
        staff.add(session, email, name, roles, hashed, by=OPERATOR, now=now)
    _show_password(email, password)


class _Act(Protocol):
    def __call__(self, session: Session, person: Staff, *, by: Actor, now: datetime) -> None: ...


def _change(database: Database, email: str, act: _Act) -> None:
    """Do something to an account, as the operator."""
    now = datetime.now(UTC)
    with _said(), database.write() as session:
        history.follow(session, OPERATOR, now)
        person = session.scalars(select(Staff).where(func.lower(Staff.email) == email.strip().lower())).one_or_none()
        if person is None:
            raise click.ClickException(sentence(N_("cli.staff.unknown"), email=email))
        act(session, person, by=OPERATOR, now=now)


@contextmanager
def _said() -> Iterator[None]:
    """An expected refusal is said in a sentence."""
    try:
        yield
    except OfficeError as fault:
        raise click.ClickException(sentence(fault.key, **fault.facts)) from fault


def _show_password(email: str, password: str | None) -> None:
    if password is None:
        say(N_("cli.staff.created_given"), email=email)
        return
    say(N_("cli.staff.created"), email=email)
    click.secho(f"\n    {password}\n", bold=True)
    say(N_("cli.staff.keep_it"))


def sentence(key: str, **facts: object) -> str:
    """A sentence for the terminal, Vietnamese and English: we don't know who sits there."""
    return " · ".join(translate(key, language, **facts) for language in ("vi", "en"))


def say(key: str, **facts: object) -> None:
    """Print a sentence below its step, at once, so that slow steps are seen."""
    click.echo("      " + sentence(key, **facts))
