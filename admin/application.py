"""The panel put together: settings, database, sign-in, guard, views. The only place that knows all the parts."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app
from flask_admin import Admin
from flask_security import current_user
from flask_wtf import CSRFProtect

from admin import queues, wording
from admin.access import may, protect
from admin.background import Background
from admin.commands import add_commands
from admin.database import connect, db
from admin.faults import answer_faults
from admin.headers import harden
from admin.language import speak
from admin.proxies import TrustedProxies
from admin.rendering import show
from admin.searching import Searching
from admin.staff_login import set_up
from db.files import FileStore
from db.settings import Settings
from usecases import learning
from usecases.intake import Intake

UPLOADS = 5
"""How many files of the largest size one reply may carry."""


def build(settings: Settings) -> Flask:
    """The Flask application of one installation."""
    app = Flask("admin", root_path=str(Path(__file__).parent))
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_file_bytes * UPLOADS + 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a reply may take an hour to write
        WTF_CSRF_SSL_STRICT=False,
        SESSION_REFRESH_EACH_REQUEST=False,  # the answer to a page that polls must not bring back a session that ended meanwhile
    )
    app.extensions["settings"] = settings
    app.extensions["search"] = Searching()
    app.extensions["files"] = FileStore(settings.files_dir)
    app.extensions["intake"] = Intake(settings, app.extensions["files"])
    app.extensions["background"] = Background(settings)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    protect(app)
    CSRFProtect(app)
    connect(app, settings)
    set_up(app, settings)
    speak(app)
    answer_faults(app)
    harden(app, is_https=settings.admin_url.startswith("https://"))
    add_commands(app, settings)
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok", mimetype="text/plain"))
    _add_views(app)
    app.jinja_env.globals.update(show=show, words=wording, trial_mode=settings.trial_mode, static_url=_static_url(app))
    app.context_processor(_menu)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _add_views(app: Flask) -> None:
    from admin.views import START, VIEWS
    from admin.views.transfers import blueprints

    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    with app.app_context():
        panel = Admin(app, name="Chuẩn", index_view=START())
        panel.add_views(*(view() for view in VIEWS))
        app.extensions["menu"] = [(view.room, f"{view.endpoint}.{view._default_view}", view.title) for view in panel._views if view.room]
        app.extensions["tabs"] = [(view.family, f"{view.endpoint}.{view._default_view}", view.tab) for view in panel._views if view.tab]


def _static_url(app: Flask) -> Any:
    folder = Path(app.static_folder or "")
    stamps = {path.relative_to(folder).as_posix(): int(path.stat().st_mtime) for path in folder.rglob("*.*")}

    def static_url(name: str) -> str:
        return f"{app.static_url_path}/{name}?v={stamps.get(name, 0)}"

    return static_url


def _menu() -> dict[str, Any]:
    """The entries of the menu that this person may open, and how many enquiries wait."""
    if not current_user.is_authenticated:
        return {"menu": {}}
    return {
        "menu": _rooms(current_app.extensions["menu"]),
        "tabs": _rooms(current_app.extensions["tabs"]),
        "waiting": queues.count_waiting(db.session),
        "most_counted": queues.MANY,
        "waits": {"approvals.index": queues.count_approvals(db.session), "learning.index": learning.count_open(db.session)},
        "officer": current_user,
    }


def _rooms(menu: list[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The menu by rooms, or tabs by families, without what this person may not open and without rooms that are then empty."""
    found: dict[str, list[tuple[str, str]]] = {}
    for room, endpoint, title in menu:
        if may(endpoint):
            found.setdefault(room, []).append((endpoint, title))
    return found
