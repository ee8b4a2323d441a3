"""The panel's own search, the same as the counter's: built once per edit and kept for all requests of this process."""

from threading import Lock

from flask import current_app
from sqlalchemy.orm import Session

from admin.language import today
from usecases import material, search
from usecases.search import Search


class Searching:
    """Builds in the thread that first needs it; the others wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp: object = None
        self._search: Search | None = None

    def current(self, session: Session) -> Search:
        """The search over the knowledge as it stands."""
        day = today()
        with self._lock:
            stamp = material.stamp(session, day)
            if self._search is None or stamp != self._stamp:
                self._search = search.read(session, day)
                self._stamp = stamp
            return self._search


def search_in_force(session: Session) -> Search:
    """The search of this process."""
    searching: Searching = current_app.extensions["search"]
    return searching.current(session)
