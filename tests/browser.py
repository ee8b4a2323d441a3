"""A real Chromium for tests marked `browser`. Where there is none they are not run, and the end of the run says how many; with
REQUIRE_BROWSER set they fail instead. `tests/conftest.py` takes the hooks and fixtures in."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # imported where a browser is opened: every test run reads this file
    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Frame, Page

    OpenContext = Callable[..., Coroutine[Any, Any, BrowserContext]]
else:
    OpenContext = Any

NOT_RUN = "there is no Chromium here (CHROMIUM names one)"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--no-first-run",
]  # fmt: skip

SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 640}}


def chromium() -> str | None:
    """The browser's path: CHROMIUM, or where systems put it."""
    named = os.environ.get("CHROMIUM")
    if named is not None:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser tests out where they cannot run and need not."""
    if chromium() is None and not os.environ.get("REQUIRE_BROWSER"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=NOT_RUN))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The last line about them, also when workers ran the tests."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NOT_RUN in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were NOT run: {NOT_RUN}", yellow=True)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    if path is None:
        pytest.fail(f"REQUIRE_BROWSER is set, but {NOT_RUN}", pytrace=False)
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest.fixture
async def open_context(browser: Browser) -> AsyncIterator[OpenContext]:
    """A person's browser: `await open_context("phone", "dark")`. A page of theirs that complains in its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}") if _is_complaint(message) else None)

    async def open_one(size: str = "desk", scheme: Any = "light", **more: Any) -> BrowserContext:
        touch = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
        arguments = {"viewport": SIZES[size], "color_scheme": scheme, "locale": "vi-VN", "reduced_motion": "reduce", **touch, **more}
        context = await browser.new_context(**arguments)
        context.set_default_timeout(15_000)
        context.on("page", listen)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        await context.close()
    assert not complaints, complaints


def _is_complaint(message: ConsoleMessage) -> bool:
    """Errors and warnings, but for those of the network and of framing, which tests provoke."""
    provoked = ("WebSocket", "Failed to load resource", "frame-ancestors")
    return message.type in {"error", "warning"} and not any(word in message.text for word in provoked)


async def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds: rule and elements. To be empty."""
    from axe_playwright_python.async_playwright import Axe

    found = (await Axe().run(page)).response["violations"]
    return [(violation["id"], [str(node["target"]) for node in violation["nodes"]]) for violation in found]


async def sideways(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


async def until(page: Page | Frame, script: str, argument: Any = None, *, seconds: float = 15) -> None:
    """Ask the page until it says yes. Playwright's own wait asks by `eval` from its second try on, which our pages forbid."""
    for _ in range(int(seconds * 20)):
        if await page.evaluate(script, argument):
            return
        await page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {script}")
