"""Staff (cán bộ): who may enter the panel, to read. Accounts are made with `flask --app admin staff create`."""

from sqlalchemy import select

from admin.database import db
from admin.records import RecordsView
from db.models import Staff, StaffRole, staff_roles
from domain.messages import N_


class StaffView(RecordsView):
    record = Staff
    endpoint_name = "staff"
    title = N_("panel.menu.staff")
    intro = N_("panel.staff.intro")
    columns = {
        "full_name": N_("panel.staff.name"),
        "email": N_("panel.staff.email"),
        "id": N_("panel.staff.roles"),
        "active": N_("panel.staff.active"),
        "receives_alerts": N_("panel.staff.alerts"),
        "created_at": N_("panel.staff.created"),
    }
    searched = ("full_name", "email")
    order = (Staff.full_name, Staff.id)
    list_template = "panel/staff.html"

    def roles_of(self, person: Staff) -> list[str]:
        """The names of a person's roles."""
        joined = select(StaffRole.name).join(staff_roles, staff_roles.c.role_id == StaffRole.id)
        return list(db.session.scalars(joined.where(staff_roles.c.staff_id == person.id).order_by(StaffRole.name)))
