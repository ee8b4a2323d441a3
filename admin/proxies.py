"""Proxies in front of the panel: whose word on the visitor's address and scheme is believed."""

from collections.abc import Callable, Iterable
from typing import Any

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TrustedProxies:
    """Takes X-Forwarded-For and X-Forwarded-Proto from the proxies named in TRUSTED_PROXIES, from nobody else.

    The address is the right-most one that is not itself a trusted proxy: what stands left of it was written by the visitor.
    """

    def __init__(self, app: WSGI, trusted: str) -> None:
        self.app = app
        self.trusted = {address.strip() for address in trusted.split(",") if address.strip()}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "")
        if environ.get("REMOTE_ADDR") in self.trusted:
            hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
            foreign = [hop for hop in hops if hop not in self.trusted]
            if foreign:
                environ["REMOTE_ADDR"] = foreign[-1]
            if scheme.strip() in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme.strip()
        return self.app(environ, start_response)
