import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from admin import create_app
from admin.proxies import TrustedProxies
from db.settings import Settings
from tests.admin.conftest import LAN, MINH, PASSWORD, Browser


def test_an_officer_signs_in_and_lands_where_they_wanted(outsider: Browser) -> None:
    wanted = outsider.get("/knowledge/?status=draft").location
    answer = outsider.post(wanted, page=wanted, email=LAN.upper(), password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/knowledge/?status=draft")


def test_a_password_matches_however_the_keyboard_composes_it(outsider: Browser) -> None:
    assert outsider.sign_in(LAN, unicodedata.normalize("NFD", PASSWORD)).status_code == 302


def test_sign_in_never_leads_to_another_site(outsider: Browser) -> None:
    answer = outsider.post("/login?next=https://evil.example/", page="/login", email=LAN, password=PASSWORD)
    assert "evil" not in (answer.location or "")


def test_a_wrong_password_and_an_unknown_address_look_alike(outsider: Browser) -> None:
    wrong, unknown = outsider.sign_in(LAN, "sai mật khẩu"), outsider.sign_in("ai@chuan.example", "sai mật khẩu")
    assert wrong.status_code == unknown.status_code == 200
    assert "không đúng" in wrong.text
    assert wrong.text.count("không đúng") == unknown.text.count("không đúng")


def test_guessing_is_braked_for_the_account_but_not_for_a_colleague(panel: Flask, outsider: Browser) -> None:
    for _ in range(5):
        assert outsider.sign_in(LAN, "đoán").status_code == 200
    braked = outsider.sign_in(LAN)
    assert braked.status_code == 429
    assert "15 phút" in braked.text
    assert outsider.sign_in(MINH).status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in(LAN)
    assert browser.get("/logout").status_code in {403, 405}
    assert browser.post("/logout").status_code == 302
    assert browser.get("/").status_code == 302


def test_the_cookie_is_for_this_site_only(panel: Flask, tmp_path: Path) -> None:
    assert panel.config["SESSION_COOKIE_HTTPONLY"]
    assert panel.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert not panel.config["SESSION_COOKIE_SECURE"]
    public = Settings(
        _env_file=None,
        public_url="https://chat.example.vn",
        admin_url="https://panel.example.vn",
        trial_mode=False,
        secret_key="k" * 32,
        data_dir=tmp_path,
    )
    app = create_app(public)
    assert app.config["SESSION_COOKIE_SECURE"]
    assert "max-age" in app.test_client().get("/healthz").headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),
    ],
)
def test_only_trusted_proxies_say_who_is_there(peer: str, forwarded: str, seen: str) -> None:
    addresses = []
    proxied = TrustedProxies(lambda environ, _start: addresses.append(environ["REMOTE_ADDR"]) or [], "10.0.0.1")
    proxied({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, lambda *_: None)
    assert addresses == [seen]
