"""The public registers of quantity marks (sổ công khai): searched by anybody, page by page and without a script; as open data; one entry.

The address of an entry holds its secret: it is where the code on its papers leads. The lists name no secret, so that a paper is checked
against what the office gave and not against what somebody found.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.counter import Counter
from bot.limits import Limit
from bot.public import POLICY, PublicPages
from bot.visitors import address_of
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE
from domain.messages import N_
from domain.worktime import ZONE
from usecases import office, public_registers
from usecases.public_registers import Wanted
from usecases.sheet_writing import csv_lines

REGISTERS = {"announcements": ANNOUNCEMENT, "certificates": CERTIFICATE}
"""By the last part of their address."""
HERE = "/registers"
_FORM_POLICY = POLICY.replace("form-action 'none'", "form-action 'self'")
_DOWNLOADS_A_MINUTE = 6
_LAST_PAGE = 1000
_KEPT_SECONDS = 300
"""How long others may keep a file of open data."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
_MARK = "\ufeff"
"""Byte order mark, without which Excel takes the file for another encoding."""


class Registers:
    """The routes, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._pages = counter, PublicPages(counter.settings)
        self._downloads = Limit(_DOWNLOADS_A_MINUTE)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/registers", self.index),
            Route("/registers/{name}.csv", self.data),
            Route("/registers/entry/{secret}", self.entry),
            Route("/registers/{name}", self.search),
        ]

    async def index(self, request: Request) -> Response:
        """What there is, and what the columns of the open data mean."""
        return await self._pages.answer(request, self._index)

    def _index(self, request: Request) -> Response:
        today = self._today()
        with self._counter.database.read() as session:
            counts = {
                name: {status: public_registers.count(session, kept, status, today) for status in public_registers.STATUSES[kept]}
                for name, kept in REGISTERS.items()
            }
            named = office.name(session, self._pages.language(request))
        return self._pages.show(
            request,
            "registers.html",
            here=HERE,
            registers=REGISTERS,
            counts=counts,
            columns=public_registers.COLUMNS,
            office=named,
            wide=True,
        )

    async def search(self, request: Request) -> Response:
        """A register by number, firm, product or mark, with or without diacritics."""
        return await self._pages.answer(request, self._search)

    def _search(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in REGISTERS:
            return self._pages.nothing(request, N_("register.nothing"))
        wanted, faults = _wanted(request, REGISTERS[name])
        page = _page(request)
        with self._counter.database.read() as session:
            lines, has_more = public_registers.look_up(session, wanted, self._today(), page=page)
            named = office.name(session, self._pages.language(request))
        headers = {"Content-Security-Policy": _FORM_POLICY}
        facts: dict[str, Any] = {"name": name, "wanted": wanted, "faults": faults, "lines": lines, "page": page, "has_more": has_more}
        return self._pages.show(
            request,
            "register.html",
            headers=headers,
            statuses=public_registers.STATUSES[wanted.register],
            is_narrowed=bool(wanted.words or wanted.status or wanted.since or wanted.until),
            switch=_address(request, page, lang="en" if self._pages.language(request) == "vi" else "vi"),
            before=_address(request, page - 1),
            after=_address(request, page + 1),
            here=HERE,
            data=f"{HERE}/{name}.csv{_address(request, 0)}",
            office=named,
            wide=True,
            **facts,
        )

    async def data(self, request: Request) -> Response:
        """The lines that fit, as open data: read and sent in batches, none of which holds the database."""
        address = address_of(request)
        if seconds := self._downloads.wait(address):
            headers = {"Retry-After": str(int(seconds) + 1)}
            return self._pages.show(request, "nothing.html", 429, headers, said=N_("public.slow_down"))
        name = request.path_params["name"]
        if name not in REGISTERS:
            return self._pages.nothing(request, N_("register.nothing"))
        wanted, faults = _wanted(request, REGISTERS[name])
        if faults:
            return self._pages.show(request, "nothing.html", 400, said=N_("register.no_such_day"))
        today = self._today()
        headers = {
            "Content-Disposition": f'attachment; filename="{name}-{today.isoformat()}.csv"',
            "Cache-Control": f"public, max-age={_KEPT_SECONDS}",
            "X-Robots-Tag": "noindex",
        }
        return StreamingResponse(self._lines(wanted, today), media_type="text/csv; charset=utf-8", headers=headers)

    def _lines(self, wanted: Wanted, today: date) -> Iterator[str]:
        yield _MARK + csv_lines([public_registers.COLUMNS])
        after = 0
        while True:
            with self._counter.database.read() as session:
                lines = public_registers.batch(session, wanted, today, after)
            if not lines:
                return
            after = lines[-1].key
            yield csv_lines(row for line in lines for row in public_registers.rows(line))

    async def entry(self, request: Request) -> Response:
        """One entry, for whoever holds a paper of it."""
        return await self._pages.answer(request, self._entry)

    def _entry(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        with self._counter.database.read() as session:
            found = public_registers.by_secret(session, secret) if _SECRET.fullmatch(secret) else None
            if found is None:
                return self._pages.nothing(request, N_("register.no_entry"))
            newer = public_registers.successor(session, found.id)
            named = office.name(session, self._pages.language(request))
            line = public_registers.line(found, self._today())
        return self._pages.show(request, "register_entry.html", line=line, newer=newer, reason=found.ended_reason, office=named)

    def _today(self) -> date:
        return self._counter.now().astimezone(ZONE).date()


def _wanted(request: Request, register: str) -> tuple[Wanted, list[str]]:
    """What an address asks for, and the names of the days in it that are none. A status that the register has not is no filter."""
    given, faults, days = request.query_params, [], {}
    for name in ("since", "until"):
        try:
            days[name] = date.fromisoformat(given[name]) if given.get(name) else None
        except ValueError:
            faults.append(name)
    status = given.get("status", "")
    sought = given.get("q", "")[: public_registers.LONGEST_SEARCH]
    return Wanted(register, sought, status if status in public_registers.STATUSES[register] else "", **days), faults


def _page(request: Request) -> int:
    """The page that an address asks for, from 0."""
    given = request.query_params.get("page", "")
    return min(int(given), _LAST_PAGE) - 1 if given.isascii() and given.isdigit() and 0 < len(given) < 6 and int(given) else 0


def _address(request: Request, page: int, **changed: str) -> str:
    """The query of this address, for another page of its list or in another language."""
    kept = {name: value for name, value in request.query_params.items() if name in {"q", "status", "since", "until", "lang"} and value}
    numbered = {"page": str(page + 1)} if page > 0 else {}
    return "?" + urlencode(kept | numbered | changed)


def routes(counter: Counter) -> list[BaseRoute]:
    """The registers, their open data, and the page behind the code on a paper."""
    return Registers(counter).routes()
