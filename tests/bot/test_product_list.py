"""A product list in the chat: a sheet with its faults sent back, or product by product, kept on every answer."""

import io
from collections.abc import AsyncIterator

import pytest

from bot.counter import Counter
from bot.dossier_buttons import BeginDossier, FillItem
from db.models import Staff, StoredFile
from db.settings import Settings
from domain.dossiers.barcode_products import BARCODE_PRODUCTS
from tests.bot.test_dossiers import FIRM, all_dossiers, draft_of, send, talk
from tests.conftest import NOW
from tests.pictures import picture
from tests.products import PREFIX, cells_of, number, row, sheet
from tests.talk import Citizen, FixedClock, open_counter
from usecases import dossiers
from usecases.kept_lists import products_of
from usecases.uploads import EXCEL

LIST = BeginDossier(kind=BARCODE_PRODUCTS.kind).pack()


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    async with open_counter(settings, FixedClock(NOW)) as opened:
        yield opened


async def at_the_list(counter: Counter) -> Citizen:
    """Somebody who is asked for the products."""
    citizen = Citizen(counter)
    await citizen.say("chao")
    await citizen.press_data(LIST)
    asked = await talk(citizen, *FIRM, PREFIX)
    assert {"Gửi tệp Excel", "Kê từng sản phẩm"} <= set(asked.buttons)
    return citizen


async def test_a_sheet_is_offered_with_its_faults_and_its_good_rows_are_handed_in(counter: Counter):
    citizen = await at_the_list(counter)
    template, _ = await citizen.press("Gửi tệp Excel")
    sent = counter.files.read(template.row.payload["document"]["$file"])
    assert cells_of(sent)[0][0] == "Mã GTIN (*)"

    nothing = await send(citizen, (sheet([row(1, "8936003720017")]), "hỏng.xlsx", EXCEL))
    assert "Chưa có dòng nào dùng được" in nothing[-1].text
    assert "Dùng" not in " ".join(nothing[-1].buttons)
    rows = [row(1), row(2), row(3, "8936003720030"), row(4), row(5, "8,936E+12")]
    faults, offered = await send(citizen, (sheet(rows), "danh mục.xlsx", EXCEL))
    assert [line[0] for line in cells_of(counter.files.read(faults.row.payload["document"]["$file"]))[1:3]] == ["3", "5"]
    assert "danh mục.xlsx: 3 sản phẩm dùng được" in offered.text
    assert "dòng 4: Mã GTIN: Sai số kiểm tra" in offered.text
    assert "products" not in draft_of(counter).answers, "nothing is taken unasked"

    await citizen.press("Dùng 3 sản phẩm này")
    answer = draft_of(counter).answers["products"]
    assert (answer["count"], answer["faulty"], answer["name"]) == (3, 2, "danh mục.xlsx")
    assert [product.gtin for product in products_of(counter.files, answer)] == ["0" + number(n) for n in (1, 2, 4)]
    with counter.database.read() as session:
        assert session.get_one(StoredFile, answer["rows_file"]).media_type == "application/json"
    summary = await talk(citizen, "bo qua", "bo qua", "bo qua", "→Đồng ý")
    assert "3 sản phẩm" in summary.text
    await citizen.press("Nộp hồ sơ")
    assert [dossier.answers["products"] for dossier in all_dossiers(counter)] == [answer]


async def test_products_one_by_one_are_refused_helpfully_and_kept_on_every_answer(counter: Counter):
    citizen = await at_the_list(counter)
    await citizen.press("Kê từng sản phẩm")
    wrong = await talk(citizen, "89360O3720017")
    assert "ký tự thứ 6 là chữ “O” – có phải số 0 không" in wrong.text
    asked = await talk(citizen, number(1, "893850000"))
    assert f"mã doanh nghiệp {PREFIX}" in asked.text
    await talk(citizen, "893 6003 " + number(1)[7:])
    assert draft_of(counter).answers["products:half"]["row"] == {"gtin": "0" + number(1)}
    noted = await send(citizen, (picture(), "hộp trà.png", "image/png"))
    assert "Đã nhận ảnh sản phẩm" in noted[-1].text
    asked = await talk(citizen, "Tra tim sen", "Thai Bao", "hop 60 tui", "tra")
    assert "Việt Nam" in asked.buttons
    listed = await talk(citizen, "→Việt Nam")
    assert "1. " + number(1) + " – Tra tim sen (Thai Bao)" in listed.text

    await citizen.press("Thêm sản phẩm")
    assert "đã kê ở sản phẩm 1" in (await talk(citizen, number(1))).text
    asked = await talk(citizen, number(2), "Tra sen vang")
    assert "Như trước: Thai Bao" in asked.buttons
    await talk(citizen, "→Như trước: Thai Bao", "hop 30 tui", "→Như trước: tra", "→Như trước: Việt Nam", "→Thêm sản phẩm", number(3))
    left = await talk(citizen, "→Bỏ sản phẩm này", "→Xóa sản phẩm cuối")
    assert "Đã kê 1 sản phẩm" in left.text
    await talk(citizen, "xong")
    answer, draft = draft_of(counter).answers["products"], draft_of(counter)
    assert (answer["count"], len(answer["rows"]), draft.at) == (1, 1, "note")
    product = products_of(counter.files, answer)[0]
    assert (product.brand, product.market, product.producer, bool(product.image_sha256)) == ("Thai Bao", "Việt Nam", FIRM[1], True)
    assert "products:half" not in draft.answers


async def test_words_files_and_questions_do_not_become_a_product_list(counter: Counter):
    citizen = await at_the_list(counter)
    assert "Mục này nhận tệp Excel" in (await talk(citizen, "nuoc mam ca com")).text
    torn = io.BytesIO(sheet([row(1)], ["a", "b"])).getvalue()
    assert "thiếu hoặc lặp lại cột" in (await send(citizen, (torn, "lạ.xlsx", EXCEL)))[-1].text
    await talk(citizen, "bao lau thi co ket qua?")
    assert "products" not in draft_of(counter).answers


async def test_a_list_that_an_officer_asks_for_again_is_taken_whole(counter: Counter):
    citizen = await at_the_list(counter)
    await send(citizen, (sheet([row(1)]), "danh mục.xlsx", EXCEL))
    await talk(citizen, "→Dùng 1 sản phẩm này", "bo qua", "bo qua", "bo qua", "→Đồng ý", "→Nộp hồ sơ")
    (handed_in,) = all_dossiers(counter)
    with counter.database.write() as session:
        officer = Staff(email="hanh@chuan.example", full_name="Hạnh", fs_uniquifier="f" * 32, created_at=NOW)
        session.add(officer)
        session.flush()
        mine = dossiers.lock(session, handed_in.id)
        wanted = [dossiers.Wanted(dossiers.FIELD, "products", "Thiếu hai sản phẩm")]
        item = dossiers.demand(session, mine, wanted, staff=officer, now=NOW).items[0].id
    await citizen.press_data(FillItem(key=handed_in.id, item=item, act="ask").pack())
    assert "Mục này nhận tệp Excel" in (await talk(citizen, "nuoc mam")).text
    faults, asked = await send(citizen, (sheet([row(1), row(2, "123")]), "thiếu.xlsx", EXCEL))
    assert faults.row.method == "sendDocument"
    assert "dòng 3" in asked.text
    assert all_dossiers(counter)[0].answers == handed_in.answers, "nothing is taken by halves"
    await send(citizen, (sheet([row(1), row(2), row(3)]), "đủ.xlsx", EXCEL))
    mended = all_dossiers(counter)[0]
    assert (mended.answers["products"]["count"], mended.answers["products"]["name"], mended.status) == (3, "đủ.xlsx", "in_review")
