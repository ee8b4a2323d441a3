import json
from pathlib import Path

from flask import Flask

VECTORS = Path(__file__).parents[1] / "material/quantity_mark_vectors.json"


def test_a_file_of_cases_is_computed_by_the_tables_in_force(panel: Flask, tmp_path: Path) -> None:
    wanted = json.loads(VECTORS.read_text("utf-8"))
    result = panel.test_cli_runner().invoke(args=["quantity-marks", "check", str(VECTORS)])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["lot_assessment"] == wanted["lot_assessment"]
    assert list(found) == list(wanted)
    assert "tolerable_deficiency, deficiency_rounding, sampling_plan" in result.stderr  # nobody has verified them
    torn, other = tmp_path / "hỏng.json", tmp_path / "khác.json"
    torn.write_text("{")
    other.write_text("[1]")
    for file, word in ((torn, "hỏng.json"), (other, "khác.json")):
        refused = panel.test_cli_runner().invoke(args=["quantity-marks", "check", str(file)])
        assert refused.exit_code == 1
        assert word in refused.stderr
        assert not refused.stdout
