"""Brake on guessing (chống dò mật khẩu): failed attempts are counted in the database, for all processes of the panel together."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import TooManyRequests

from admin.database import db, writing
from admin.language import now
from domain.folding import clean
from usecases import history, sign_in
from usecases.history import Actor

log = logging.getLogger("admin.login")

PASSWORD, CODE, PASSKEY, RESET = "password", "code", "passkey", "reset"


@dataclass(frozen=True)
class Limits:
    """Failures within `sign_in.WINDOW`: of an account from one address, and of an account from anywhere."""

    together: int
    account: int


LIMITS = {PASSWORD: Limits(5, 50), CODE: Limits(5, 10), PASSKEY: Limits(20, 20), RESET: Limits(5, 10)}
"""The password's account limit is generous, so that nobody locks a colleague out. Six digits bear less: whoever gets to guess them
knows the password, and 10 in 15 minutes hit with a chance of 0.3 % a day."""
ADDRESS = 20
"""Failures of one address, whatever was tried."""


class Attempt:
    """One attempt, counted as failed until it succeeds. Raises `TooManyRequests` where there were too many."""

    def __init__(self, way: str, account: str) -> None:
        self.way = way
        self._limits = _limits(way, account)
        self._refuse(self._limits)
        with writing() as session:
            self._rows = sign_in.count(session, self._limits, now())
        self._refuse({counted: limit + 1 for counted, limit in self._limits.items()})  # this one is among them now

    def succeeded(self) -> None:
        """It was no failure, and what this account failed before from this address is forgotten."""
        with writing() as session:
            sign_in.forget(session, self._rows, next(iter(self._limits)))

    def failed(self, staff_id: int | None) -> bool:
        """Note it in the history, without what was typed; whether this was the last one for now."""
        braked = _wait(self._limits) > 0
        log.info("login.failed", extra={"way": self.way, "braked": braked})
        with writing() as session:
            for why in ("wrong", "braked")[: 1 + braked]:
                nobody = Actor(None, "", request.remote_addr or "")
                after = {"way": self.way, "why": why}
                history.note(session, nobody, history.REFUSED, "staff", staff_id or "", now=now(), after=after)
        return braked

    def _refuse(self, limits: Mapping[str, int]) -> None:
        if seconds := _wait(limits):
            log.warning("login.braked", extra={"way": self.way, "seconds": seconds})
            raise TooManyRequests(retry_after=seconds)


def _limits(way: str, account: str) -> dict[str, int]:
    """What this attempt counts under, the account with the address first. Where no account is known, nothing is counted for all at once."""
    account = clean(account).casefold()[:255]
    address = request.remote_addr or "?"
    limits = LIMITS[way]
    of_account = {f"{way} {account}": limits.account} if account else {}
    return {f"{way} {account} {address}": limits.together, **of_account, f"address {address}": ADDRESS}


def _wait(limits: Mapping[str, int]) -> int:
    with db.sessionmaker() as fresh:  # the page's own snapshot is older than what was just counted
        return sign_in.wait(fresh, limits, now())
