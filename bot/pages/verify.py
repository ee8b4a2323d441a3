"""Verification (xác minh): whoever holds the QR code of a paper sees whether the office gave it, and where it stands.

A certificate shows what the paper says; the receipt of a dossier only what lets its holder compare: no name, phone or answer.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.counter import Counter
from bot.public import PublicPages
from domain.messages import N_
from usecases import certificates, dossier_papers, dossiers, office


class Verify:
    """The route, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._pages = counter, PublicPages(counter.settings)

    async def page(self, request: Request) -> Response:
        return await self._pages.answer(request, self._page)

    def _page(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            found = certificates.find(session, request.path_params["secret"])
            name = office.name(session, self._pages.language(request))
            if found is not None:
                return self._pages.show(request, "verify.html", certificate=found, office=name)
            dossier = dossiers.by_secret(session, request.path_params["secret"])
            if dossier is None:
                return self._pages.nothing(request, N_("verify.nothing"))
            facts: dict[str, Any] = {"papers": len(dossier_papers.handed_in(dossier)), "digest": dossier_papers.grouped(dossier.digest)}
            return self._pages.show(request, "verify_dossier.html", dossier=dossier, office=name, **facts)


def routes(counter: Counter) -> list[BaseRoute]:
    """The page behind the code on a certificate or receipt."""
    return [Route("/verify/{secret}", Verify(counter).page)]
