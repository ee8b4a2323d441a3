import io
import json
import logging

import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from bot import logs


@pytest.fixture
def lines():
    """What is logged, decoded. Afterwards the tests' own level again."""
    stream = io.StringIO()
    logs.set_up("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.set_up("WARNING")


@pytest.mark.parametrize(
    "secret",
    [
        "123456789:AAF-abcdefghijklmnopqrstuvwxyz012",
        "0905 123 456",
        "0905.123.456",
        "+84905123456",
        "046099001234",
        "191234567",
        "4111 1111 1111 1111",
        "me.gai@example.vn",
    ],
)
def test_tokens_phone_numbers_and_the_like_never_reach_a_log(lines, secret: str) -> None:
    structlog.get_logger().info("x", said=f"gọi {secret} nhé")
    logging.getLogger("somebody.else").warning("hỏi %s xem", secret)
    shown = lines()
    assert len(shown) == 2
    assert secret not in json.dumps(shown, ensure_ascii=False)


def test_numbers_deep_in_a_value_and_in_a_trace_are_masked_too(lines) -> None:
    structlog.get_logger().info("x", body={"text": ["thẻ 4111 1111 1111 1111"], "0905123456": ("CCCD 046099001234",)})
    try:
        raise OSError("không mở được /tệp/0905123456.pdf")
    except OSError:
        structlog.get_logger().exception("file.broken")
    shown = json.dumps(lines(), ensure_ascii=False)
    assert not [secret for secret in ("4111", "046099", "0905123") if secret in shown]
    assert "…456›" in shown


def test_the_id_of_an_update_stays_whole_though_it_be_all_digits(lines) -> None:
    structlog.get_logger().info("x", update="046099001234")
    assert lines()[0]["update"] == "046099001234"


def test_a_trace_names_the_place_but_not_the_citizens_words(lines) -> None:
    words = "tôi bị " + "bệnh"

    def fail() -> None:
        try:
            raise IntegrityError("INSERT INTO x", {"text": words}, ValueError(words))
        except IntegrityError as fault:
            raise KeyError(words) from fault

    try:
        fail()
    except KeyError:
        structlog.get_logger().exception("update.failed")
    [line] = lines()
    assert "in fail" in line["exception"]
    assert "KeyError" in line["exception"]
    assert "caused by" in line["exception"]
    assert words not in json.dumps(line, ensure_ascii=False)


def test_what_is_wrong_with_the_machine_is_said(lines) -> None:
    words = "riêng" + " tư"
    try:
        raise OperationalError("INSERT", {"text": words}, Exception("database or disk is full"))
    except OperationalError:
        structlog.get_logger().exception("update.retried")
    [line] = lines()
    assert "database or disk is full" in line["exception"]
    assert words not in line["exception"]


def test_a_token_in_an_address_is_taken_out(lines) -> None:
    logging.getLogger("some.client").warning("POST https://api.telegram.org/bot123456789:AAF-abcdefghijklmnopqrstuvwxyz012/getMe")
    assert "AAF-" not in json.dumps(lines())


def test_all_lines_of_an_update_carry_its_id(lines) -> None:
    with structlog.contextvars.bound_contextvars(update="abc"):
        structlog.get_logger().info("one")
        logging.getLogger("library").warning("two")
    assert [line["update"] for line in lines()] == ["abc", "abc"]
