"""The register of declared products (danh mục sản phẩm đã kê khai) as a spreadsheet."""

from typing import Any

from sqlalchemy import Select, and_, select, true

from admin import wording
from admin.exporting import Column, Export, coded, holding, plainly
from admin.keys import Keys
from admin.work import Asked
from db.models import DeclaredProduct, Organisation
from domain import gtin
from domain.messages import N_
from usecases import product_register


def wanted(who: Asked) -> Select[Any]:
    """What is settled, of one state or dossier, or all."""
    found = select(DeclaredProduct).where(product_register.visible())
    if search := who.filters.get("search", ""):
        firms = select(Organisation.id).where(*holding(Organisation, search))
        found = found.where(and_(true(), *holding(DeclaredProduct, search)) | DeclaredProduct.organisation_id.in_(firms))
    if status := who.filters.get("status"):
        found = found.where(DeclaredProduct.status == status)
    dossier = who.filters.get("dossier")
    return found.where(DeclaredProduct.dossier_id == int(dossier)) if dossier else found


EXPORT = Export(
    name="products",
    title=N_("panel.menu.products"),
    record=DeclaredProduct,
    columns=(
        Column(N_("product.column.gtin"), lambda row, _who: gtin.plain(row.gtin), 18),
        Column(N_("product.column.name"), plainly("name"), 36),
        Column(N_("product.column.brand"), plainly("brand"), 20),
        Column(N_("product.column.description"), plainly("description"), 40),
        Column(N_("product.column.product_group"), plainly("product_group"), 24),
        Column(N_("product.column.net_content"), plainly("net_content"), 16),
        Column(N_("product.column.producer"), plainly("producer"), 30),
        Column(N_("product.column.market"), plainly("market"), 18),
        Column(N_("product.column.origin"), plainly("origin"), 18),
        Column(N_("panel.product.firm"), lambda row, _who: row.organisation.name, 32),
        Column(N_("panel.registration.tax_code"), lambda row, _who: row.organisation.tax_code, 18),
        Column(N_("panel.filter.state"), coded("status", wording.PRODUCT), 16),
        Column(N_("panel.product.declared"), plainly("declared_at"), 18),
        Column(N_("panel.product.ended"), plainly("ended_at"), 18),
    ),
    query=wanted,
    choices={"status": wording.PRODUCT, "dossier": Keys()},
    is_searched=True,
)
