"""Saved audiences (bộ lọc người nhận): kept under a name, changed, used; and whom the filters of any form reach, while one chooses."""

import hashlib
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from admin import access, conflicts
from admin.audience_form import PREFIX, USE, AudienceForm, said, saved
from admin.database import db, writing
from admin.forms import NEEDED, TOO_LONG, PanelForm, cleaned
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Organisation, OrganisationContact, SavedAudience, Staff
from db.models.organisation import CONFIRMED
from domain.audiences import Audience
from domain.errors import NameTaken
from domain.messages import N_
from domain.topics import SERVICE, TOPICS
from usecases import audience_reach, saved_audiences

_TOPICS = TOPICS | {SERVICE: N_("panel.audience.service")}


class NameForm(PanelForm):
    name = StringField(
        N_("panel.audience.name"),
        description=N_("panel.audience.name_hint"),
        filters=[cleaned],
        validators=[DataRequired(NEEDED), Length(max=120, message=TOO_LONG)],
    )


class AudiencesView(OfficeView):
    record = SavedAudience
    endpoint_name = "audiences"
    title = N_("panel.audience.menu")
    intro = N_("panel.audience.intro")
    empty = N_("panel.audience.empty")
    new = N_("panel.audience.new")
    tab = title
    family = "broadcasts"
    tab = N_("panel.audience.menu")
    family = "broadcasts"
    offered = frozenset({"index_view", "create_view", "edit_view", "delete_view", "restore", "count", "fields", "keep"})
    columns = {"name": N_("panel.audience.name"), "audience": N_("panel.audience.filters"), "changed_at": N_("panel.audience.changed")}
    searched = ("name",)
    order = (SavedAudience.name, SavedAudience.id)
    name_of = "name"
    list_template = "panel/audiences.html"
    form_template = "panel/audience.html"

    def render(self, template: str, **facts: Any) -> str:
        """Every list says in words whom an audience fits."""
        return super().render(template, **({"said": lambda stored: said(Audience.of(stored))} | facts))

    @expose("/count", methods=("POST",))
    def count(self) -> ResponseReturnValue:
        """Whom the posted filters reach, as a part of a page; as a page of its own where no script asks."""
        form = AudienceForm(request.form)
        audience = form.audience() if form.validate() else None
        content = reach_of(audience, request.form.get("topic", ""), is_urgent=bool(request.form.get("urgent_reason", "").strip()))
        status = 200 if audience is not None else 422
        return (content if request.form.get("part") else self.render("panel/audience_count.html", reach=content)), status

    @expose("/fields", methods=("POST",))
    def fields(self) -> ResponseReturnValue:
        """The filters as a saved audience has them, as a part of a page."""
        chosen = saved(db.session, request.form.get(PREFIX + "saved", ""))
        return render_template("panel/audience_filters.html", form=AudienceForm.filled(chosen or abort(404)))

    @expose("/keep", methods=("POST",))
    def keep(self) -> ResponseReturnValue:
        """Keep the filters of another form under a name, and say so; where no script asks, on the page of a new one."""
        name, form = NameForm(name=request.form.get(PREFIX + "name", "")), AudienceForm(request.form)
        is_sound = [name.validate(), form.validate()]
        if all(is_sound) and (kept := self._kept(None, name, form)):
            said = say(N_("panel.record.saved"), name=kept.name)
            if request.form.get("part"):
                return {"said": said}
            flash(said, "done")
            return redirect(url_for(".edit_view", id=kept.id), 303)
        if request.form.get("part"):
            faults = name.name.errors or [N_("panel.audience.look_again")]
            return {"said": " ".join(say(fault) for fault in faults)}, 422
        return self._page(None, name, form), 422

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new one, from nothing or from another."""
        return self._form_page(None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Change one: broadcasts that were written with it keep what they have."""
        return self._form_page(self.get_one_or_abort(request.values.get("id", "")))

    def _form_page(self, row: SavedAudience | None) -> ResponseReturnValue:
        if request.method == "GET":
            name = NameForm(obj=row)
            name.opened.data = _stand(row)
            return self._page(row, name, AudienceForm.filled(Audience.of(row.audience) if row else Audience()))
        name, form = NameForm(request.form), AudienceForm.posted(request.form)
        if request.form.get(USE):
            return self._page(row, name, form)
        is_sound = [name.validate(), form.validate()]
        if not all(is_sound):
            return self._page(row, name, form), 422
        if row and name.opened.data != _stand(row):
            name.opened.data = _stand(row)
            return self._page(row, name, form, by=conflicts.last_editor(db.session, self.table, row.id), theirs=row), 409
        kept = self._kept(row, name, form)
        if kept is None:
            return self._page(row, name, form), 422
        flash(say(N_("panel.record.saved"), name=kept.name), "done")
        return redirect(url_for(".edit_view", id=kept.id), 303)

    def _kept(self, row: SavedAudience | None, name: NameForm, form: AudienceForm) -> SavedAudience | None:
        """Saved; None where something else has the name, which is said beside it."""
        try:
            with writing() as session:
                return _save(session, row, name.name.data, form.audience())
        except NameTaken as refusal:
            name.name.errors = [say(refusal.key, **refusal.facts)]
            return None

    def _page(self, row: SavedAudience | None, name: NameForm, form: AudienceForm, **facts: Any) -> str:
        topic = request.form.get("topic", "")
        reach = "" if form.errors else reach_of(form.audience(), topic, is_urgent=False)
        facts = {
            "row": row,
            "name": name,
            "form": form,
            "reach": reach,
            "topics": _TOPICS,
            "topic": topic,
            "theirs": None,
            "by": None,
        } | facts
        page: str = self.render(self.form_template, **facts)
        return page


def _stand(row: SavedAudience | None) -> str:
    """What was there when a form was opened, to see whether somebody else changed it meanwhile."""
    return hashlib.sha256(f"{row.name}\n{Audience.of(row.audience).digest}".encode()).hexdigest() if row else ""


def _save(session: Session, row: SavedAudience | None, name: str, audience: Audience) -> SavedAudience:
    by = session.get_one(Staff, current_user.id)
    return saved_audiences.save(session, row.id if row else None, name, audience, by=by, now=now())


def reach_of(audience: Audience | None, topic: str, *, is_urgent: bool) -> Markup:
    """How many it reaches by channel and twenty of them, to be put into a page; of no audience that the filters are to be looked at."""
    reach = audience and audience_reach.reach(db.session, audience, topic, is_urgent=is_urgent, now=now())
    seen = access.rows("contacts")
    sample = audience_reach.sample(db.session, audience, topic, is_urgent=is_urgent, seen=seen, now=now()) if audience else ()
    return Markup(  # noqa: S704 - a template of ours, which escapes
        render_template(
            "panel/audience_reach.html",
            audience=audience,
            reach=reach,
            topic=topic if topic in TOPICS or topic == SERVICE else "",
            topic_name=say(TOPICS[topic]) if topic in TOPICS else "",
            is_urgent=is_urgent,
            sample=sample,
            firms=_firms([one.id for one in sample]),
        )
    )


def _firms(keys: list[int]) -> dict[int, str]:
    """The firm that a contact is confirmed to speak for, where this person may see it."""
    links = select(OrganisationContact.contact_id, Organisation.name).join(Organisation)
    wanted = links.where(OrganisationContact.contact_id.in_(keys), OrganisationContact.status == CONFIRMED, access.rows("organisations"))
    return {key: name for key, name in db.session.execute(wanted.order_by(OrganisationContact.id.desc()))} if keys else {}
