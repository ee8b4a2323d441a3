"""The hub: who waits for what. Signals come from this process's own commits, from PostgreSQL's NOTIFY, and from a short poll on SQLite."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import psycopg
import structlog

from db.engine import SIGNALS, Database

log = structlog.get_logger()

POLL_SECONDS = 0.2
_RECONNECT_SECONDS = 2


_SPOKEN_TO = """
    SELECT contacts.chat_id, max(web_events.id) FROM web_events JOIN contacts ON contacts.id = web_events.contact_id
    WHERE web_events.id > ? GROUP BY contacts.chat_id
"""


def web_page(chat_id: int) -> str:
    """The signal that something new was said to, or by, a visitor of the web chat."""
    return f"web:{chat_id}"


class Hub:
    """Waiters register an `asyncio.Event` under a name; publishing the name sets it."""

    def __init__(self) -> None:
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self) -> None:
        """Tie the hub to the running loop, so that threads may publish."""
        self._loop = asyncio.get_running_loop()

    def join(self, name: str) -> asyncio.Event:
        event = asyncio.Event()
        self._waiters[name].add(event)
        return event

    def leave(self, name: str, event: asyncio.Event) -> None:
        self._waiters[name].discard(event)
        if not self._waiters[name]:
            del self._waiters[name]

    def publish(self, names: Iterable[str]) -> None:
        """Wake the waiters of these names; from the loop's own thread."""
        for name in names:
            for event in self._waiters.get(name, ()):
                event.set()

    def publish_from_thread(self, names: set[str]) -> None:
        if names and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.publish, names)

    def publish_everything(self) -> None:
        """Wake everybody: after a reconnection nobody knows what was missed."""
        self.publish(list(self._waiters))

    def publish_but(self, beginning: str) -> None:
        """Wake everybody whose name does not begin so."""
        self.publish([name for name in self._waiters if not name.startswith(beginning)])


async def listen(database: Database, hub: Hub) -> None:
    """Pass on what other processes commit, until cancelled."""
    await (_watch_file(database, hub) if database.is_sqlite else _listen_to_postgres(database, hub))


async def _watch_file(database: Database, hub: Hub) -> None:
    """SQLite tells on a connection of its own that somebody has committed, ourselves included; open pages are woken only for their own."""
    known: int | None = None
    newest = 0
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        while True:
            version = raw.execute("PRAGMA data_version").fetchone()[0]
            if version != known:
                known = version
                spoken_to = raw.execute(_SPOKEN_TO, (newest,)).fetchall()
                newest = max((event_id for _, event_id in spoken_to), default=newest)
                hub.publish(web_page(chat_id) for chat_id, _ in spoken_to)
                hub.publish_but("web:")
            await asyncio.sleep(POLL_SECONDS)


async def _listen_to_postgres(database: Database, hub: Hub) -> None:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {SIGNALS}")
                hub.publish_everything()
                async for notice in connection.notifies():
                    hub.publish([notice.payload])
        except psycopg.OperationalError as fault:
            log.warning("hub.disconnected", fault=type(fault).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)
