"""The real application in a real browser: Debian's Chromium, driven by Playwright, headless."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
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
    yield window
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
