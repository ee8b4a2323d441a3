"""Commands about quantity marks: `flask --app admin quantity-marks check FILE`, by the very rules that the chat uses."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import inspect

from db.engine import Database
from db.models import MeasurementTable
from domain.messages import N_
from domain.quantity_marks import cases
from domain.quantity_marks.tables import Rules
from domain.worktime import ZONE
from locales import translate
from locales.languages import DEFAULT
from usecases import measurement_tables


def group(opened: Callable[[], AbstractContextManager[Database]]) -> AppGroup:
    """The commands; `opened` gives the database."""
    marks = AppGroup("quantity-marks", help="Labels and lots of prepackaged goods.")

    @marks.command("check")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def check(file: Path) -> None:
        """Compute a file of cases (with or without `expect`) and print it with our results in `expect`."""
        try:
            document = json.loads(file.read_text("utf-8"))
        except (ValueError, UnicodeDecodeError) as fault:
            raise click.ClickException(translate(N_("cli.quantity_marks.no_json"), DEFAULT, file=file.name, detail=fault)) from fault
        if not isinstance(document, dict):
            raise click.ClickException(translate(N_("cli.quantity_marks.no_cases"), DEFAULT, file=file.name))
        click.echo(json.dumps(cases.run(document, _rules(opened)), ensure_ascii=False, indent=1))

    return marks


def _rules(opened: Callable[[], AbstractContextManager[Database]]) -> Rules:
    """The tables in force today; where `prepare` has not laid any down yet, the starter's. Which, and what is unverified, is said."""
    today, found = datetime.now(UTC).astimezone(ZONE).date(), None
    with opened() as database:
        if inspect(database.engine).has_table(MeasurementTable.__tablename__):
            with database.read() as session:
                found = measurement_tables.in_force(session, today) if measurement_tables.rows_in_force(session, today) else None
    rules = found or measurement_tables.starter()
    click.echo(translate(N_("cli.quantity_marks.own") if found else N_("cli.quantity_marks.starter"), DEFAULT), err=True)
    if rules.unverified:
        names = ", ".join(rules.unverified)
        click.echo(translate(N_("cli.quantity_marks.unverified"), DEFAULT, tables=names), err=True)
    return rules
