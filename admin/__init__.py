"""The back office (trang quản trị): staff read enquiries, answer them, look after knowledge and see what is stuck.

`flask --app admin …` and `python -m admin` both begin here. Importing is cheap; the libraries come in with `create_app`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from db.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The panel, ready to serve or to run an operator's command. Reads the environment unless settings are given."""
    import click

    from admin.application import build
    from db.settings import SettingsFault, load_settings

    if settings is None:
        try:
            settings = load_settings()
        except SettingsFault as fault:
            raise click.UsageError(str(fault)) from fault
    return build(settings)
