from pathlib import Path

import pytest

from db.settings import Settings, SettingsFault, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def _fault(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsFault) as fault:
        load_settings()
    return str(fault.value)


def test_nothing_need_be_set_on_one_machine_and_trial_mode_is_on() -> None:
    settings = load_settings()
    assert settings.trial_mode
    assert settings.is_local
    assert settings.database.startswith("sqlite:///")
    assert settings.files_dir.is_absolute(), "Flask looks for a relative file inside its own package"


def test_the_generated_key_stays_the_same_and_is_readable_by_nobody_else(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.signing_key() == load_settings().signing_key()
    assert len(settings.signing_key()) >= 32
    assert (tmp_path / "var" / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PUBLIC_URL": "https://chuan.example.vn"}, "TRIAL_MODE and SECRET_KEY must be set explicitly"),
        ({"BIND_HOST": "0.0.0.0", "TRIAL_MODE": "true"}, "SECRET_KEY must be set explicitly"),
        ({"BOT_PORT": "99999"}, "BOT_PORT"),
        ({"PUBLIC_URL": "chuan.example.vn"}, "PUBLIC_URL"),
        ({"TELEGRAM_WEBHOOK_URL": "https://a.vn/telegram/webhook"}, "needs TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": "1:x", "TELEGRAM_WEBHOOK_URL": "https://a.vn/hook"}, "must end in /telegram/webhook"),
        ({"TELEGRAM_BOT_TOKEN": "1:x", "TELEGRAM_WEBHOOK_URL": "http://a.vn/telegram/webhook"}, "must be https"),
        ({"TELEGRAM_BOT_TOKEN": "1:x", "TELEGRAM_WEBHOOK_URL": "https://a.vn/telegram/webhook"}, "needs TELEGRAM_WEBHOOK_SECRET"),
    ],
)
def test_a_setting_that_cannot_work_is_named_in_a_sentence(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str) -> None:
    assert said in _fault(monkeypatch, **environment)


def test_a_typing_mistake_in_the_env_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKN=1:x\n")
    with pytest.raises(SettingsFault, match="TELEGRAM_BOT_TOKN"):
        load_settings()


def test_no_secret_is_shown_by_a_fault_or_a_printout(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "12345:AbCdEfGhIjKlMnOpQrStUvWxYz"
    assert secret not in _fault(monkeypatch, TELEGRAM_BOT_TOKEN=secret, BOT_PORT="x", TELEGRAM_WEBHOOK_SECRET=secret)
    monkeypatch.setenv("BOT_PORT", "8080")
    assert secret not in repr(load_settings())
