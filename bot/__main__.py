"""`python -m bot`: the counter on uvicorn, until SIGTERM or Ctrl-C."""

import signal
import sys
from types import FrameType
from typing import Any

import structlog
import uvicorn

from bot import logs
from db.engine import Database
from db.migrate import is_current
from db.settings import Settings, SettingsFault, load_settings


def main() -> int:
    """Start and serve; the exit code."""
    try:
        settings = load_settings()
    except SettingsFault as fault:
        print(f"Cấu hình chưa đúng / The settings are not right:\n{fault}", file=sys.stderr)
        return 2
    logs.set_up(settings.log_level)
    database = Database(settings.database)
    ready = is_current(database)
    database.close()
    if not ready:
        print("Cơ sở dữ liệu chưa sẵn sàng / The database is not prepared: flask --app admin prepare", file=sys.stderr)
        return 3

    from bot.app import build_app  # aiogram takes seconds to import: settings are checked before
    from bot.counter import Counter

    signal.signal(signal.SIGTERM, _stop)
    structlog.get_logger().info("counter.starting", port=settings.bot_port, trial=settings.trial_mode)
    uvicorn.run(build_app(Counter(settings)), host=settings.bind_host, port=settings.bot_port, **server_options(settings))
    return 0


def server_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn serves the counter, here and in the tests."""
    return {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "ws_max_size": 256 * 1024,
        "timeout_graceful_shutdown": 3,
    }


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Being told to stop is no failure. uvicorn, while it serves, handles the signal itself and raises it again when it has drained."""
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
