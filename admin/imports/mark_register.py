"""The paper registers of quantity marks (sổ giấy) from a spreadsheet: a row is a line with its products; what is there already stays."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import wording
from admin.importing import NEEDED, Complaint, Field, Import, Target, Values
from admin.work import Asked
from db.models import MarkEntry, Staff
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE, IN_FORCE
from domain.errors import OfficeError
from domain.messages import N_
from domain.training import tax_code_of
from usecases import public_registers, register_entries
from usecases.register_entries import Written

LABELS = {
    "register": N_("panel.line.register"),
    "number": N_("panel.line.number"),
    "firm": N_("panel.line.firm"),
    "tax_code": N_("panel.registration.tax_code"),
    "commune": N_("panel.line.commune"),
    "firm_kind": N_("panel.line.firm_kind"),
    "times": N_("panel.line.times"),
    "received_on": N_("panel.line.received"),
    "expires_on": N_("panel.line.expires"),
    "status": N_("panel.filter.state"),
    "status_since": N_("panel.line.since"),
    "signer": N_("panel.line.signer"),
    "products": N_("panel.line.products"),
}
_LONGEST = 20_000
_REGISTERS = {ANNOUNCEMENT: N_("panel.line.short.announcement"), CERTIFICATE: N_("panel.line.short.certificate")}


class Lines(Target):
    """Knows the numbers that are there, so that a check says what an import will do."""

    record = MarkEntry

    def __init__(self, session: Session, who: Asked) -> None:
        super().__init__(session, who)
        known = session.execute(select(MarkEntry.register, MarkEntry.number))
        self._known = {(register, register_entries.same_number(number)) for register, number in known}

    def complain(self, values: Values) -> list[Complaint]:
        """What a line of the register cannot be; a number that is there already is changed on its page, not by a file."""
        found = [Complaint(NEEDED, LABELS["expires_on"])] if values["register"] == CERTIFICATE and not values.get("expires_on") else []
        if self._key(values) in self._known:
            found.append(Complaint(N_("error.number_taken"), LABELS["number"], {"number": values["number"]}))
        times = values.get("times") or "1"
        if not (times.isascii() and times.isdigit() and 0 < int(times[:9]) < 1000):
            found.append(Complaint(N_("panel.line.no_times"), LABELS["times"]))
        if (status := values.get("status") or IN_FORCE) not in public_registers.STATUSES[values["register"]]:
            found.append(Complaint(N_("panel.line.no_such_status"), LABELS["status"]))
        for name, read in (("tax_code", _tax_code), ("products", register_entries.products_of)):
            try:
                read(values.get(name, ""))
            except OfficeError as refusal:
                found.append(Complaint(refusal.key, LABELS[name], refusal.facts))
        values["times"], values["status"] = times, status
        return found

    def _key(self, values: Values) -> tuple[str, str]:
        return values["register"], register_entries.same_number(values["number"])

    def name(self, values: Values) -> str:
        return " ".join(self._key(values))

    def find(self, values: Values) -> int | None:
        return None

    def differs(self, row: Any, values: Values) -> bool:
        return False

    def create(self, session: Session, values: Values, now: datetime) -> MarkEntry:
        facts = {name: value for name, value in values.items() if value and name not in {"products", "times", "tax_code"}}
        products, tax_code = register_entries.products_of(values["products"]), _tax_code(values.get("tax_code", ""))
        line = Written(products=products, times=int(values["times"]), tax_code=tax_code, **facts)
        entry = register_entries.entry_of(session, line, staff=self._staff(session), now=now)
        session.add(entry)
        return entry

    def _staff(self, session: Session) -> Staff | None:
        return session.get(Staff, self.who.actor.staff_id) if self.who.actor.staff_id else None

    def change(self, session: Session, row: Any, values: Values, now: datetime) -> None:
        raise NotImplementedError("a row is always a new line")

    def noted(self, row: Any) -> None:
        self._known.add((row.register, register_entries.same_number(row.number)))


def _tax_code(text: str) -> str:
    return tax_code_of(text) if text else ""


IMPORT = Import(
    name="mark_register",
    title=N_("panel.menu.mark_register"),
    intro=N_("panel.import.mark_register_intro"),
    fields=(
        Field("register", LABELS["register"], needed=True, words=_REGISTERS),
        Field("number", LABELS["number"], needed=True, most=60),
        Field("firm", LABELS["firm"], needed=True, most=200),
        Field("tax_code", LABELS["tax_code"], most=20),
        Field("commune", LABELS["commune"], most=160),
        Field("firm_kind", LABELS["firm_kind"], words=wording.FIRM_KIND),
        Field("times", LABELS["times"], most=9),
        Field("received_on", LABELS["received_on"], needed=True, is_day=True),
        Field("expires_on", LABELS["expires_on"], is_day=True),
        Field("status", LABELS["status"], words=wording.MARK_STATUS),
        Field("status_since", LABELS["status_since"], is_day=True),
        Field("signer", LABELS["signer"], most=120),
        Field("products", LABELS["products"], needed=True, most=_LONGEST, hint=N_("panel.line.products_hint")),
    ),
    target=Lines,
)
