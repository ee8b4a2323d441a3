"""`python -m admin`: the panel on waitress, until SIGTERM or Ctrl-C."""

import logging
import signal
import sys
from types import FrameType

import waitress

from admin.application import build
from admin.logs import log_json
from db.settings import SettingsFault, load_settings

THREADS = 8
log = logging.getLogger("admin")


def main() -> int:
    """Serve; the exit code is 2 where the settings cannot work."""
    try:
        settings = load_settings()
    except SettingsFault as fault:
        print(fault, file=sys.stderr)
        return 2
    log_json(settings.log_level)
    app = build(settings)
    server = waitress.create_server(
        app,
        host=settings.bind_host,
        port=settings.admin_port,
        threads=THREADS,
        ident="",
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1024,
        clear_untrusted_proxy_headers=False,  # admin.proxies decides whom to believe
    )
    signal.signal(signal.SIGTERM, _stop)
    background = app.extensions["background"]
    background.start()
    log.info("panel.ready", extra={"url": settings.admin_url})
    try:
        server.run()
    finally:
        background.stop()
        app.extensions["intake"].close()
    log.info("panel.stopped")
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)  # waitress ends its loop, lets running requests finish for a few seconds, and returns


if __name__ == "__main__":
    sys.exit(main())
