"""The second person (người duyệt): who may approve what somebody else wrote, and the exception for a trial with one officer."""

from collections.abc import Collection

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.access import RIGHTS
from db.models import Staff, StaffRole, staff_roles

APPROVING = "approvals.approve"
"""The endpoint by which knowledge is approved."""


def is_alone(session: Session, endpoint: str = APPROVING) -> bool:
    """Whether, in trial mode, only one active member of staff may approve by an endpoint: then they may approve their own."""
    if not current_app.extensions["settings"].trial_mode:
        return False
    may_approve = (
        select(func.count(Staff.id.distinct()))
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(Staff.active, StaffRole.name.in_(RIGHTS[endpoint]))
    )
    return (session.scalar(may_approve) or 0) <= 1


def others(session: Session, endpoint: str, without: Collection[int]) -> list[str]:
    """Who else may approve by an endpoint, by name: whom to ask."""
    able = (
        select(Staff)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(Staff.active, StaffRole.name.in_(RIGHTS[endpoint]), Staff.id.not_in(without))
    )
    return sorted({person.full_name or person.email for person in session.scalars(able)})
