"""Product list (kê khai danh mục sản phẩm sử dụng mã số, mã vạch, Thông tư 10/2020/TT-BKHCN): a draft that the office checks."""

from domain.dossiers.common import ADVICE_MOVES, ADVICE_STATES, FIRM_FIELDS, NOTE
from domain.dossiers.declaration import COMPANY_PREFIX, OPTIONAL, PDF, PICTURES, PRODUCTS, RECOMMENDED, DossierType, Field, Paper
from domain.references import BARCODES

BARCODE_PRODUCTS = DossierType(
    kind="barcode_products",
    version=1,
    prefix=BARCODES,
    family="barcodes",
    fields=(
        *FIRM_FIELDS,
        Field("company_prefix", COMPANY_PREFIX),
        Field("products", PRODUCTS, at_most=5_000),
        NOTE,
    ),
    papers=(
        Paper("certificate", PICTURES | PDF, need=RECOMMENDED),
        Paper("product_photos", PICTURES, need=OPTIONAL, most=20),
    ),
    states=ADVICE_STATES,
    moves=ADVICE_MOVES,
    limit="barcode.check",
    basis=("Thông tư 10/2020/TT-BKHCN",),
)
