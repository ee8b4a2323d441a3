"""Participants of a class (học viên) from a spreadsheet: each row is a registration of one person, in the one pool of seats."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.importing import Complaint, Field, Import, Option, Target, Values
from admin.work import Asked
from db.models import Participant, Registration, TrainingClass
from db.models.training_class import CLOSED, OPEN
from domain.errors import OfficeError
from domain.folding import fold
from domain.messages import N_
from domain.training import Person, person_key, person_of, phone_of, tax_code_of, turns
from usecases import sign_up, waiting_list
from usecases.sign_up import IMPORT as FROM_SHEET
from usecases.sign_up import Wish

MOST = 2000
"""Rows of a file: more than any hall holds."""
LABELS = {
    "full_name": N_("panel.registration.full_name"),
    "position": N_("panel.registration.position"),
    "phone": N_("panel.registration.phone"),
    "firm": N_("panel.registration.firm"),
    "tax_code": N_("panel.registration.tax_code"),
}
CLASS, WAITS = "class", "waits"
_SHOWN = 200


class Participants(Target):
    """Knows who is in the class and how many seats are free, so that a check says what an import will do."""

    record = Registration

    def __init__(self, session: Session, who: Asked) -> None:
        super().__init__(session, who)
        self._key, self._waits = int(who.filters[CLASS]), who.filters[WAITS] == "yes"
        training_class = session.get_one(TrainingClass, self._key)
        there = select(Participant.person_key, Participant.full_name, Registration.tax_code).join(Registration)
        known = session.execute(there.where(Participant.class_id == self._key, Participant.person_key.is_not(None))).all()
        self._keys = {key for key, _, _ in known}
        self._firms = {(fold(name), tax_code) for _, name, tax_code in known if tax_code}
        self._title, self._rule = training_class.title, training_class.waiting_rule
        self._free = training_class.seats - waiting_list.taken(session, self._key)
        self._sizes = [waiting_list.size(one) for one in waiting_list.queue(session, self._key)]

    def complain(self, values: Values) -> list[Complaint]:
        """Who cannot be read, who is there already, and for whom no seat is left."""
        found: list[Complaint] = []
        for name, read in (("full_name", _named), ("phone", phone_of), ("tax_code", tax_code_of)):
            try:
                values[name] = read(values[name]) if values.get(name) else ""
            except OfficeError as refusal:
                found.append(Complaint(refusal.key, LABELS[name], refusal.facts))
        return found or self._refused(values)

    def _refused(self, values: Values) -> list[Complaint]:
        key = person_key(_person(values), values["phone"], values["tax_code"])
        in_firm = {(fold(values["full_name"]), values["tax_code"])} if values["tax_code"] else set()
        if key in self._keys or in_firm & self._firms:
            return [Complaint(N_("panel.import.in_class_already"), LABELS["full_name"])]
        if self._takes_seat():
            self._keys.add(key)
            self._firms |= in_firm
            return []
        return [Complaint(N_("panel.import.no_seat_left"))]

    def _takes_seat(self) -> bool:
        """Whether there is a seat, or a place on the waiting list, as far as the file is read."""
        if len(self._sizes) in turns([*self._sizes, 1], free=self._free, rule=self._rule):
            self._free -= 1
            return True
        return self._waits

    def name(self, values: Values) -> str:
        """The same person twice was found above; each row is one of its own."""
        return secrets.token_hex(8)

    def find(self, values: Values) -> int | None:
        return None

    def differs(self, row: Any, values: Values) -> bool:
        return False

    def create(self, session: Session, values: Values, now: datetime) -> Registration:
        """Sign one person up; raises what the use case refuses: seats may have gone since the file was checked."""
        firm, tax_code, phone = values.get("firm", ""), values["tax_code"], values["phone"]
        wish = Wish([_person(values)], f"import-{secrets.token_hex(14)}", firm=firm, tax_code=tax_code, phone=phone)
        return sign_up.sign_up(session, self._key, wish, contact=None, source=FROM_SHEET, waits=self._waits, now=now)

    def change(self, session: Session, row: Any, values: Values, now: datetime) -> None:
        raise NotImplementedError("a row is always somebody new")

    def noted(self, row: Any) -> None:
        return


def _named(text: str) -> str:
    return person_of(text).full_name


def _person(values: Values) -> Person:
    return Person(values["full_name"], values.get("position", ""), values["phone"])


def _classes(session: Session) -> Mapping[str, str]:
    """The classes that take sign-ups from staff."""
    wanted = select(TrainingClass).where(TrainingClass.status.in_((OPEN, CLOSED)), TrainingClass.deleted_at.is_(None))
    found = session.scalars(wanted.order_by(TrainingClass.starts_at.desc()).limit(_SHOWN))
    return {str(row.id): f"{row.reference} · {row.title}" for row in found}


def _waiting(_session: Session) -> Mapping[str, str]:
    return {"no": N_("panel.import.waits_no"), "yes": N_("panel.import.waits_yes")}


IMPORT = Import(
    name="registrations",
    title=N_("panel.menu.registrations"),
    intro=N_("panel.import.registrations_intro"),
    fields=(
        Field("full_name", LABELS["full_name"], needed=True, most=120),
        Field("position", LABELS["position"], most=120),
        Field("phone", LABELS["phone"], most=30),
        Field("firm", LABELS["firm"], most=200),
        Field("tax_code", LABELS["tax_code"], most=20),
    ),
    target=Participants,
    options=(Option(CLASS, N_("panel.import.class"), _classes), Option(WAITS, N_("panel.import.waits"), _waiting)),
    most=MOST,
)
