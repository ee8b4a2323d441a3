"""The office's yearly report on the quantity mark (báo cáo năm của Chi cục): the figures of a year, and the paper to STAMEQ."""

import uuid

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from admin import issued_papers, once
from admin.database import db, writing
from admin.language import now, say, today
from admin.pages import PanelView, expose
from db.models import IssuedPaper, Staff
from domain.folding import clean
from domain.messages import N_
from usecases import paper_layouts, paper_making, quantity_papers, quantity_report
from usecases.sheet_writing import FORMS, XLSX, Heading, write

FIRST_YEAR = 2015
"""The circular holds since the end of 2014."""
_LONGEST_NUMBER = 60


class QuantityReportView(PanelView):
    endpoint_name = "quantity_report"
    title = N_("panel.menu.quantity_report")
    room = "work"

    @expose("/")
    def index(self) -> str:
        """The figures of a year, and the papers that were made of it."""
        year = _year()
        page: str = self.render(
            "panel/quantity_report.html",
            year=year,
            years=range(today().year, max(FIRST_YEAR, today().year - 8) - 1, -1),
            report=quantity_report.of_year(db.session, year, now()),
            labels=quantity_report.LABELS,
            papers=issued_papers.with_names(db.session, quantity_papers.of_year(db.session, year)),
            token=str(uuid.uuid4()),
        )
        return page

    @expose("/make", methods=("POST",))
    def make(self) -> ResponseReturnValue:
        """Make the paper of a year; the same click twice makes one."""
        year, moment = _year(), now()
        token, number = request.form.get("token") or abort(400), clean(request.form.get("number", ""))[:_LONGEST_NUMBER]
        draft = quantity_papers.draft_office_report(db.session, issued_papers.files(), year, number=number, now=moment)
        db.session.rollback()
        made = paper_making.make(draft, issued_papers.opener(), moment)
        with writing() as session:
            if once.claim(session, token, f"report\n{year}", moment):
                officer = session.get_one(Staff, current_user.id)
                quantity_papers.keep(session, issued_papers.files(), made, draft, staff=officer, now=moment)
        flash(say(N_("panel.papers.made"), name=say(f"outgoing.kind.{paper_layouts.OFFICE_REPORT}")), "done")
        return redirect(url_for(".index", year=year), 303)

    @expose("/<int:key>.<form>")
    def file(self, key: int, form: str) -> ResponseReturnValue:
        """A report that was made."""
        paper = db.session.get(IssuedPaper, key)
        if form not in issued_papers.FORMS or paper is None or paper.kind != paper_layouts.OFFICE_REPORT:
            abort(404)
        return issued_papers.file_of(paper, form)

    @expose("/report.xlsx")
    def workbook(self) -> ResponseReturnValue:
        """The figures, then the communes, in one sheet."""
        year = _year()
        report = quantity_report.of_year(db.session, year, now())
        names = ("commune", "firms", "announcements", "certificates", "products")
        rows: list[tuple[object, ...]] = [(say(label), report.figures[name]) for name, label in quantity_report.LABELS.items()]
        rows += [(), tuple(say(f"outgoing.column.{name}") for name in names)]
        unknown = say(N_("outgoing.report.commune_unknown"))
        rows += [(one or unknown, len(its.firms), its.announcements, its.certificates, its.products) for one, its in report.communes]
        path = current_app.extensions["background"].files.scratch()
        headings = [Heading(say(N_("outgoing.name.year")) + f" {year}", 60), Heading(say(N_("outgoing.column.count")), 14)]
        try:
            write(path, XLSX, say(N_("panel.menu.quantity_report"))[:31], headings, rows)
            content = path.read_bytes()
        finally:
            path.unlink(missing_ok=True)
        return issued_papers.sent(content, FORMS[XLSX], f"{quantity_papers.FILE_NAMES[paper_layouts.OFFICE_REPORT]}-{year}.xlsx")


def _year() -> int:
    """The year that is asked for; in January, February and March the last one, which is to be reported by then."""
    given = request.values.get("year", "")
    if not given:
        return today().year - 1 if today().month <= 3 else today().year
    if not (given.isascii() and given.isdigit() and len(given) == 4) or not FIRST_YEAR <= int(given) <= today().year:
        abort(400)
    return int(given)
