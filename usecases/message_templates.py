"""Message templates (mẫu tin): content to begin a broadcast from. An edit is a new version; none is ever lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.models import MessageTemplate, MessageTemplateVersion, Staff
from domain.broadcasts import Content
from domain.errors import NameTaken


def create(session: Session, name: str, topic: str, content: Content, *, by: Staff, now: datetime) -> MessageTemplate:
    """A new template with its first version. Raises `NameTaken`, also where the other one lies in the bin."""
    template = MessageTemplate(name=name, topic=topic, number=0, changed_at=now)
    _keep_name(session, template)
    _add_version(session, template, content, by, now)
    return template


def write(session: Session, key: int, name: str, topic: str, content: Content, *, by: Staff, now: datetime) -> MessageTemplate:
    """Another name, topic or content; content that is as in the newest version makes no new one. Raises `NameTaken`."""
    template = session.get_one(MessageTemplate, key, with_for_update=True, populate_existing=True)
    template.name, template.topic, template.changed_at = name, topic, now
    _keep_name(session, template)
    if content_of(session, template).digest != content.digest:
        _add_version(session, template, content, by, now)
    return template


def _keep_name(session: Session, template: MessageTemplate) -> None:
    """Two people may choose the same name at the same moment: the database decides."""
    name = template.name
    try:
        with session.begin_nested():
            session.add(template)
            session.flush()
    except IntegrityError:
        raise NameTaken(name=name) from None


def _add_version(session: Session, template: MessageTemplate, content: Content, by: Staff, now: datetime) -> None:
    template.number += 1
    session.add(MessageTemplateVersion(template_id=template.id, number=template.number, content=content.to_json(), by_id=by.id, at=now))
    session.flush()


def versions(session: Session, template: MessageTemplate) -> Sequence[MessageTemplateVersion]:
    """All of them, the newest first."""
    its = select(MessageTemplateVersion).where(MessageTemplateVersion.template_id == template.id)
    return session.scalars(its.order_by(MessageTemplateVersion.number.desc())).all()


def content_of(session: Session, template: MessageTemplate, number: int | None = None) -> Content:
    """What a version says; without a number the newest. Raises NoResultFound for a version that is not there."""
    its = select(MessageTemplateVersion.content).where(MessageTemplateVersion.template_id == template.id)
    return Content.of(session.scalars(its.where(MessageTemplateVersion.number == (number or template.number))).one())
