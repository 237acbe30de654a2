"""The HTML report, looked at in a real browser: on a phone, on a screen, on paper; with hostile names."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from academyctl.render.html import html
from tests.report_builders import HOSTILE, a_full_report, a_report, a_result
from tests.support.browser import Browser

TAGS = (
    "br code col colgroup div h1 h2 h3 header li main p path rect section span strong svg table tbody td text th thead"
    " tr ul"
)


def test_it_fits_a_phone_and_a_screen_shows_names_as_they_are_and_asks_nobody(tmp_path: Path) -> None:
    page, browser = html(a_full_report()), Browser(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        measured = pool.submit(browser.measured, page, 390, 1200)
        shots = [pool.submit(browser.screenshot, page, width) for width in (390, 1200)]
        paper = pool.submit(browser.printed, page)
    for seen in measured.result():
        assert (seen["scroll"], seen["wide"]) == (seen["width"], [])
        assert seen["asked"] == []
        assert set(seen["tags"]) <= set(TAGS.split())
        assert seen["small"] == 0, "letters too small to read"
        assert seen["text"].count("<script>alert('1')</script>") >= 5
        assert "\\x1b[31m&lt;" in seen["text"]
    assert [shot.result()[:2] for shot in shots] == [(390, 1600), (1200, 1600)]
    assert all(shot.result()[2] > 30_000 for shot in shots), "a picture of nothing is smaller"
    assert paper.result().startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper.result())) <= 8


def test_the_policy_forbids_everything_and_nothing_is_referred_to() -> None:
    page = html(a_full_report())
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'" in page
    markup = re.sub(r">[^<]*<", "><", page)
    assert re.findall(r"(?i)\b(?:src|href|action|data)\s*=|url\(|@import|<script|<link|<iframe|\bon\w+=", markup) == []


def test_a_hostile_name_is_never_markup() -> None:
    assert HOSTILE not in html(a_full_report())


def test_a_healthy_world_is_one_word() -> None:
    page = html(a_report(a_result()))
    assert "production: Ready<" in page
    assert "What to do" not in page
