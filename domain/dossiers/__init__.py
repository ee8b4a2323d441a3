"""Dossier types (các thủ tục): all there are, one line each. An earlier version stays here as long as a draft or dossier lives on it."""

from domain.dossiers.barcode_change import BARCODE_CHANGE
from domain.dossiers.barcode_foreign import BARCODE_FOREIGN
from domain.dossiers.barcode_products import BARCODE_PRODUCTS
from domain.dossiers.barcode_registration import BARCODE_REGISTRATION
from domain.dossiers.declaration import DossierType
from domain.dossiers.quantity_announcement import QUANTITY_ANNOUNCEMENT
from domain.dossiers.quantity_certificate import QUANTITY_CERTIFICATE
from domain.dossiers.quantity_report import QUANTITY_REPORT

DECLARED = (
    BARCODE_REGISTRATION,
    BARCODE_CHANGE,
    BARCODE_FOREIGN,
    BARCODE_PRODUCTS,
    QUANTITY_ANNOUNCEMENT,
    QUANTITY_CERTIFICATE,
    QUANTITY_REPORT,
)

_BY_VERSION = {(declared.kind, declared.version): declared for declared in DECLARED}


def declared(kind: str, version: int) -> DossierType:
    """The declaration that a draft or dossier was begun with; raises LookupError."""
    return _BY_VERSION[kind, version]


def current(kind: str) -> DossierType:
    """The newest version of a type; raises LookupError."""
    return declared(kind, max(version for known, version in _BY_VERSION if known == kind))


def current_types() -> tuple[DossierType, ...]:
    """Every type in its newest version."""
    return tuple(one for one in DECLARED if one.version == current(one.kind).version)
