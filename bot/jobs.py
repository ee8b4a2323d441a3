"""The clock: APScheduler ticks a fixed, written-out list. A lease makes any number of processes one clock; every job may run twice."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from bot import metrics
from bot.writer import Writer
from usecases import company_prefixes, dossier_drafts, dossiers, enquiries, history, housekeeping, leases, reminders, waiting_list

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A use case that takes (session, now) and returns how much it did. `in_trial` stands in where it would write to citizens unasked."""

    name: str
    every_seconds: int
    run: Callable[[Session, datetime], int]
    in_trial: Callable[[Session, datetime], int] | None = None


JOBS = (
    Job("escalate_overdue_enquiries", 60, enquiries.escalate_overdue),
    Job("purge_claims", 3600, housekeeping.purge_claims),
    Job("forget_desk", 600, housekeeping.forget_desk),
    Job("seal_history", 60, history.seal),
    Job("lapse_offers", 30, waiting_list.lapse),
    Job("alarm_stalled_waiting_lists", 600, waiting_list.alarm_stalled),
    Job("send_reminders", 30, reminders.send_due, in_trial=reminders.tell_staff_of_due),
    Job("alert_late_dossiers", 600, dossiers.alert_late),
    Job("plan_draft_reminders", 3600, dossier_drafts.plan_reminders, in_trial=dossier_drafts.plan_reminders_in_trial),
    Job("expire_drafts", 3600, dossier_drafts.expire, in_trial=dossier_drafts.expire_none),
    Job("warn_full_prefixes", 3600, company_prefixes.warn_nearly_full, in_trial=company_prefixes.tell_staff_of_nearly_full),
)


class Clock:
    """Starts and stops the ticking."""

    def __init__(self, writer: Writer, holder: str, now: Callable[[], datetime], *, trial: bool = False) -> None:
        self._writer, self._holder, self._now, self._trial = writer, holder, now, trial
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        for job in JOBS:
            self._scheduler.add_job(
                self._tick,
                "interval",
                seconds=job.every_seconds,
                args=[job],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=30,
            )
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        now = self._now()
        lasts = timedelta(seconds=job.every_seconds * 0.9)
        try:
            done = await self._writer.write(functools.partial(self._run, job, now, lasts))
        except Exception:
            metrics.BACKGROUND_FAULTS.labels(job.name).inc()
            log.exception("job.failed", job=job.name)
            return
        if done:
            log.info("job.done", job=job.name, done=done)

    def _run(self, job: Job, now: datetime, lasts: timedelta, session: Session) -> int:
        run = job.in_trial if self._trial and job.in_trial else job.run
        return run(session, now) if leases.hold(session, f"job:{job.name}", self._holder, now, lasts) else 0
