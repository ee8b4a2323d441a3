"""Dossiers (hồ sơ): the queues with the clock, and the page on which an officer checks, asks for more, decides, and explains."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.orm import Session

from admin import access, dossier_queues, dossiers, issued_papers, mark_entering, once, stored_files
from admin.database import db, viewed, writing
from admin.dossier_files import as_kept, must_suit
from admin.language import current, now, say
from admin.pages import PanelView, expose
from admin.queues import LAST_PAGE, LONGEST_SEARCH, MANY, PAGE, Wish
from admin.second_person import is_alone
from db.models import DemandedItem, Dossier, DossierPaper, Staff
from domain.dossiers.declaration import OFFICE, Field
from domain.errors import DossierMoved, NothingDemanded, OfficeError
from domain.folding import clean
from domain.messages import N_
from domain.worktime import ZONE
from usecases import desk, dossier_checks, dossier_forms, dossier_notices, dossier_words, mark_registers, uploads
from usecases import dossiers as cases
from usecases.dossiers import Wanted
from usecases.uploads import KeptFile

LONGEST_WORDS = 4000
MOST_OTHER = 5
"""Things in words only that one request may ask for."""
Deed = Callable[[Session, Dossier, Staff], Any]


class DossiersView(PanelView):
    endpoint_name = "dossiers"
    title = N_("panel.menu.dossiers")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """A queue, or what a search finds in all of them, narrowed by filters."""
        shown, choices = dossier_queues.offered(), dossier_queues.choices(db.session)
        wish, number = _wish(shown, choices), _page_number()
        found, has_more = dossier_queues.page(db.session, wish, current_user.id, number, now())
        page: str = self.render(
            "panel/dossiers.html",
            wish=wish,
            queues=shown,
            empty=dossier_queues.EMPTY,
            counts=dossier_queues.counts(db.session, current_user.id, now()),
            most=MANY,
            choices=choices,
            address=_addresses(wish),
            lines=found,
            has_more=has_more,
            number=number,
            least=number * PAGE + len(found),
        )
        return page

    @expose("/<reference>")
    def page(self, reference: str) -> str:
        """Everything about one dossier, and what can be done with it."""
        dossier = dossiers.get_or_abort(db.session, reference)
        viewed("dossiers", dossier.id)
        return self._page(dossier)

    def _page(self, dossier: Dossier, **facts: Any) -> str:
        declared = cases.declared(dossier)
        (line,) = dossier_queues.lines(db.session, [dossier], now())
        page: str = self.render(
            "panel/dossier.html",
            dossier=dossier,
            declared=declared,
            line=line,
            limit=dossiers.limit_of(db.session, dossier),
            groups=dossiers.groups(db.session, dossier),
            marks=dossier_checks.written(dossier_checks.marks(db.session, dossier)),
            stored=stored_files.by_digest(db.session, {paper.sha256 for paper in dossier.papers}),
            others=dossiers.other_files(dossier),
            replaced=dossiers.replaced_files(dossier),
            demand=cases.open_demand(db.session, dossier),
            moves=dossiers.moves(dossier),
            entering=mark_entering.entering(db.session, dossier, now()),
            entry=mark_registers.entry_of(db.session, dossier),
            may_demand=dossiers.may_demand(dossier),
            timeline=dossiers.timeline(db.session, dossier),
            link=dossiers.link_of(db.session, dossier),
            colleagues=dossier_queues.officers(db.session, declared),
            is_alone=is_alone(db.session, "dossiers.approve"),
            proposer=db.session.get(Staff, dossier.proposed_by_id) if dossier.proposed_by_id else None,
            following=dossier_queues.following(db.session, current_user.id, dossier.id),
            entered_by=db.session.get(Staff, dossier.entered_by_id) if dossier.entered_by_id else None,
            issued=issued_papers.shown(db.session, dossier),
            stand=dossiers.stand(dossier),
            today=now().astimezone(ZONE).date(),
            token=str(uuid.uuid4()),
            longest=LONGEST_WORDS,
            **_helpers(),
            **({"refused": "", "refusal": "", "typed": {}} | facts),
        )
        return page

    # whose it is

    @expose("/<reference>/take", methods=("POST",))
    def take(self, reference: str) -> ResponseReturnValue:
        """Take it; somebody who took it a moment earlier keeps it."""
        return self._assign(reference, lambda _: _officer(_), N_("panel.dossier.done.taken"))

    @expose("/<reference>/assign", methods=("POST",))
    def assign(self, reference: str) -> ResponseReturnValue:
        """Give it to a colleague, or to nobody."""
        given = request.form.get("officer", "")
        if given and not (given.isascii() and given.isdigit() and len(given) < 10):
            abort(400)
        roles = access.FAMILIES.get(cases.declared(dossiers.get_or_abort(db.session, reference)).family, access.NOBODY)
        return self._assign(
            reference, lambda session: desk.answerer(session, int(given), roles) if given else None, N_("panel.dossier.done.assigned")
        )

    def _assign(self, reference: str, whom: Callable[[Session], Staff | None], done: str) -> ResponseReturnValue:
        with writing() as session:
            dossier = cases.lock_for_staff(session, dossiers.get_or_abort(session, reference).id)
            if str(dossier.assigned_to_id or "") != request.form.get("had", ""):
                raise DossierMoved(reference=reference)
            cases.assign(session, dossier, whom(session), by=_officer(session), now=now())
        return _back(reference, done)

    # checking, and asking for more

    @expose("/<reference>/check", methods=("POST",))
    def check(self, reference: str) -> ResponseReturnValue:
        """Keep the marks; what colleagues marked meanwhile stays."""
        with writing() as session:
            dossier = cases.lock_for_staff(session, dossiers.get_or_abort(session, reference).id)
            changed = dossiers.posted_marks(request.form, dossier, dossiers.opened_marks(request.form.get("opened_marks", "")))
            marks = dossier_checks.save(session, dossier, changed, staff=_officer(session), now=now())
        if request.accept_mimetypes.best == "application/json":
            return {"saved": True, "marks": dossier_checks.written(marks)}
        if request.form.get("act") == "demand":
            return redirect(url_for(".demand", reference=reference), 303)
        return _back(reference, N_("panel.dossier.done.checked"), anchor="check")

    @expose("/<reference>/demand", methods=("GET", "POST"))
    def demand(self, reference: str) -> ResponseReturnValue:
        """Ask for everything that is missing, in one message."""
        dossier = dossiers.get_or_abort(db.session, reference)
        if request.method == "GET":
            viewed("dossiers", dossier.id)
            return self._demand_page(dossier) if dossiers.may_demand(dossier) else _moved_on(reference)
        try:
            with writing() as session:
                kept, officer = dossiers.locked(session, reference, request.form.get("stand", "")), _officer(session)
                manager = officer if access.roles() & access.ADMINISTRATORS else None
                reason = _words("reason")
                cases.demand(session, kept, _wanted(kept), staff=officer, manager=manager, reason=reason, now=now())
        except OfficeError as refusal:
            db.session.rollback()
            dossier = dossiers.get_or_abort(db.session, reference)
            return self._demand_page(dossier, refusal=say(refusal.key, **refusal.facts), typed=request.form), 422
        return _back(reference, N_("panel.dossier.done.demanded") if dossier.contact_id else N_("panel.dossier.done.demanded_no_chat"))

    def _demand_page(self, dossier: Dossier, **facts: Any) -> str:
        groups = dossiers.groups(db.session, dossier)
        page: str = self.render(
            "panel/dossier_demand.html",
            dossier=dossier,
            rows=dossiers.demandable([row for group in groups for row in group.rows]),
            is_faulty=dossiers.is_faulty,
            suggested=dossiers.suggested,
            number=dossier.demand_count + 1,
            may_again=bool(access.roles() & access.ADMINISTRATORS),
            managers=desk.answerers(db.session, access.ADMINISTRATORS),
            stand=dossiers.stand(dossier),
            longest=dossier_checks.LONGEST_WORDS,
            most_other=MOST_OTHER,
            **({"refusal": "", "typed": None} | facts),
        )
        return page

    @expose("/<reference>/items/<key>", methods=("POST",))
    def fill(self, reference: str, key: str) -> ResponseReturnValue:
        """The firm brought something that was asked for to the office, or said it on the phone."""
        dossier = dossiers.get_or_abort(db.session, reference)
        try:
            item = cases.item_of(db.session, dossier, int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0)
            value = _said(dossier, item)
            files = _brought() if value is None else []
            with writing() as session:
                kept = cases.lock_for_staff(session, dossier.id)
                _fill(session, kept, cases.item_of(session, kept, item.id), value, files, _officer(session))
        except OfficeError as refusal:
            return self._refused(reference, f"item-{key}", refusal)
        return _back(reference, N_("panel.dossier.done.filled"))

    # moving it on

    @expose("/<reference>/move", methods=("POST",))
    def move(self, reference: str) -> ResponseReturnValue:
        """Move it on as the declaration lets staff; what needs a second person is drafted for them."""
        target, words = request.form.get("target", ""), _words("words")

        def deed(session: Session, dossier: Dossier, officer: Staff) -> None:
            way = cases.declared(dossier).move(dossier.status, target)
            if way is not None and way.needs_second:
                cases.propose(session, dossier, target, staff=officer, words=words, now=now())
            else:
                cases.move(session, dossier, target, staff=officer, words=words, now=now())
                if dossier.assigned_to_id is None and cases.declared(dossier).state(target).unit == OFFICE:
                    cases.assign(session, dossier, officer, by=officer, now=now())  # who begins the work has it

        opened = dossiers.get_or_abort(db.session, reference)
        way = cases.declared(opened).move(opened.status, target)
        done = N_("panel.dossier.done.proposed") if way is not None and way.needs_second else N_("panel.dossier.done.moved")
        return self._act(reference, f"move-{target}"[:40], deed, done)

    @expose("/<reference>/enter", methods=("POST",))
    def enter(self, reference: str) -> ResponseReturnValue:
        """Enter it into its register with number, day and signer; where a second person is needed, the line is drafted for them."""
        line = mark_entering.posted(request.form)

        def deed(session: Session, dossier: Dossier, officer: Staff) -> None:
            mark_entering.enter(session, dossier, line, staff=officer, words=_words("words"), now=now())

        opened = dossiers.get_or_abort(db.session, reference)
        needs_second = mark_entering.needs_second(opened)
        return self._act(reference, "enter", deed, N_("panel.dossier.done.proposed") if needs_second else N_("panel.mark.done.entered"))

    @expose("/<reference>/approve", methods=("POST",))
    def approve(self, reference: str) -> ResponseReturnValue:
        """Approve what a colleague drafted."""

        def deed(session: Session, dossier: Dossier, officer: Staff) -> None:
            approves = mark_registers.approve if mark_entering.is_proposed(dossier) else cases.approve
            approves(session, dossier, staff=officer, alone=is_alone(session, "dossiers.approve"), now=now())

        return self._act(reference, "approve", deed, N_("panel.dossier.done.approved"))

    @expose("/<reference>/send-back", methods=("POST",))
    def send_back(self, reference: str) -> ResponseReturnValue:
        """Give a draft back with the reason."""
        words = _words("words")
        return self._act(
            reference,
            "send_back",
            lambda session, dossier, officer: cases.send_back(session, dossier, staff=officer, words=words, now=now()),
            N_("panel.dossier.done.sent_back"),
        )

    @expose("/<reference>/explain", methods=("POST",))
    def explain(self, reference: str) -> ResponseReturnValue:
        """Tell the firm why its dossier is late."""
        words = _words("words")
        return self._act(
            reference,
            "explain",
            lambda session, dossier, officer: cases.explain_late(session, dossier, words, staff=officer, now=now()),
            N_("panel.dossier.done.explained"),
        )

    @expose("/<reference>/note", methods=("POST",))
    def note(self, reference: str) -> ResponseReturnValue:
        """A note that only staff read; sent twice, it is one."""
        words = _words("words")

        def deed(session: Session, dossier: Dossier, officer: Staff) -> None:
            if once.claim(session, request.form.get("token") or abort(400), f"{reference}\nnote\n{words}", now()):
                cases.note(session, dossier, words, staff=officer, now=now())

        return self._act(reference, "note", deed, N_("panel.dossier.done.noted"), relies=False)

    def _act(self, reference: str, act: str, deed: Deed, done: str, *, relies: bool = True) -> ResponseReturnValue:
        """One step, by the dossier as the page was opened with it; where it is refused, what was typed is shown again."""
        try:
            with writing() as session:
                if relies:
                    dossier = dossiers.locked(session, reference, request.form.get("stand", ""))
                else:
                    dossier = cases.lock_for_staff(session, dossiers.get_or_abort(session, reference).id)
                deed(session, dossier, _officer(session))
        except OfficeError as refusal:
            return self._refused(reference, act, refusal)
        return _back(reference, done)

    def _refused(self, reference: str, act: str, refusal: OfficeError) -> ResponseReturnValue:
        db.session.rollback()
        db.session.expire_all()
        dossier = dossiers.get_or_abort(db.session, reference)
        code = 409 if isinstance(refusal, DossierMoved) else 422
        return self._page(dossier, refused=act, refusal=say(refusal.key, **refusal.facts), typed=request.form), code

    # files

    @expose("/<reference>/files/<key>", methods=("GET", "POST"))
    def file(self, reference: str, key: str) -> ResponseReturnValue:
        """A paper, to save; one that no scanner saw only after a warning, one with a threat never."""
        dossier, paper = _paper(reference, key)
        return stored_files.hand_out(paper.sha256, paper.name, lambda: viewed("dossiers", dossier.id))

    @expose("/<reference>/previews/<key>")
    def preview(self, reference: str, key: str) -> ResponseReturnValue:
        """The small picture of a paper's first page that we made ourselves."""
        return stored_files.show_preview(_paper(reference, key)[1].sha256)

    @expose("/<reference>/receipt")
    def receipt(self, reference: str) -> ResponseReturnValue:
        """The receipt as PDF, to print for whoever stands here: our own work, so nobody needs to scan it."""
        dossier = dossiers.get_or_abort(db.session, reference)
        if dossier.receipt_sha256 is None:
            flash(say(N_("panel.dossier.receipt_coming")), "refused")
            return redirect(url_for(".page", reference=reference), 303)
        path = current_app.extensions["files"].path(dossier.receipt_sha256)
        if not path.exists():
            abort(404)
        viewed("dossiers", dossier.id)
        return send_file(path, mimetype="application/pdf", as_attachment=True, download_name=f"{reference}.pdf")

    @expose("/<reference>/resend", methods=("POST",))
    def resend(self, reference: str) -> ResponseReturnValue:
        """Send the receipt into the chat again; pressed twice, it goes once."""

        def deed(session: Session, dossier: Dossier, _: Staff) -> None:
            if once.claim(session, request.form.get("token") or abort(400), f"{reference}\nresend", now()):
                cases.resend_receipt(session, dossier, now())

        return self._act(reference, "resend", deed, N_("panel.dossier.done.resent"), relies=False)


def _helpers() -> dict[str, Any]:
    """What templates of a dossier ask of code."""
    return {
        "readable": dossiers.readable,
        "tax_code": dossiers.tax_code,
        "part_name": lambda item: dossier_notices.part_name(item.kind, item.name, current()),
        "captions": lambda field: dossier_words.captions(field, current()),
        "counted": lambda limit: dossier_words.counted(limit, current()),
        "box": lambda field, value: dossier_forms.box(field, value, current()),
    }


def _wanted(dossier: Dossier) -> list[Wanted]:
    """What is ticked on the page that asks for more, in the order of the declaration; then what stands in words alone."""
    found = []
    for part in cases.declared(dossier).asked(dossier.answers):
        if request.form.get(f"want_{part.name}"):
            kind = cases.FIELD if isinstance(part, Field) else cases.PAPER
            found.append(Wanted(kind, part.name, _words(f"words_{part.name}", dossier_checks.LONGEST_WORDS)))
    others = [clean(text)[: dossier_checks.LONGEST_WORDS] for text in request.form.getlist("other")[:MOST_OTHER]]
    return found + [Wanted(cases.WORDS, "", text) for text in others if text]


def _said(dossier: Dossier, item: DemandedItem) -> Any:
    """What was typed for an item, read as its field; None where it wants files."""
    if item.kind == cases.PAPER or (item.kind == cases.WORDS and any(file.filename for file in request.files.getlist("files"))):
        return None
    text = _words("answer")
    if not text:
        raise NothingDemanded
    part = cases.declared(dossier).field(item.name)
    return text if part is None else dossier_forms.read_box(part, text, current(), now().astimezone(ZONE).date())


def _fill(session: Session, dossier: Dossier, item: DemandedItem, value: Any, files: list[KeptFile], officer: Staff) -> None:
    if value is not None:
        cases.fill_answer(session, dossier, item, value, now(), officer)
        return
    if not files:
        raise NothingDemanded
    paper = cases.declared(dossier).paper(item.name)
    for file in files:
        if paper is not None:
            must_suit(paper, file)
        uploads.note_kept(session, file, now())
        cases.fill_paper(session, dossier, item, as_kept(file), now())
    cases.done(session, dossier, item, now(), officer)


def _paper(reference: str, key: str) -> tuple[Dossier, DossierPaper]:
    """A paper of a dossier that the person may see; 404 otherwise."""
    dossier = dossiers.get_or_abort(db.session, reference)
    return dossier, next((one for one in dossier.papers if str(one.id) == key), None) or abort(404)


def _brought() -> list[KeptFile]:
    return stored_files.take_in([file for file in request.files.getlist("files") if file.filename])


def _officer(session: Session) -> Staff:
    return session.get_one(Staff, current_user.id)


def _words(name: str, most: int = LONGEST_WORDS) -> str:
    return clean(request.form.get(name, ""))[:most]


def _moved_on(reference: str) -> ResponseReturnValue:
    flash(say(DossierMoved.key, reference=reference), "refused")
    return redirect(url_for(".page", reference=reference), 303)


def _back(reference: str, done: str, anchor: str | None = None) -> ResponseReturnValue:
    flash(say(done, reference=reference), "done")
    return redirect(url_for(".page", reference=reference, _anchor=anchor), 303)


def _wish(shown: dict[str, str], choices: dict[str, dict[str, str]]) -> Wish:
    queue = request.args.get("queue") or next(iter(shown))
    if queue not in shown:
        abort(400)
    search = clean(request.args.get("search", ""))[:LONGEST_SEARCH]
    return Wish(queue, search, dossier_queues.chosen(request.args, choices))


def _page_number() -> int:
    given = request.args.get("page") or "0"
    if not (given.isascii() and given.isdigit()) or len(given) > len(str(LAST_PAGE)):
        abort(400)
    return int(given)


def _addresses(wish: Wish) -> Callable[..., str]:
    """Addresses that differ from this page's in what is named; None takes a part away."""

    def address(**changes: Any) -> str:
        parts = {"queue": wish.queue, "search": wish.search} | dict(wish.chosen) | changes
        return url_for(".index", **{name: value for name, value in parts.items() if value})

    return address
