from sqlalchemy import func, select

from db.engine import Database
from db.models import Commune, FormerCommune
from usecases.places import Outcome, find

HUE = "Thành phố Huế"

TYPED = [
    # of today
    ("Phường Thuận Hóa, TP Huế", Outcome.ONE, ["Phường Thuận Hóa, Thành phố Huế"]),
    ("12 Đinh Tiên Hoàng, P. Phú Xuân, Huế", Outcome.ONE, ["12 Đinh Tiên Hoàng, Phường Phú Xuân, Thành phố Huế"]),
    ("chan may lang co hue", Outcome.ONE, ["Xã Chân Mây - Lăng Cô, Thành phố Huế"]),
    ("xã A Lưới 2, Huế", Outcome.ONE, ["Xã A Lưới 2, Thành phố Huế"]),
    ("đặc khu Phú Quốc", Outcome.ONE, ["Đặc khu Phú Quốc, Tỉnh An Giang"]),
    ("xã Ea H’leo, Đắk Lắk", Outcome.ONE, ["Xã Ea H'Leo, Tỉnh Đắk Lắk"]),
    ("A Lưới, Huế", Outcome.CHOOSE, [f"Xã A Lưới {number}, Thành phố Huế" for number in range(1, 6)]),
    # of before
    ("12 Lê Lợi, phường Vĩnh Ninh, TP Huế", Outcome.FORMER, ["12 Lê Lợi, Phường Thuận Hóa, Thành phố Huế"]),
    ("phường đúc, huế", Outcome.FORMER, ["Phường Thuận Hóa, Thành phố Huế"]),
    ("P. Thủy Phương, TX. Hương Thủy, Thừa Thiên Huế", Outcome.FORMER, ["Phường Thanh Thủy, Thành phố Huế"]),
    ("Vinh Hà, Phú Vang, Huế", Outcome.FORMER, ["Xã Phú Vang, Thành phố Huế"]),
    ("sia quang dien hue", Outcome.FORMER, ["Xã Quảng Điền, Thành phố Huế"]),
    ("P5 Q3 TPHCM", Outcome.FORMER, ["Phường Bàn Cờ, Thành phố Hồ Chí Minh"]),
    ("Phường 1, TP Vĩnh Long, Vĩnh Long", Outcome.FORMER, ["Phường Long Châu, Tỉnh Vĩnh Long"]),
    ("Phường Dĩ An, Bình Dương", Outcome.FORMER, ["Phường Dĩ An, Thành phố Hồ Chí Minh"]),
    ("huyện Côn Đảo, Bà Rịa - Vũng Tàu", Outcome.FORMER, ["Đặc khu Côn Đảo, Thành phố Hồ Chí Minh"]),
    # older than the lists, or a slip
    ("xã Phú Thượng huyện Phú Vang", Outcome.CHOOSE, ["Phường Mỹ Thượng, Thành phố Huế"]),
    ("Xã Hương Phú, huyện Nam Đông, TT Huế", Outcome.CHOOSE, ["Xã Khe Tre, Thành phố Huế"]),
    # nowhere
    ("Phường Hoàn Kiếm, Huế", Outcome.NOTHING, []),
    ("nhà ông Ba đầu làng", Outcome.NOTHING, []),
    ("", Outcome.NOTHING, []),
    ("phường " * 200, Outcome.NOTHING, []),
]


def test_the_list_is_that_of_the_reform_of_2025(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count(Commune.id))) == 3321
        assert session.scalar(select(func.count(Commune.province.distinct()))) == 34
        assert session.scalar(select(func.count(Commune.id)).where(Commune.province == HUE)) == 40
        former = select(FormerCommune.name, FormerCommune.district, FormerCommune.province).distinct().subquery()
        assert session.scalar(select(func.count()).select_from(former)) == 10_040


def test_addresses_are_found_as_hurried_people_type_them(database: Database) -> None:
    with database.read() as session:
        for text, outcome, lines in TYPED:
            found = find(session, text)
            written = [candidate.place.in_one_line() for candidate in found.candidates if text != "A Lưới, Huế" or not candidate.former]
            assert (found.outcome, written) == (outcome, lines), text
            assert found.as_typed.in_one_line() == text.strip()


def test_a_former_commune_is_named_with_all_that_it_went_into(database: Database) -> None:
    with database.read() as session:
        found = find(session, "Phường Đại Mỗ, quận Nam Từ Liêm, Hà Nội")
    assert found.outcome is Outcome.FORMER
    assert {candidate.former for candidate in found.candidates} == {"Phường Đại Mỗ, Quận Nam Từ Liêm, Thành phố Hà Nội"}
    communes = [candidate.place.commune for candidate in found.candidates]
    assert communes == ["Phường Dương Nội", "Phường Hà Đông", "Phường Tây Mỗ", "Phường Xuân Phương", "Phường Đại Mỗ"]


def test_of_units_of_one_name_somebody_chooses_those_of_now_first(database: Database) -> None:
    with database.read() as session:
        everywhere, in_one, hue = find(session, "Tân Phú"), find(session, "tan phu dong nai"), find(session, "thuan hoa hue")
    assert {found.outcome for found in (everywhere, in_one, hue)} == {Outcome.CHOOSE}
    now = [candidate.place.province for candidate in everywhere.candidates if not candidate.former]
    assert len(now) == len(set(now)) == 6
    assert {candidate.place.province for candidate in in_one.candidates} == {"Tỉnh Đồng Nai"}
    assert [(candidate.place.commune, candidate.former) for candidate in hue.candidates] == [
        ("Phường Thuận Hóa", ""),
        ("Phường Phú Xuân", "Phường Thuận Hòa, Quận Phú Xuân, Thành phố Huế"),
    ]


def test_odd_letters_do_no_harm(database: Database) -> None:
    with database.read() as session:
        for text in ("%", "_", "'; drop table communes --", "\x00", "🏠" * 300, "xã ", "p. p. p."):
            assert find(session, text).outcome is Outcome.NOTHING, text
