"""The real application in a real browser: Debian's Chromium, driven by Playwright, headless."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from layers import Workspace

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
#: what every commit is held to; `make test-pages` goes through all the others too
JOURNEYS = {
    # a planner
    "test_from_the_first_page_to_an_answer",
    "test_a_row_takes_the_map_there_and_shows_its_clause",
    "test_an_answer_downloads_in_formats_that_open",
    "test_an_exported_map_opens_from_disk_and_asks_for_nothing",
    "test_a_polygon_is_drawn_changed_and_taken_back",
    "test_the_map_becomes_a_sheet_of_paper",
    # a province
    "test_a_pasted_boundary_and_comparisons_are_asked_and_answered",
    # a reviewer
    "test_from_two_periods_to_the_cluster_that_moved_and_back_from_the_map",
    "test_from_the_dates_to_a_cell_of_the_matrix_and_the_workbook",
    "test_a_divider_clips_both_periods_and_follows_mouse_and_keys",
    "test_a_slider_goes_through_named_periods_and_keeps_the_zoom",
    # everybody
    "test_the_keyboard_comes_past_the_map_and_sees_where_it_is",
    "test_land_use_comes_as_tiles_from_the_application",
    "test_a_forged_tile_token_opens_nothing",
    "test_headers_keep_the_page_to_itself",
    "test_hostile_names_stay_text_on_every_page",
    "test_two_people_do_not_see_each_other",
    "test_a_reload_and_a_change_of_page_keep_a_running_job",
    "test_nothing_is_asked_outside_until_a_basemap_is_chosen",
    "test_a_name_without_accents_takes_the_map_there",
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if item.originalname not in JOURNEYS:
                item.add_marker(pytest.mark.pages)


@pytest.fixture(scope="session")
def browser():
    found = next((p for p in map(shutil.which, BROWSERS) if p), None)
    if found is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("THOCONG_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        window = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield window
        window.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The application on a workspace, as ``thocong serve`` starts it."""

    def __init__(self, folder, log, *, port=None, env=None):
        self.folder = folder
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        command = [
            sys.executable,
            "-m",
            "maps.cli",
            "serve",
            "--workspace",
            str(folder),
            "--port",
            str(self.port),
            "--no-browser",
        ]
        # with the page of parts, for tests of parts alone
        shown = {**os.environ, "THOCONG_GALLERY": "1", **(env or {})}
        with log.open("w") as said:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, env=shown
            )
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.25)
        self.stop()
        raise RuntimeError(log.read_text())

    def stop(self):
        # Streamlit runs in the process of serve; whatever it started goes with it
        import psutil

        parent = psutil.Process(self.process.pid)
        for child in (*parent.children(recursive=True), parent):
            child.kill()
        self.process.wait(timeout=30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    from layers.sample import create_sample

    folder = tmp_path_factory.mktemp("browser")
    create_sample(folder / "workspace")
    running = Server(folder / "workspace", folder / "server.log")
    yield running
    running.stop()


def put_back(folder, before):
    """Forget what a test saved: the next one counts the layers of the sample, and those taken off."""
    with closing(sqlite3.connect(folder / "catalogue.sqlite", timeout=30)) as book, book:
        for layer, version in book.execute(
            "select layer, max(version) from versions group by layer"
        ).fetchall():
            kept = before.get(layer, 0)
            if version == kept:
                continue
            for table in ("versions", "findings"):
                book.execute(f"delete from {table} where layer = ? and version > ?", (layer, kept))
            book.execute("delete from heads where layer = ?", (layer,))
            if kept:
                book.execute("insert into heads values (?, ?)", (layer, kept))


@pytest.fixture
def page(browser, server):
    """A fresh session that notes requests to other hosts and errors of scripts."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", accept_downloads=True
    )
    window = context.new_page()
    window.outside, window.broken = [], []
    own = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    window.on("request", lambda r: None if r.url.startswith(own) else window.outside.append(r.url))
    window.on("pageerror", lambda error: window.broken.append(str(error)))
    window.set_default_timeout(30_000)
    before = {entry.layer: entry.version for entry in Workspace(server.folder).layers()}
    yield window
    put_back(server.folder, before)
    pictures = os.environ.get("THOCONG_SCREENS")
    if pictures:
        Path(pictures).mkdir(parents=True, exist_ok=True)
        name = (
            os.environ.get("PYTEST_CURRENT_TEST", "x")
            .split("::")[-1]
            .split(" ")[0]
            .replace("[", "-")
            .strip("]")
        )
        window.screenshot(path=Path(pictures) / f"{name}.png")
    context.close()
    assert window.outside == []
    assert window.broken == []
