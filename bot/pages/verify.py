"""Verification (xác minh): whoever holds a certificate's QR code sees whether the office gave it, and whether it still holds."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.counter import Counter
from bot.public import PublicPages
from domain.messages import N_
from usecases import certificates, office


class Verify:
    """The route, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._pages = counter, PublicPages(counter.settings)

    async def page(self, request: Request) -> Response:
        return await self._pages.answer(request, self._page)

    def _page(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            found = certificates.find(session, request.path_params["secret"])
            if found is None:
                return self._pages.nothing(request, N_("verify.nothing"))
            name = office.name(session, self._pages.language(request))
            return self._pages.show(request, "verify.html", certificate=found, office=name)


def routes(counter: Counter) -> list[BaseRoute]:
    """The page behind the code on a certificate."""
    return [Route("/verify/{secret}", Verify(counter).page)]
