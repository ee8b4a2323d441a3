"""Declared products (sản phẩm kê khai): the register, and numbers that two firms declare, which an officer gives to one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import ColumnElement, Select, func, select

from admin import wording
from admin.database import db, writing
from admin.language import now, say
from admin.office_view import OfficeView
from admin.pages import expose
from db.models import DeclaredProduct, Dossier, Organisation, Staff
from db.models.product import DISPUTED
from domain import gtin
from domain.errors import OfficeError
from domain.messages import N_
from usecases import product_register


class ProductsView(OfficeView):
    record = DeclaredProduct
    endpoint_name = "products"
    title = N_("panel.menu.products")
    intro = N_("panel.product.intro")
    empty = N_("panel.product.empty")
    room = "work"
    offered = frozenset({"index_view", "page", "decide"})
    columns = {
        "gtin": N_("product.column.gtin"),
        "name": N_("product.column.name"),
        "brand": N_("product.column.brand"),
        "organisation_id": N_("panel.product.firm"),
        "status": N_("panel.filter.state"),
        "dossier_id": N_("panel.product.dossier"),
        "declared_at": N_("panel.product.declared"),
    }
    choices = {"status": wording.PRODUCT}
    order = (DeclaredProduct.id.desc(),)
    name_of = "name"
    list_template = "panel/products.html"

    def wanted(self, chosen: Mapping[str, str], search: str = "", *, in_bin: bool = False) -> Select[Any]:
        """What is settled; of one dossier where its page led here."""
        found = super().wanted(chosen, search, in_bin=in_bin).where(product_register.visible())
        return found.where(DeclaredProduct.dossier_id == dossier) if (dossier := _of_dossier()) else found

    def _holding(self, wanted: Select[Any], sought: Sequence[str]) -> ColumnElement[bool]:
        """By number, name and brand, or by the firm."""
        firms = select(Organisation.id).where(*(Organisation.folded.contains(word, autoescape=True) for word in sought))
        return super()._holding(wanted, sought) | DeclaredProduct.organisation_id.in_(firms)

    def render(self, template: str, **facts: Any) -> str:
        """Numbers as people read them, dossiers by their reference; the list knows how many conflicts wait."""
        if template == self.list_template:
            facts["references"] = _references([row.dossier_id for row in facts["data"]])
            facts["disputed"] = _count_disputed()
        return super().render(template, plain=gtin.plain, **facts)

    @expose("/<key>")
    def page(self, key: str) -> str:
        """One product, and whoever else declares its number, side by side."""
        return self._page(self.get_one_or_abort(key))

    def _page(self, row: DeclaredProduct, fault: str = "") -> str:
        claims = product_register.claims(db.session, row.gtin)
        shown = [row, *(one for one in claims if one.id != row.id)] if row not in claims else list(claims)
        page: str = self.render(
            "panel/product.html",
            row=row,
            shown=shown,
            is_open=row in claims and any(one.status == DISPUTED for one in claims),
            prefixes={one.id: product_register.prefix_of(db.session, one) for one in shown},
            references=_references([one.dossier_id for one in shown]),
            officers=_officers([one.decided_by_id for one in shown]),
            fault=fault,
            typed=request.form,
        )
        return page

    @expose("/<key>/decide", methods=("POST",))
    def decide(self, key: str) -> ResponseReturnValue:
        """Give the number to one of the firms; the reason stays with the office."""
        row = self.get_one_or_abort(key)
        chosen = next((one for one in product_register.claims(db.session, row.gtin) if str(one.id) == request.form.get("winner")), None)
        if chosen is None:
            return self._page(row, say(N_("panel.product.choose"))), 422
        try:
            with writing() as session:
                officer = session.get_one(Staff, current_user.id)
                product_register.decide(session, chosen.id, staff=officer, reason=request.form.get("reason", ""), now=now())
        except OfficeError as refusal:
            return self._page(row, say(refusal.key, **refusal.facts)), 422
        flash(say(N_("panel.product.decided"), firm=chosen.organisation.name or chosen.organisation.tax_code), "done")
        return redirect(url_for(".page", key=chosen.id), 303)


def _of_dossier() -> int | None:
    """The dossier that the address names; a bad one is a bad request."""
    given = request.args.get("dossier", "")
    if not given:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else abort(400)


def _references(keys: Sequence[int | None]) -> dict[int, str]:
    named = db.session.execute(select(Dossier.id, Dossier.reference).where(Dossier.id.in_({key for key in keys if key})))
    return {key: reference for key, reference in named}


def _officers(keys: Sequence[int | None]) -> dict[int, str]:
    named = db.session.scalars(select(Staff).where(Staff.id.in_({key for key in keys if key})))
    return {person.id: person.full_name or person.email for person in named}


def _count_disputed() -> int:
    waiting = select(func.count(DeclaredProduct.id)).where(DeclaredProduct.status == DISPUTED, product_register.visible())
    return db.session.scalar(waiting) or 0
