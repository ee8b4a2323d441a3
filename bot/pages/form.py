"""The web form of a dossier (biểu mẫu hồ sơ) at a one-time link: the same draft and the same checks as in the chat.

Works without script: every button keeps all that was typed. With script each answer is kept when it is left, files show how far they are.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import structlog
from itsdangerous import Signer
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot import dossier_addresses, dossier_form, form_lists
from bot.counter import Counter
from bot.limits import Limit
from bot.public import PublicPages, asset
from bot.visitors import address_of
from db.engine import is_passing_fault
from db.models import Dossier, DossierDraft
from db.models.dossier import FORM
from domain.dossiers.answers import must_fit
from domain.dossiers.declaration import ADDRESS, Field, Paper
from domain.errors import (
    ConsentNeeded,
    DossierIncomplete,
    DraftOfStaff,
    FileTooLarge,
    FileWithThreat,
    NoSuchDraft,
    OfficeError,
    TooManyFiles,
)
from domain.messages import N_
from domain.worktime import ZONE
from locales import translate
from usecases import (
    contacts,
    dossier_advice,
    dossier_drafts,
    dossier_forms,
    dossier_notices,
    dossier_papers,
    dossier_words,
    dossiers,
    kept_lists,
    office,
    places,
    scanning,
    time_limits,
    uploads,
)
from usecases.places import Outcome
from usecases.uploads import KeptFile

log = structlog.get_logger()

_WRITES_A_MINUTE = 240
"""Per address: each answer that is left is a write."""
_FIELDS_A_POST, _FILES_A_POST, _FILES_BYTES = 100, 20, 5
"""Answers and files of one post without script; the bytes of its files together, in largest files."""
_ENVELOPE_BYTES = 2 * 1024 * 1024
"""What the answers of a form may add to its files: a list of some thousand lines among them."""
_PRINTED_WITHIN, _LOOK_AGAIN = 6.0, 0.2
"""Seconds for which the receipt is waited for."""
_FILE = "file-"
_SCRIPTED = {
    "saving": N_("form.saving"),
    "saved": N_("form.saved"),
    "unsaved": N_("form.unsaved"),
    "offline": N_("form.offline"),
    "sending": N_("form.sending"),
    "sent": N_("form.sent"),
    "wait": N_("form.wait_for_files"),
    "large": N_("form.too_large"),
    "progress": N_("form.progress"),
    "remove": N_("form.remove"),
    "fault": N_("form.fault"),
}
"""What the page's script says."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class _Taken:
    """A file that passed the gate and is on the disk."""

    paper: Paper
    file: KeptFile


class _Foreign(Exception):
    """A post that did not come from a page of ours."""


Act = Callable[[Request, DossierDraft], Awaitable[Response]]


class FormPages:
    """The routes, over one counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._pages = counter, PublicPages(counter.settings)
        self._signer = Signer(counter.settings.signing_key(), salt="dossier-form")
        self._writes = Limit(_WRITES_A_MINUTE)
        # as many a day as one contact may send: full at first, refilled evenly
        self._files = Limit(counter.settings.max_files_per_day, lambda: time.monotonic() / (24 * 60))

    def routes(self) -> list[BaseRoute]:
        here = "/form/{secret}"
        return [
            Route(here, self.page),
            Route(here, self.save, methods=["POST"]),
            Route(here + "/answers", self.save_quietly, methods=["POST"]),
            Route(here + "/summary", self.summary),
            Route(here + "/hand-in", self.hand_in, methods=["POST"]),
            Route(here + "/receipt.pdf", self.receipt),
            Route(here + "/products.xlsx", self.template),
        ]

    # showing

    async def page(self, request: Request) -> Response:
        """The form, or the receipt of what was handed in."""
        return await self._pages.answer(request, self._page)

    def _page(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                return self._gone(request)
            if draft.dossier_id is not None:
                return self._received(session, request, session.get_one(Dossier, draft.dossier_id))
            return self._form(session, request, draft)

    def _by_link(self, session: Session, request: Request) -> DossierDraft | None:
        draft = dossier_drafts.by_link(session, request.path_params["secret"], self._counter.now())
        return draft if draft is not None and draft.status in {dossier_drafts.OPEN, dossier_drafts.SUBMITTED} else None

    def _gone(self, request: Request) -> Response:
        return self._pages.nothing(request, N_("form.gone"))

    def _form(
        self,
        session: Session,
        request: Request,
        draft: DossierDraft,
        *,
        typed: Mapping[str, Any] | None = None,
        faults: Mapping[str, str] | None = None,
        said: str = "",
    ) -> Response:
        language = self._language(request, draft)
        known = dossier_drafts.known_answers(session, draft, draft.contact) if draft.contact else {}
        return self._show(
            session,
            request,
            draft,
            "form.html",
            422 if faults or said else 200,
            sections=dossier_form.sections(draft, language, typed or {}, faults or {}, self._advice(session, draft, language)),
            progress=dossier_form.progress(draft),
            can_prefill=any(value and not draft.answers.get(name) for name, value in known.items()),
            was_saved="saved" in request.query_params,
            script=asset("form.js"),
            texts={name: translate(key, language) for name, key in _SCRIPTED.items()},
            limit_mb=self._counter.settings.max_file_mb,
            faults=faults or {},
            said=said,
        )

    def _advice(self, session: Session, draft: DossierDraft, language: str) -> dict[str, str]:
        """What the office can say to the answers at once, by field."""
        today = self._counter.now().astimezone(ZONE).date()
        fields = [part for part in dossier_drafts.parts(draft) if isinstance(part, Field)]
        said = {field.name: dossier_advice.on(session, field, draft.answers.get(field.name), language, today) for field in fields}
        return {name: text for name, text in said.items() if text}

    async def summary(self, request: Request) -> Response:
        """Everything once more before it is handed in."""
        return await self._pages.answer(request, self._summary)

    def _summary(self, request: Request, said: str = "") -> Response:
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                return self._gone(request)
            language = self._language(request, draft)
            declared = dossier_drafts.declared(draft)
            if draft.dossier_id is not None or declared.missing(draft.answers, draft.papers):
                return self._to(request, draft)
            known = {paper.name for paper in declared.papers}
            astray = [file["name"] for name, files in draft.papers.items() if name not in known for file in files or []]
            return self._show(
                session,
                request,
                draft,
                "form_summary.html",
                422 if said else 200,
                lines=dossier_form.summary(draft, language),
                weak=[dossier_words.name(part, language) for part in declared.weak(draft.answers, draft.papers)],
                astray=astray,
                asks_consent=draft.contact is not None and not contacts.has_consented(session, draft.contact, contacts.DOSSIERS),
                of_staff=draft.contact is None,
                said=said,
            )

    def _received(self, session: Session, request: Request, dossier: Dossier) -> Response:
        language = self._pages.language(request, dossier.language)
        facts = dossier_notices.facts(session, dossier, language)
        return self._pages.show(
            request,
            "form_received.html",
            usual=dossier.language,
            office=office.name(session, language),
            dossier=dossier,
            facts=facts,
            digest=dossier_papers.grouped(dossier.digest),
            pdf=f"/form/{request.path_params['secret']}/receipt.pdf",
        )

    def _show(self, session: Session, request: Request, draft: DossierDraft, template: str, status: int, **facts: Any) -> Response:
        """A page about a draft: with what the form says of the law, its address and its token."""
        language, kind = self._language(request, draft), dossier_drafts.declared(draft)
        secret, today = request.path_params["secret"], self._counter.now().astimezone(ZONE).date()
        return self._pages.show(
            request,
            template,
            status,
            {"Content-Security-Policy": POLICY},
            usual=draft.language,
            office=office.name(session, language),
            kind=kind,
            limit=time_limits.in_force(session, kind.limit, today),
            counted=lambda limit: dossier_words.counted(limit, language),
            basis=[dossier_papers.basis(document, language) for document in kind.basis],
            here=f"/form/{secret}",
            token=self._signer.get_signature(secret).decode(),
            size=dossier_papers.size,
            until=draft.link_until,
            **facts,
        )

    def _language(self, request: Request, draft: DossierDraft) -> str:
        return self._pages.language(request, draft.language)

    def _to(self, request: Request, draft: DossierDraft, where: str = "", query: str = "", anchor: str = "") -> Response:
        """On to a page of the form, in the same language."""
        address = f"/form/{quote(request.path_params['secret'], safe='')}{where}?lang={self._language(request, draft)}{query}"
        return RedirectResponse(address + (f"#{anchor}" if anchor else ""), 303)

    # keeping

    async def save(self, request: Request) -> Response:
        """Keep everything that a page sends; then show it again, or go on to the summary."""
        return await self._guarded(request, self._save)

    async def _save(self, request: Request, draft: DossierDraft) -> Response:
        if draft.dossier_id is not None:
            return self._to(request, draft)
        async with self._posted(request, draft) as form:
            act, remove = str(form.get("form-act", "")), str(form.get("form-remove", ""))
            texts = _texts(form, draft)
            faults = await self._keep(request, draft, form, texts, remove=remove, prefills=act == "prefill")
        if not faults and act == "check":
            return await asyncio.to_thread(self._check, request)
        if not faults:
            return self._to(request, draft, query="&saved=1", anchor=f"f-{remove.split('/')[0]}" if remove else "")
        return await asyncio.to_thread(self._again, request, texts, faults)

    async def save_quietly(self, request: Request) -> Response:
        """Keep one answer or file that the page's script sends; what is wrong, and how far it is, comes back as JSON."""
        return await self._guarded(request, self._save_quietly, as_json=True)

    async def _save_quietly(self, request: Request, draft: DossierDraft) -> Response:
        async with self._posted(request, draft) as form:
            faults = await self._keep(request, draft, form, _texts(form, draft))
        return await asyncio.to_thread(self._so_far, request, faults)

    def _so_far(self, request: Request, faults: Mapping[str, str]) -> Response:
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                raise NoSuchDraft
            progress, language = dossier_form.progress(draft), self._language(request, draft)
            names = [paper.name for paper in dossier_drafts.declared(draft).papers]
            files = {
                name: [
                    {"sha256": file["sha256"], "name": file["name"], "size": dossier_papers.size(file["size"], language)}
                    for file in draft.papers.get(name) or []
                ]
                for name in names
            }
            return JSONResponse({"faults": faults, "done": progress.done, "total": progress.total, "files": files})

    def _check(self, request: Request) -> Response:
        """To the summary, or back to what is missing."""
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                return self._gone(request)
            missing = dossier_forms.missing(dossier_drafts.declared(draft), draft.answers, draft.papers, self._language(request, draft))
            return self._form(session, request, draft, faults=missing) if missing else self._to(request, draft, "/summary")

    def _again(self, request: Request, typed: Mapping[str, Any], faults: Mapping[str, str]) -> Response:
        """The form with what was typed and could not be kept."""
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                return self._gone(request)
            return self._form(session, request, draft, typed={name: typed.get(name, "") for name in faults}, faults=faults)

    async def _keep(
        self,
        request: Request,
        draft: DossierDraft,
        form: FormData,
        texts: Mapping[str, str],
        *,
        remove: str = "",
        prefills: bool = False,
    ) -> dict[str, str]:
        """Keep answers and files; by field or paper the sentence that says what is wrong."""
        language = self._language(request, draft)
        taken, refused = await self._take(draft, form, language)
        run = partial(self._keep_in_transaction, request.path_params["secret"], language, texts, taken, remove=remove, prefills=prefills)
        faults: dict[str, str] = await self._counter.writer.write(run)
        return refused | faults | await self._keep_list(request, form, language)

    async def _keep_list(self, request: Request, form: FormData, language: str) -> dict[str, str]:
        """A product list, checked against what the form says by now; by field what is wrong with it."""
        draft = await asyncio.to_thread(self._draft, request)
        field = kept_lists.field_of(dossier_drafts.declared(draft))
        try:
            sent = await form_lists.take(self._counter, draft, form, language)
        except OfficeError as refusal:
            return {field.name if field else "": translate(refusal.key, language, **refusal.facts)}
        if sent is None:
            return {}
        run = partial(self._keep_list_in_transaction, request.path_params["secret"], sent, language)
        faults: dict[str, str] = await self._counter.writer.write(run)
        return faults

    def _keep_list_in_transaction(self, secret: str, sent: form_lists.SentList, language: str, session: Session) -> dict[str, str]:
        draft = dossier_drafts.take_by_link(session, secret, self._counter.now())
        if draft.status != dossier_drafts.OPEN:
            raise NoSuchDraft
        return form_lists.keep(session, draft, sent, language, self._counter)

    def _keep_in_transaction(
        self,
        secret: str,
        language: str,
        texts: Mapping[str, str],
        taken: Sequence[_Taken],
        session: Session,
        *,
        remove: str,
        prefills: bool,
    ) -> dict[str, str]:
        now = self._counter.now()
        draft = dossier_drafts.take_by_link(session, secret, now)
        if draft.status != dossier_drafts.OPEN:
            raise NoSuchDraft
        declared = dossier_drafts.declared(draft)
        answers, faults = dossier_forms.read_form(declared, texts, language, before=draft.answers, today=now.astimezone(ZONE).date())
        for field in declared.fields:
            if field.name in answers and answers[field.name] != draft.answers.get(field.name, ""):
                dossier_drafts.answer(draft, field, _settled(session, field, answers[field.name]), now)
        faults |= {field.name: said for field in declared.fields if (said := dossier_forms.stop(field, answers.get(field.name), language))}
        paper, _, sha256 = remove.partition("/")
        if (from_paper := declared.paper(paper)) is not None:
            dossier_drafts.detach(draft, from_paper, sha256, now)
        if prefills and draft.contact is not None:
            dossier_drafts.prefill(draft, dossier_drafts.known_answers(session, draft, draft.contact), now)
        for one in taken:
            uploads.note_kept(session, one.file, now)
            file = {"sha256": one.file.sha256, "name": one.file.name, "media_type": one.file.media_type, "size": one.file.size}
            try:
                dossier_drafts.attach(draft, one.paper, file, dossier_words.name(one.paper, language), now)
            except OfficeError as refusal:
                faults[one.paper.name] = translate(refusal.key, language, **refusal.facts)
        return faults

    async def _take(self, draft: DossierDraft, form: FormData, language: str) -> tuple[list[_Taken], dict[str, str]]:
        """The files of a form, checked and on the disk, one after the other; and by paper why one was not taken."""
        taken: list[_Taken] = []
        refused: dict[str, str] = {}
        for name, file in form.multi_items():
            paper = dossier_drafts.declared(draft).paper(name.removeprefix(_FILE)) if name.startswith(_FILE) else None
            if paper is None or not isinstance(file, UploadFile) or not file.filename:
                continue
            try:
                taken.append(await self._take_one(draft, paper, file, language))
            except OfficeError as refusal:
                refused[paper.name] = translate(refusal.key, language, **refusal.facts)
        return taken, refused

    async def _take_one(self, draft: DossierDraft, paper: Paper, file: UploadFile, language: str) -> _Taken:
        if self._files.wait(str(draft.id)):
            raise TooManyFiles(limit=self._counter.settings.max_files_per_day)
        try:
            kept = await self._counter.taking.take(await file.read(), file.filename or "")
        except FileWithThreat as threat:
            await self._counter.writer.write(partial(self._tell_staff, threat))
            raise
        caption = dossier_words.name(paper, language)
        must_fit(paper, name=kept.name, media_type=kept.media_type, caption=caption, kinds=dossier_words.kinds(paper, language))
        return _Taken(paper, kept)

    def _tell_staff(self, threat: FileWithThreat, session: Session) -> None:
        scanning.tell_staff(session, threat.facts["threat"], self._counter.now())

    @asynccontextmanager
    async def _posted(self, request: Request, draft: DossierDraft) -> AsyncIterator[FormData]:
        """The form of a post. While it arrives and its files are taken, the draft is not handed in."""
        settings = self._counter.settings
        announced = request.headers.get("content-length", "")
        with_files = request.headers.get("content-type", "").startswith("multipart/")
        limit = _ENVELOPE_BYTES + with_files * _FILES_BYTES * settings.max_file_bytes
        if not announced.isdigit() or int(announced) > limit:
            raise FileTooLarge(name="…", limit=settings.max_file_mb)
        name = await self._counter.writer.write(lambda session: self._arriving(session, draft)) if with_files else ""
        try:
            async with request.form(max_files=_FILES_A_POST, max_fields=_FIELDS_A_POST) as form:
                if not self._signer.verify_signature(request.path_params["secret"], str(form.get("form-token", ""))):
                    raise _Foreign
                yield form
        finally:
            if name:
                await self._counter.writer.write(lambda session: dossier_drafts.arrived(session, name))

    def _arriving(self, session: Session, draft: DossierDraft) -> str:
        return dossier_drafts.arriving(session, draft.id, self._counter.now())

    # handing in

    async def hand_in(self, request: Request) -> Response:
        """Hand the draft in; posted twice it is one dossier."""
        return await self._guarded(request, self._hand_in)

    async def _hand_in(self, request: Request, draft: DossierDraft) -> Response:
        async with self._posted(request, draft) as form:
            agrees = form.get("consent") == "yes"
        run = partial(self._submit, request.path_params["secret"], self._language(request, draft), agrees)
        try:
            await self._counter.writer.write(run)
        except DossierIncomplete:
            return await asyncio.to_thread(self._check, request)
        except NoSuchDraft:
            raise
        except OfficeError as refusal:
            said = translate(refusal.key, self._language(request, draft), **refusal.facts)
            return await asyncio.to_thread(self._summary, request, said)
        return self._to(request, draft)

    def _submit(self, secret: str, language: str, agrees: bool, session: Session) -> None:
        now = self._counter.now()
        draft = dossier_drafts.take_by_link(session, secret, now)
        contact = draft.contact
        if contact is None:
            raise DraftOfStaff
        if draft.dossier_id is None and not contacts.has_consented(session, contact, contacts.DOSSIERS):
            if not agrees:
                raise ConsentNeeded
            contacts.consent(session, contact, contacts.DOSSIERS, granted=True, now=now, language=language, channel=FORM)
        draft.language = language  # the receipt is in the one that was read last
        dossier, is_new = dossiers.submit(session, draft, source=FORM, contact=contact, now=now)
        if is_new:
            dossier_notices.received(session, dossier, now)

    async def template(self, request: Request) -> Response:
        """The empty sheet of a product list."""
        file, _ = await asyncio.to_thread(self._counter.sheets.template, self._pages.language(request))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return FileResponse(self._counter.files.path(file.sha256), media_type=file.media_type, headers=headers)

    async def receipt(self, request: Request) -> Response:
        """The receipt as PDF, waited for while it is being printed."""
        answer = await self._pages.answer(request, self._receipt)
        until = time.monotonic() + _PRINTED_WITHIN
        while answer.status_code == 503 and time.monotonic() < until:
            await asyncio.sleep(_LOOK_AGAIN)
            answer = await asyncio.to_thread(self._receipt, request)
        return answer

    def _receipt(self, request: Request) -> Response:
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None or draft.dossier_id is None:
                return self._gone(request)
            file = dossiers.receipt_file(session.get_one(Dossier, draft.dossier_id))
        if file is None:
            return self._refusal(request, False, 503, N_("form.being_printed"), retry_after=5)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
        }
        return FileResponse(self._counter.files.path(file.sha256), media_type=file.media_type, headers=headers)

    # faults

    async def _guarded(self, request: Request, act: Act, *, as_json: bool = False) -> Response:
        """What `act` says for an open draft; every fault becomes a page, or JSON, with a sentence."""
        if seconds := self._writes.wait(address_of(request)):
            return self._refusal(request, as_json, 429, N_("public.slow_down"), retry_after=int(seconds) + 1)
        try:
            draft = await asyncio.to_thread(self._draft, request)
            return await act(request, draft)
        except NoSuchDraft:
            return self._refusal(request, as_json, 404, N_("form.gone"))
        except OfficeError as refusal:
            return self._refusal(request, as_json, 413 if isinstance(refusal, FileTooLarge) else 422, refusal.key, **refusal.facts)
        except _Foreign:
            return self._refusal(request, as_json, 403, N_("form.foreign"))
        except HTTPException:  # a form that breaks its own rules
            return self._refusal(request, as_json, 400, N_("form.malformed"))
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as fault:
            if not isinstance(fault, OSError) and not is_passing_fault(fault):
                raise
            log.warning("form.not_stored", fault=type(fault).__name__)
            return self._refusal(request, as_json, 503, N_("form.not_stored"), retry_after=5)

    def _draft(self, request: Request) -> DossierDraft:
        with self._counter.database.read() as session:
            draft = self._by_link(session, request)
            if draft is None:
                raise NoSuchDraft
            return draft

    def _refusal(self, request: Request, as_json: bool, status: int, key: str, retry_after: int = 0, **facts: Any) -> Response:
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        if as_json:
            return JSONResponse({"error": translate(key, self._pages.language(request), **facts)}, status, headers)
        said = translate(key, self._pages.language(request), **facts)
        return self._pages.show(request, "form_refused.html", status, headers, said=said, here=f"/form/{request.path_params['secret']}")


def _settled(session: Session, field: Field, value: Any) -> Any:
    """An address with the one commune that it names; where it may mean several, or none, it stays as typed, for an officer to look at."""
    if field.kind != ADDRESS or not value or value.get("commune"):
        return value
    finding = places.find(session, value["line"])
    return dossier_addresses.kept(finding.candidates[0].place) if finding.outcome is Outcome.ONE else value


def _texts(form: FormData, draft: DossierDraft) -> dict[str, str]:
    """What was typed, by field."""
    fields = (field.name for field in dossier_drafts.declared(draft).fields)
    return {name: str(form[name]) for name in fields if isinstance(form.get(name), str)}


def routes(counter: Counter) -> list[BaseRoute]:
    """The web form's routes."""
    return FormPages(counter).routes()
