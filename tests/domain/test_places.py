import pytest

from domain.places import Address, Fit, Place, Region, Unit, likeliest, parted

HUE = "Thành phố Huế"
REGIONS = {HUE: Region(frozenset({"thuan hoa", "phu xuan", "phu vang", "a luoi"}), frozenset({"hue"}))}
THUAN_HOA = Unit("Phường Thuận Hóa", "", HUE, "Phường Thuận Hóa", HUE)
FORMER_THUAN_HOA = Unit("Phường Thuận Hòa", "Quận Phú Xuân", HUE, "Phường Phú Xuân", HUE)
VINH_NINH = Unit("Phường Vĩnh Ninh", "Quận Thuận Hóa", HUE, "Phường Thuận Hóa", HUE)
PHU_VANG = Unit("Xã Phú Vang", "", HUE, "Xã Phú Vang", HUE)
VINH_HA = Unit("Xã Vinh Hà", "Huyện Phú Vang", HUE, "Xã Phú Vang", HUE)
PHU_THUONG = Unit("Phường Phú Thượng", "Quận Thuận Hóa", HUE, "Phường Mỹ Thượng", HUE)
A_LUOI = Unit("Xã A Lưới 1", "", HUE, "Xã A Lưới 1", HUE)
UNITS = (THUAN_HOA, FORMER_THUAN_HOA, VINH_NINH, PHU_VANG, VINH_HA, PHU_THUONG, A_LUOI)


def read(text: str) -> list[Fit]:
    address = Address(text)
    return likeliest(fit for unit in UNITS for fit in address.fits(unit, address.stated or address.anywhere, REGIONS))


def test_a_place_is_written_in_one_line_without_what_is_lacking() -> None:
    assert Place("12 Lê Lợi", "Phường Thuận Hóa", HUE).in_one_line() == "12 Lê Lợi, Phường Thuận Hóa, Thành phố Huế"
    assert Place("", "Xã Phú Vang", HUE).in_one_line() == "Xã Phú Vang, Thành phố Huế"
    assert Place("nhà ông Ba đầu làng", "", "").in_one_line() == "nhà ông Ba đầu làng"


@pytest.mark.parametrize(
    "text",
    [
        "12 Lê Lợi, phường Vĩnh Ninh, TP Huế",
        "12 Lê Lợi, P.Vĩnh Ninh, Q. Thuận Hóa, TP.Huế",
        "12 Lê Lợi - P. Vĩnh Ninh - TPHuế",
        "12 Lê Lợi Vĩnh Ninh Huế",
        "12 Lê Lợi, VĨNH NINH, thành phố Huế, Thừa Thiên Huế, Việt Nam",
        "12 Lê Lợi, phường Vĩnh Ninh, Huế 530000",
        "12 Lê Lợi, phường Vi\u0303nh Ninh, Huê\u0301",
    ],
)
def test_street_and_commune_are_told_apart_however_they_are_typed(text: str) -> None:
    (fit,) = read(text)
    assert (fit.unit, fit.street, fit.is_doubtful) == (VINH_NINH, "12 Lê Lợi", False)


def test_accents_decide_where_they_were_typed() -> None:
    assert [fit.unit for fit in read("phường Thuận Hóa, Huế")] == [THUAN_HOA]
    assert [fit.unit for fit in read("phường Thuận Hoá, Huế")] == [THUAN_HOA]
    assert [fit.unit for fit in read("phường Thuận Hòa, Huế")] == [FORMER_THUAN_HOA]
    assert [fit.unit for fit in read("thuan hoa hue")] == [THUAN_HOA, FORMER_THUAN_HOA]


def test_the_name_of_a_former_district_is_no_commune_behind_one_of_its_communes() -> None:
    assert [fit.unit for fit in read("Phú Vang, Huế")] == [PHU_VANG]
    assert [fit.unit for fit in read("Vinh Hà, Phú Vang, Huế")] == [VINH_HA]
    assert [fit.unit for fit in read("Phú Thượng, Phú Vang, Huế")] == [PHU_VANG, PHU_THUONG]


def test_what_was_typed_otherwise_is_doubtful() -> None:
    for text, unit in (
        ("xã Phú Thượng, huyện Phú Vang, Huế", PHU_THUONG),  # before 2021
        ("xã Vĩnh Ninh, Huế", VINH_NINH),
        ("phường Vĩnh Ninh, huyện Nơi Khác, Huế", VINH_NINH),
    ):
        (fit,) = read(text)
        assert (fit.unit, fit.is_doubtful) == (unit, True), text


@pytest.mark.parametrize("text", ["", "  ,,, ", "Huế", "phường", "phường Vĩnh Ninh, Hà Nội", "phường Vĩnh Ninh xinh đẹp của tôi", "Lê Lợi"])
def test_nothing_is_made_up(text: str) -> None:
    assert read(text) == []


def test_a_number_may_be_lacking_and_may_be_wrong() -> None:
    assert [fit.unit for fit in read("A Lưới, Huế")] == [A_LUOI]
    assert [fit.unit for fit in read("xã A Lưới 01, Huế")] == [A_LUOI]
    assert read("xã A Lưới 9, Huế") == []


def test_kinds_are_parted_from_names() -> None:
    assert parted("Đặc khu Phú Quốc") == ("dac khu", "phu quoc")
    assert parted("Phường Phường Đúc") == ("phuong", "phuong duc")
    assert parted("Xã Chân Mây - Lăng Cô") == ("xa", "chan may lang co")
