"""Reminders of dossiers (nhắc hồ sơ): what the firm was asked for and has not sent, and the day on which its result is due."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from db.models import Dossier, DossierDemand, Reminder
from domain.messages import N_
from domain.worktime import ZONE
from locales import day, translate
from usecases import dossier_notices, notices, reminder_plans

MISSING, DEADLINE = "missing", "deadline"
MISSING_AFTER = (timedelta(days=3), timedelta(days=7))
"""Since it was asked for. Our own rule."""
BEFORE_LAST_DAY = timedelta(days=2)
"""Before the last day on which a firm may complete its dossier, where there is one."""
NO_LAST_DAY = timedelta(days=90)
"""Where there is none, reminders of what is missing mean something for so long."""
MORNING = time(8)


def plan_missing(session: Session, dossier: Dossier, demand: DossierDemand, now: datetime) -> int:
    """Plan the reminders of what was asked for; how many."""
    if dossier.contact_id is None:
        return 0
    over = demand.asked_at + NO_LAST_DAY
    moments = [demand.asked_at + after for after in MISSING_AFTER]
    if demand.due_on is not None:
        over = datetime.combine(demand.due_on + timedelta(days=1), time(0), ZONE)
        moments.append(datetime.combine(demand.due_on - BEFORE_LAST_DAY, MORNING, ZONE))
    return reminder_plans.plan(session, MISSING, demand.id, dossier.contact_id, [(due, over) for due in moments], now)


def drop_missing(session: Session, demand: DossierDemand, now: datetime) -> None:
    """It is here, or no longer needed."""
    reminder_plans.drop(session, MISSING, demand.id, "ended", now)


def missing_stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    demand = session.get(DossierDemand, reminder.subject_id)
    return "ended" if demand is None or demand.filled_at is not None else ""


def reference_of_demand(session: Session, reminder: Reminder) -> str:
    return _of_demand(session, reminder).reference


def _of_demand(session: Session, reminder: Reminder) -> Dossier:
    return session.get_one(Dossier, session.get_one(DossierDemand, reminder.subject_id).dossier_id)


def say_missing(session: Session, reminder: Reminder, now: datetime) -> None:
    """What is left, with the button that opens the checklist."""
    demand, dossier = session.get_one(DossierDemand, reminder.subject_id), _of_demand(session, reminder)
    if dossier.contact is None:
        return
    language = dossier.contact.language
    left = [item for item in demand.items if item.done_at is None]
    items = "\n".join(f"☐ {dossier_notices.part_name(item.kind, item.name, language)}: {item.words}" for item in left)
    until = translate(N_("reminder.missing_until"), language, due=day(demand.due_on, language)) if demand.due_on else ""
    asked = day(demand.asked_at.astimezone(ZONE).date(), language)
    buttons = [[(N_("button.fill_in"), dossier_notices.fill(dossier.id))]]
    facts = {"reference": dossier.reference, "asked": asked, "items": items, "until": until}
    notices.remind(session, dossier.contact, N_("reminder.missing"), now, buttons, **facts)


def follow(session: Session, dossier: Dossier, now: datetime) -> None:
    """Plan the word on the day before the result is due, or drop it where the clock stands or has ended."""
    if dossier.due_on is None or dossier.contact_id is None:
        reminder_plans.drop(session, DEADLINE, dossier.id, "moved", now)
        return
    due = datetime.combine(dossier.due_on - timedelta(days=1), MORNING, ZONE)
    reminder_plans.plan(session, DEADLINE, dossier.id, dossier.contact_id, [(due, _over(dossier))], now)


def _over(dossier: Dossier) -> datetime:
    assert dossier.due_on is not None
    return datetime.combine(dossier.due_on + timedelta(days=1), time(0), ZONE)


def deadline_stale(session: Session, reminder: Reminder) -> str:
    """Why it is not sent any more; empty where it is."""
    dossier = session.get(Dossier, reminder.subject_id)
    if dossier is None or dossier.due_on is None:
        return "ended"
    return "" if _over(dossier) == reminder.about_at else "moved"


def reference_of(session: Session, reminder: Reminder) -> str:
    return session.get_one(Dossier, reminder.subject_id).reference


def say_deadline(session: Session, reminder: Reminder, now: datetime) -> None:
    """When the result is due, and where the dossier stands."""
    dossier = session.get_one(Dossier, reminder.subject_id)
    if dossier.contact is not None:
        buttons = [[(N_("button.open_dossier"), dossier_notices.show_dossier(dossier.id))]]
        facts = dossier_notices.facts(session, dossier, dossier.contact.language)
        notices.remind(session, dossier.contact, N_("reminder.deadline"), now, buttons, **facts)
