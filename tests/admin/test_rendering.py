import json
import logging
import sys

from sqlalchemy.exc import OperationalError

from admin.logs import JsonLines
from admin.rendering import show
from db.engine import Database
from tests.admin.conftest import Ask, Browser, csrf
from usecases import enquiries


def test_markup_of_ours_becomes_html_of_ours_and_texts_are_escaped() -> None:
    assert str(show("<b>Phí</b> &lt; 1 triệu")) == "<strong>Phí</strong> &lt; 1 triệu"
    assert str(show("chưa đóng <b>thẻ")) == "chưa đóng &lt;b&gt;thẻ"
    assert str(show('<a href="javascript:alert(1)">đây</a>')) == "đây"
    assert 'href="https://gs1.org.vn"' in str(show('<a href="https://gs1.org.vn">GS1</a>'))


def test_a_log_line_of_a_fault_holds_no_words_of_a_citizen() -> None:
    try:
        int("số điện thoại 0905123456")
    except ValueError:
        record = logging.LogRecord("admin", logging.ERROR, __file__, 1, "panel.incident", None, sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["event"] == "panel.incident"
    assert line["fault"] == "builtins.ValueError"
    assert "0905123456" not in json.dumps(line)


def test_a_database_that_does_not_answer_is_said_and_nothing_is_lost(lan: Browser, ask: Ask, database: Database, monkeypatch) -> None:
    reference = ask()
    token = csrf(lan.get("/").text)

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", None, Exception("database is locked"))

    monkeypatch.setattr(enquiries, "reply", locked)
    form = {"text": "x", "token": "t", "csrf_token": token}
    answer = lan.client.post(f"/inbox/{reference}/reply", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert "bận" in answer.json["sentence"]
