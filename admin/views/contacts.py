"""Contacts (người liên hệ): who writes to the counter, to read, with the way to their enquiries."""

from flask import request
from sqlalchemy import select

from admin import wording
from admin.access import may
from admin.database import db
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import Consent, Contact, Enquiry
from domain.messages import N_
from domain.topics import TOPICS
from usecases import hs_interests, quiet_hours, recipient_lists, topics


class ContactsView(OfficeView):
    record = Contact
    endpoint_name = "contacts"
    title = N_("panel.menu.contacts")
    room = "work"
    is_personal = True
    offered = frozenset({"index_view", "details_view"})
    columns = {
        "display_name": N_("panel.contact.name"),
        "channel": N_("panel.contact.channel"),
        "language": N_("panel.contact.language"),
        "first_seen_at": N_("panel.contact.first_seen"),
        "last_seen_at": N_("panel.contact.last_seen"),
    }
    choices = {"channel": {name: wording.CHANNEL[name] for name in ("web", "telegram")}}
    searched = ("display_name",)
    order = (Contact.last_seen_at.desc(), Contact.id.desc())
    list_template = "panel/contacts.html"

    @expose("/details/")
    def details_view(self) -> str:
        """A contact, what it consented to and wants to be told of, its enquiries."""
        contact = self.get_one_or_abort(request.args.get("id", ""))
        lists = recipient_lists.of(db.session, contact.id) if may("recipient_lists.page") else ()
        page: str = self.render(
            "panel/contact.html",
            contact=contact,
            lists=lists,
            topic_names=TOPICS,
            topics=topics.of(db.session, contact),
            hs_codes=hs_interests.of(db.session, contact),
            hours=quiet_hours.shown(db.session, contact),
            other_lists=[one for one in recipient_lists.listed(db.session) if one not in lists] if may("recipient_lists.add") else (),
            enquiries=db.session.scalars(
                select(Enquiry).where(Enquiry.contact_id == contact.id).order_by(Enquiry.id.desc()).limit(50)
            ).all(),
            consents=db.session.scalars(
                select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.id.desc()).limit(20)
            ).all(),
        )
        return page
