"""Watching: `/healthz` (the process lives), `/readyz` (it can serve: database, outbox, channels), `/metrics` (Prometheus)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import metrics
from bot.counter import Counter
from db.models import OutboundMessage, Pause
from db.models.outbound_message import WAITING

OUTBOX_AGE_LIMIT = timedelta(minutes=10)
"""A reply that has waited longer means that nobody delivers."""


def routes(counter: Counter) -> list[Route]:
    """The watching routes."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        if counter.stopping:
            return JSONResponse({"ready": False, "reason": "stopping"}, status_code=503)
        try:
            state = await asyncio.wait_for(asyncio.to_thread(_state, counter), 5)
        except (SQLAlchemyError, TimeoutError) as fault:
            return JSONResponse({"ready": False, "database": type(fault).__name__}, status_code=503)
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    async def metrics_page(request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics_page)]


def _state(counter: Counter) -> dict[str, Any]:
    now = counter.now()
    oldest: dict[str, datetime] = {}
    with counter.database.read() as session:
        due = select(OutboundMessage.channel, func.min(OutboundMessage.not_before)).where(OutboundMessage.state == WAITING)
        oldest = {channel: since for channel, since in session.execute(due.group_by(OutboundMessage.channel))}
        pauses = {pause.source: pause.until for pause in session.scalars(select(Pause).where(Pause.until > now))}
    channels = {}
    for channel in counter.channels:
        age = max((now - oldest[channel.name]).total_seconds(), 0.0) if channel.name in oldest else 0.0
        metrics.OUTBOX_AGE.labels(channel.name).set(age)
        source = f"{channel.name}:{channel.account}"
        channels[channel.name] = {"outbox_age_seconds": round(age, 1), "silenced": source in pauses}
    late = [
        name for name, state in channels.items() if state["outbox_age_seconds"] > OUTBOX_AGE_LIMIT.total_seconds() and not state["silenced"]
    ]
    return {"ready": not late, "database": "ok", "channels": channels}
