"""History (nhật ký): who did what when, before and after, and whether the seals over it still hold."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select

from admin import wording
from admin.database import db
from admin.language import say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import HistoryEvent, HistorySeal
from domain.folding import clean
from domain.messages import N_
from usecases import history


class HistoryView(OfficeView):
    record = HistoryEvent
    endpoint_name = "history"
    title = N_("panel.menu.history")
    intro = N_("panel.history.intro")
    empty = N_("panel.history.empty")
    room = "machine"
    offered = frozenset({"index_view", "details_view", "verify"})
    columns = {
        "id": N_("panel.history.what"),
        "at": N_("panel.history.at"),
        "who": N_("panel.history.who"),
        "address": N_("panel.history.address"),
        "key": N_("panel.history.fields"),
    }
    choices = {"act": wording.ACT, "noun": wording.NOUN}
    order = (HistoryEvent.id.desc(),)
    list_template = "panel/history.html"

    def wanted(self, chosen: Mapping[str, str], search: str = "", *, in_bin: bool = False) -> Select[Any]:
        """Also of one record, or of one person."""
        wanted = super().wanted(chosen, search, in_bin=in_bin)
        for condition in self._more():
            wanted = wanted.where(condition)
        return wanted

    def _more(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if key := request.args.get("key"):
            conditions.append(HistoryEvent.key == clean(key)[:120])
        if person := request.args.get("who"):
            conditions.append(HistoryEvent.who == clean(person)[:200])
        return conditions

    @expose("/details/")
    def details_view(self) -> str:
        """One act whole: before and after, side by side."""
        found = self.get_one_or_abort(request.args.get("id", ""))
        before, after = found.before or {}, found.after or {}
        page: str = self.render(
            "panel/history_event.html",
            event=found,
            names=list(dict.fromkeys([*before, *after])),
            seal=db.session.scalars(
                select(HistorySeal).where(HistorySeal.first_id <= found.id, HistorySeal.last_id >= found.id)
            ).one_or_none(),
        )
        return page

    @expose("/verify", methods=("POST",))
    def verify(self) -> ResponseReturnValue:
        """Compute every seal again."""
        broken = history.broken_seals(db.session)
        count = db.session.scalar(select(func.count(HistorySeal.id))) or 0
        if broken:
            flash(say(N_("panel.history.broken"), seals=", ".join(map(str, broken[:20]))), "refused")
        else:
            flash(say(N_("panel.history.whole"), number=count), "done")
        return redirect(url_for(".index_view"), 303)
