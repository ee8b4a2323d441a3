"""What the panel logs: no number of a person, whatever was given as a field."""

import json
import logging

from admin.logs import JsonLines

IDENTITY = "046099001234"


def test_numbers_of_people_do_not_reach_the_log() -> None:
    record = logging.makeLogRecord({"name": "admin", "msg": "found %s", "args": (IDENTITY,), "levelname": "INFO"})
    record.question = f"CCCD {IDENTITY}"
    record.fields = {"numbers": [IDENTITY, 7]}
    record.staff = 7
    line = json.loads(JsonLines().format(record))
    assert IDENTITY not in json.dumps(line, ensure_ascii=False)
    assert (line["staff"], line["fields"]["numbers"][1]) == (7, 7)
    assert "…234" in line["question"]
