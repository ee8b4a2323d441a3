"""What the pages of the web chat ask about whoever is there: their language, their address, and how often they may act."""

from typing import Any

from starlette.requests import HTTPConnection

from bot.limits import Limit
from db.settings import Settings
from locales.languages import DEFAULT, LANGUAGES

_NEW_VISITORS_PER_MINUTE = 30
_CONNECTIONS_PER_MINUTE = 60


def language_of(given: Any) -> str:
    """A language of ours: the one asked for, or the office's own."""
    return given if isinstance(given, str) and given in LANGUAGES else DEFAULT


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from; uvicorn has already believed the trusted proxies."""
    return connection.client.host if connection.client else "?"


class Patience:
    """How much talk is taken from one visitor and from one address."""

    def __init__(self, settings: Settings) -> None:
        self._by_visitor = Limit(settings.messages_per_minute)
        self._by_address = Limit(settings.address_messages_per_minute)
        self._new_by_address = Limit(_NEW_VISITORS_PER_MINUTE)
        self._connections = Limit(_CONNECTIONS_PER_MINUTE)

    def may_connect(self, address: str) -> bool:
        return self._connections.wait(address) == 0

    def may_be_new(self, address: str) -> bool:
        """Whether one more visitor may come from an address now."""
        return self._new_by_address.wait(address) == 0

    def wait(self, chat_id: int, address: str) -> float:
        """Seconds until this visitor may say something more; 0 counts as said."""
        return self._by_visitor.wait(str(chat_id)) or self._by_address.wait(address)
