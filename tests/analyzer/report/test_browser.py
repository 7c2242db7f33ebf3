"""The page in a real browser, offline: no error in the console, nothing fetched, no overflow on a telephone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.report import to_html
from analyzer.report.model import build
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
PAGES = {
    "en": lambda: to_html.render(build(example(), "en")),
    "zh": lambda: to_html.render(build(example(), "zh")),
    "hostile": lambda: to_html.render(build(with_every_value('"><img src=x onerror=alert(1)>' + "x" * 3000), "en")),
}

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium with chromedriver on this machine; install chromium-driver"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(params=sorted(PAGES))
def opened(browser: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    page = tmp_path / "report.html"
    page.write_text(PAGES[request.param](), encoding="utf-8")
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    return browser


def test_a_telephone_shows_the_page_whole_and_without_complaint(opened: Any) -> None:
    assert opened.execute_script("return document.documentElement.scrollWidth") == 360
    assert opened.get_log("browser") == []
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert opened.execute_script("return document.querySelectorAll('script, img').length") == 0


def test_a_command_is_selected_alone(opened: Any) -> None:
    style = "return getComputedStyle(document.querySelector('pre.command code')).userSelect"
    assert opened.execute_script(style) == "all"
