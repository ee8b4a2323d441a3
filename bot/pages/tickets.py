"""Tickets (phiếu tham dự): a registration's page with a QR code for each participant, its PDF, documents and calendar file."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.counter import Counter
from bot.public import PublicPages
from db.models import Registration
from db.models.registration import WAITING
from domain.calendar_file import calendar_file
from domain.messages import N_
from domain.papers import ticket
from usecases import class_papers, office, tickets, waiting_list

_GONE = N_("ticket.nothing")


class Tickets:
    """The routes, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._pages = counter, PublicPages(counter.settings)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/tickets/{key}", self.page),
            Route("/tickets/{key}/ticket.pdf", self.pdf),
            Route("/tickets/{key}/documents/{document:int}", self.document),
            Route("/calendar/{key}.ics", self.calendar),
        ]

    async def page(self, request: Request) -> Response:
        """A registration or one person's ticket, with what they need to know before they come."""
        return await self._pages.answer(request, self._page)

    def _page(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            found = tickets.find(session, request.path_params["key"])
            if found is None:
                return self._pages.nothing(request, _GONE)
            registration = found.registration
            return self._pages.show(
                request,
                "tickets.html",
                found=found,
                registration=registration,
                training_class=registration.training_class,
                position=waiting_list.position(session, registration) if registration.status == WAITING else 0,
                now=self._counter.now(),
                is_whole=request.path_params["key"] == registration.secret,
                calendar=class_papers.calendar_link("", registration.secret) + f"?lang={self._pages.language(request)}",
                here=f"/tickets/{request.path_params['key']}",
                link=lambda person: class_papers.ticket_link(self._counter.settings.public_url, person.ticket),
                office=office.name(session, self._pages.language(request)),
            )

    async def pdf(self, request: Request) -> Response:
        """One person's ticket to print. It is set in a thread: some tens of milliseconds."""
        return await self._pages.answer(request, self._pdf)

    def _pdf(self, request: Request) -> Response:
        language = self._pages.language(request)
        with self._counter.database.read() as session:
            found = tickets.find(session, request.path_params["key"])
            if found is None or not found.is_valid or len(found.people) != 1:
                return self._pages.nothing(request, _GONE)
            (person,) = found.people
            link = class_papers.ticket_link(self._counter.settings.public_url, person.ticket)
            paper = class_papers.ticket_of(session, person, link=link, language=language)
            made_at = class_papers.made_at(found.registration)
        name = quote(f"{found.registration.reference}.pdf", safe="")
        headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(ticket.ticket(paper, made_at), media_type="application/pdf", headers=headers)

    async def document(self, request: Request) -> Response:
        """A document of the class, for whoever has a seat."""
        return await self._pages.answer(request, self._document)

    def _document(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            found = tickets.find(session, request.path_params["key"])
            document = tickets.document(found, request.path_params["document"]) if found else None
        path = self._counter.files.path(document.sha256) if document else None
        if document is None or path is None or not path.exists():
            return self._pages.nothing(request, _GONE)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        }
        return FileResponse(path, media_type=document.media_type, headers=headers)

    async def calendar(self, request: Request) -> Response:
        """The sessions as a calendar file. A calendar that subscribes to it follows every move; a cancelled one is struck out."""
        return await self._pages.answer(request, self._calendar)

    def _calendar(self, request: Request) -> Response:
        settings = self._counter.settings
        with self._counter.database.read() as session:
            found = tickets.find(session, request.path_params["key"])
            if found is None:
                return self._pages.nothing(request, _GONE)
            written = self._written(found.registration, settings.public_url, self._pages.language(request))
        headers = {"Content-Disposition": f'inline; filename="{found.registration.reference}.ics"', "Cache-Control": "no-store"}
        return Response(written, media_type="text/calendar; charset=utf-8", headers=headers)

    def _written(self, registration: Registration, public_url: str, language: str) -> bytes:
        link = class_papers.ticket_link(public_url, registration.secret)
        host = urlsplit(public_url).hostname or "localhost"
        return calendar_file(class_papers.events_of(registration, link=link, host=host, language=language))


def routes(counter: Counter) -> list[BaseRoute]:
    """Tickets and calendar files."""
    return Tickets(counter).routes()
