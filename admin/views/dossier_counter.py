"""Dossiers at the counter (nhập hộ khách): an officer fills one in for somebody who stands there; the draft survives whatever happens."""

from collections.abc import Mapping

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from admin import access, dossier_queues, dossiers, stored_files
from admin.database import db, viewed, writing
from admin.dossier_files import as_kept, must_suit
from admin.language import current, now, say
from admin.pages import PanelView, expose
from db.models import Dossier, DossierDraft, Staff
from db.models.dossier import COUNTER
from domain.dossiers.declaration import CHOICE, EXCEL, PRODUCTS, YES_NO, DossierType, Field, Paper
from domain.errors import NoSuchDraft, OfficeError, ProductListAwaited
from domain.messages import N_
from usecases import dossier_drafts, dossier_forms, dossier_words, kept_lists, organisations, uploads
from usecases import dossiers as cases
from usecases.kept_lists import ProductSheets
from usecases.uploads import KeptFile

MOST_DRAFTS = 50
PREFILL, SUBMIT = "prefill", "submit"


class DossierCounterView(PanelView):
    endpoint_name = "dossier_counter"
    title = N_("panel.dossier.counter.title")

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Which procedure; and what was begun and not handed in."""
        if request.method == "POST":
            kind = request.form.get("kind", "")
            if kind not in {one.kind for one in dossier_queues.kinds()}:
                abort(400)
            with writing() as session:
                draft = dossier_drafts.begin(session, kind, staff=session.get_one(Staff, current_user.id), language="vi", now=now())
            return redirect(url_for(".draft", key=draft.id), 303)
        page: str = self.render(
            "panel/dossier_counter.html", kinds=dossier_queues.kinds(), drafts=_open_drafts(db.session), words_of=_words_of
        )
        return page

    @expose("/<key>", methods=("GET", "POST"))
    def draft(self, key: str) -> ResponseReturnValue:
        """The form. Each press of a button keeps what could be read; what could not is shown again with its fault."""
        if request.method == "GET":
            draft = _get(db.session, key)
            if draft.dossier_id is not None:
                return _received(db.session, draft)
            viewed("dossier_drafts", draft.id)
            return self._form(draft)
        faults = self._keep(key)
        if request.form.get("act") == SUBMIT:
            return self._submit(key, faults)
        db.session.rollback()
        if faults:
            return self._form(_get(db.session, key), faults, request.form), 422
        flash(say(N_("panel.dossier.counter.saved")), "done")
        return redirect(url_for(".draft", key=key), 303)

    @expose("/<key>/throw-away", methods=("POST",))
    def throw_away(self, key: str) -> ResponseReturnValue:
        """The visitor left."""
        with writing() as session:
            draft = _locked(session, key)
            if draft.status == dossier_drafts.OPEN:
                dossier_drafts.throw_away(session, draft, now())
        flash(say(N_("panel.dossier.counter.thrown_away")), "done")
        return redirect(url_for(".index"), 303)

    def _keep(self, key: str) -> dict[str, str]:
        """Read the boxes and files into the draft; the faults by name of field or paper."""
        declared = dossier_drafts.declared(_get(db.session, key))
        files, faults = _files(declared)
        with writing() as session:
            draft = _locked(session, key)
            if draft.status != dossier_drafts.OPEN:
                return {}
            answers, wrong = dossier_forms.read_form(declared, request.form.to_dict(), current(), before=draft.answers)
            for name, value in answers.items():
                field = declared.field(name)
                if field is not None and draft.answers.get(name) != value:
                    dossier_drafts.answer(draft, field, value, now())
            _detach(draft, declared)
            for paper, taken in files:
                faults |= _attach(session, draft, paper, taken)
            if request.form.get("act") == PREFILL:
                faults |= _prefill(session, draft)
        return wrong | faults | _keep_list(key, declared)

    def _submit(self, key: str, faults: dict[str, str]) -> ResponseReturnValue:
        """Hand it in; pressed twice, it is one dossier."""
        db.session.rollback()
        draft = _get(db.session, key)
        declared = dossier_drafts.declared(draft)
        wrong = dossier_forms.missing(declared, draft.answers, draft.papers, current()) | faults
        if draft.dossier_id is None and wrong:
            return self._form(draft, wrong, request.form), 422
        with writing() as session:
            kept = _locked(session, key)
            dossier, _ = cases.submit(session, kept, source=COUNTER, staff=session.get_one(Staff, current_user.id), now=now())
        flash(say(N_("panel.dossier.counter.received"), reference=dossier.reference), "done")
        return redirect(url_for("dossiers.page", reference=dossier.reference), 303)

    def _form(self, draft: DossierDraft, faults: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
        declared, found = dossier_drafts.declared(draft), dict(faults or {})
        firm = dossiers.firm_fields(declared)
        page: str = self.render(
            "panel/dossier_form.html",
            draft=draft,
            declared=declared,
            groups=[
                (N_("panel.dossier.group.firm"), firm),
                (N_("panel.dossier.group.matter"), [field for field in declared.fields if field not in firm]),
            ],
            faults={part.name: found[part.name] for part in declared.parts if part.name in found},
            applies={part.name for part in declared.asked(draft.answers)},
            box=lambda field: _box(field, draft, typed),
            captions=lambda field: dossier_words.captions(field, current()),
            condition=lambda part: _condition(declared, part),
            kinds_of=lambda paper: dossier_words.kinds(paper, current()),
            choosing={CHOICE, YES_NO},
            listing=PRODUCTS,
        )
        return page


def _box(field: Field, draft: DossierDraft, typed: Mapping[str, str] | None) -> str:
    """What stands in a box: what was typed last, or the draft's answer."""
    if typed is not None and field.name in typed:
        return typed[field.name]
    return dossier_forms.box(field, draft.answers.get(field.name), current())


def _condition(declared: DossierType, part: Field | Paper) -> str:
    """When a part applies, in words; empty where it always does."""
    if part.only_if is None:
        return ""
    on = declared.field(part.only_if.field)
    if on is None:
        return ""
    values = " / ".join(dossier_words.said(on, value, current()) for value in part.only_if.values)
    return say(N_("panel.dossier.counter.only_if"), name=dossier_words.name(on, current()), values=values)


def _files(declared: DossierType) -> tuple[list[tuple[Paper, KeptFile]], dict[str, str]]:
    """The files of the form with the papers they are for, checked, and by paper what is wrong with one."""
    found: list[tuple[Paper, KeptFile]] = []
    faults: dict[str, str] = {}
    for paper in declared.papers:
        for file in request.files.getlist(f"file_{paper.name}"):
            try:
                found += [(paper, one) for one in _suitable(paper, file)]
            except OfficeError as refusal:
                faults[paper.name] = say(refusal.key, **refusal.facts)
    return found, faults


def _suitable(paper: Paper, file: FileStorage) -> list[KeptFile]:
    taken = stored_files.take_in([file] if file.filename else [])
    for one in taken:
        must_suit(paper, one)
    return taken


def _attach(session: Session, draft: DossierDraft, paper: Paper, file: KeptFile) -> dict[str, str]:
    uploads.note_kept(session, file, now())
    try:
        dossier_drafts.attach(draft, paper, as_kept(file), dossier_words.name(paper, current()), now())
    except OfficeError as refusal:
        return {paper.name: say(refusal.key, **refusal.facts)}
    return {}


def _keep_list(key: str, declared: DossierType) -> dict[str, str]:
    """Read a product list that was sent, against what the draft says by now; what is wrong with its rows."""
    field = kept_lists.field_of(declared)
    file = request.files.get(f"file_{field.name}") if field else None
    if field is None or file is None or not file.filename:
        return {}
    try:
        [taken] = stored_files.take_in([file])
        if taken.media_type not in EXCEL:
            raise ProductListAwaited
        db.session.rollback()
        asked = kept_lists.wanted(db.session, declared, _get(db.session, key).answers, current())
        kept = ProductSheets(current_app.extensions["files"], current_app.extensions["intake"].opener).take(taken.sha256, taken.name, asked)
    except OfficeError as refusal:
        return {field.name: say(refusal.key, **refusal.facts)}
    db.session.rollback()
    with writing() as session:
        draft = _locked(session, key)
        uploads.note_kept(session, taken, now())
        kept_lists.note(session, kept, now())
        if kept.count and draft.status == dossier_drafts.OPEN:
            dossier_drafts.answer(draft, field, dict(kept.answer), now())
    return {field.name: faults} if (faults := kept_lists.faults_said(kept, current())) else {}


def _detach(draft: DossierDraft, declared: DossierType) -> None:
    """Take out the file whose button was pressed."""
    name, _, sha256 = request.form.get("remove", "").partition(":")
    paper = declared.paper(name)
    if paper is not None:
        dossier_drafts.detach(draft, paper, sha256, now())


def _prefill(session: Session, draft: DossierDraft) -> dict[str, str]:
    """Fill in what the office knows of the firm; or say that it knows none."""
    code = str(draft.answers.get("tax_code") or "")
    firm = organisations.by_tax_code(session, code) if code else None
    if firm is None:
        return {"tax_code": say(N_("panel.dossier.counter.unknown_firm"))}
    speakers = organisations.confirmed_contacts(session, firm.id)
    person = {"person": speakers[0].person} if speakers else {}
    dossier_drafts.prefill(draft, dossier_drafts.of_organisation(draft, firm) | person, now())
    return {}


def _open_drafts(session: Session) -> list[DossierDraft]:
    """What colleagues and the person began at the counter, the newest first."""
    kinds = [one.kind for one in dossier_queues.kinds()]
    its = select(DossierDraft).where(DossierDraft.staff_id.is_not(None), DossierDraft.status == dossier_drafts.OPEN)
    return list(session.scalars(its.where(DossierDraft.kind.in_(kinds)).order_by(DossierDraft.id.desc()).limit(MOST_DRAFTS)))


def _words_of(draft: DossierDraft) -> str:
    """What a draft is known by in the list."""
    firm = next((draft.answers.get(field.name) for field in dossier_drafts.declared(draft).fields if field.of_firm == "name"), "")
    return str(firm or say(N_("panel.dossier.counter.nameless")))


def _get(session: Session, key: str) -> DossierDraft:
    """A draft of the counter in a family of the person; 404 for another."""
    draft = session.get(DossierDraft, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
    if draft is None or draft.staff_id is None or draft.status == dossier_drafts.THROWN_AWAY or not _is_theirs(draft):
        abort(404)
    return draft


def _locked(session: Session, key: str) -> DossierDraft:
    try:
        draft = dossier_drafts.get_at_counter(session, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else abort(404)
    except NoSuchDraft:
        abort(404)
    return draft if _is_theirs(draft) else abort(404)


def _is_theirs(draft: DossierDraft) -> bool:
    return bool(access.roles() & access.FAMILIES.get(dossier_drafts.declared(draft).family, access.NOBODY))


def _received(session: Session, draft: DossierDraft) -> ResponseReturnValue:
    """It was handed in since."""
    return redirect(url_for("dossiers.page", reference=session.get_one(Dossier, draft.dossier_id).reference), 303)
