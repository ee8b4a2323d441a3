import json
from pathlib import Path

from flask import Flask

from tests.barcodes import MILK, label, photo, stored


def test_images_are_read_one_line_each(panel: Flask, tmp_path: Path) -> None:
    whole, blurred, torn = tmp_path / "sữa.jpg", tmp_path / "nhòe.png", tmp_path / "hỏng.jpg"
    whole.write_bytes(stored(photo(label(MILK))))
    blurred.write_bytes(stored(photo(label(MILK), blur=7), "PNG"))
    torn.write_bytes(whole.read_bytes()[:4000])
    names = [str(path) for path in (whole, blurred, torn, tmp_path / "missing.jpg")]
    result = panel.test_cli_runner().invoke(args=["barcodes", "read", *names])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == names
    assert all(set(line) == {"file", "codes", "advice", "ms"} for line in lines)
    assert lines[0]["codes"] == [{"text": MILK, "format": "EAN13", "gtin14": "0" + MILK}]
    assert lines[0]["advice"] == ""
    assert [line["codes"] for line in lines[1:]] == [[], [], []]
    assert "nhòe" in lines[1]["advice"]
    assert "hỏng" in lines[2]["advice"]
    assert lines[3]["advice"]
