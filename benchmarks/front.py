"""The map in a real browser: seconds to the first map and from a click to its answer, bytes sent, heap.

Ours is the layers page of the application, the peer the page that anybody would write first
(:mod:`benchmarks._plain_map`), both on the same layer, one after the other, in a fresh session of Debian's
Chromium. The map counts as drawn when its middle is coloured; the code that a click gives is
compared with the polygon that geopandas finds at that point.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import psutil
import shapely
from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks import _inputs
from layers import Layer, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEAD", "Front", "front_line", "run"]

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WINDOW = {"width": 1366, "height": 768}
CRS = 5897
PATIENCE_S = 240.0  # for one picture or one answer
MOST_PLAIN = 10_000  # ten times as many are one message of 330 MB, which the driver of the browser dies of
COLOURED = 25  # between the strongest and the weakest channel; the empty map is greyer
FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
FRAME = 'iframe[title="streamlit_folium.st_folium"]'
DRAWN = ".leaflet-tile-loaded, .leaflet-overlay-pane path, .leaflet-interactive"
PAGES = {"ours": "lop-du-lieu", "folium.GeoJson": ""}

# from the first view to one parcel: each zoom for a moment, then moved along three times
WALK = """async () => {
  const map = window.map, middle = map.getCenter(), pause = ms => new Promise(done => setTimeout(done, ms));
  let heap = 0, longest = 0, last = 0, moving = false, over = false;
  requestAnimationFrame(function beat(now) {
    if (moving && last) longest = Math.max(longest, now - last);
    last = now;
    heap = Math.max(heap, performance.memory.usedJSHeapSize);
    if (!over) requestAnimationFrame(beat);
  });
  for (let zoom = Math.ceil(map.getZoom()); zoom <= map.getMaxZoom(); zoom++) {
    map.setView(middle, zoom, {animate: false});
    await pause(700);
    moving = true;
    for (let k = 0; k < 3; k++) {
      map.panBy([160, 70], {duration: 0.25});
      await pause(350);
    }
    moving = false;
  }
  over = true;
  return [heap / 1e6, longest];
}"""
HEAD = """\
| polygons | page | first map s | next visitor s | click to answer s | MB sent | heap MB | still ms | code |
|--:|---|--:|--:|--:|--:|--:|--:|---|"""


@dataclass
class Front:
    """What one page took; ``None`` where it did not come in 240 s."""

    n: int
    page: str
    first_map_s: float | None = None
    second_map_s: float | None = None  # of the next visitor, whose browser has kept nothing either
    answer_s: float | None = None
    sent_mb: float = 0.0
    heap_mb: float = 0.0  # the most at any zoom from the whole layer to one parcel
    standstill_ms: float | None = None
    agrees: bool | None = None


def run(sizes: list[int]) -> Iterator[Front]:
    """Measure both pages at each size."""
    found = next(p for p in map(shutil.which, BROWSERS) if p)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        window = driver.chromium.launch(executable_path=found, args=FLAGS)
        for n in sizes:
            land = _inputs.land(n).set_crs(CRS, allow_override=True)
            for page, address in PAGES.items():
                if page != "ours" and n > MOST_PLAIN:
                    continue
                with _served(page, land, Path(folder) / f"{n}") as port:
                    there = f"http://127.0.0.1:{port}/{address}"
                    row = _measured(window, there, Front(n, page), land)
                    if row.first_map_s is not None:
                        row.second_map_s = _visited(window, there)
                    yield row
        window.close()


@contextlib.contextmanager
def _served(page: str, land: gpd.GeoDataFrame, folder: Path) -> Iterator[int]:
    """Start the server of a page on the layer; ours has made its overview, as after an import."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {**os.environ, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    if page == "ours":
        workspace = Workspace.create(folder / "workspace", crs=CRS, name="Benchmark")
        workspace.save(Layer(land, "dat", "land_use"))
        start = [
            "-m",
            "maps.cli",
            "serve",
            "--workspace",
            str(workspace.folder),
            "--port",
            f"{port}",
            "--no-browser",
        ]
    else:
        land.to_parquet(folder / "land.parquet")
        told["THOCONG_BENCH_LAYER"] = str(folder / "land.parquet")
        how = ["--server.headless=true", f"--server.port={port}", "--server.maxMessageSize=2000"]
        start = ["-m", "streamlit", "run", str(ROOT / "benchmarks" / "_plain_map.py"), *how]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        [sys.executable, *start], cwd=ROOT, env={**told, "PYTHONPATH": str(ROOT)}, **quiet
    )
    try:
        _until(lambda: _healthy(port), 120)
        _settled(server.pid)
        yield port
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(server.pid)
            for one in (*parent.children(recursive=True), parent):
                one.kill()
        server.wait()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


def _settled(pid: int) -> None:
    """Wait until the server has warmed itself: it uses next to no time for three seconds."""
    parent = psutil.Process(pid)
    since, before = time.monotonic(), -1.0
    while time.monotonic() - since < PATIENCE_S:
        now = 0.0
        for one in (parent, *parent.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                now += sum(one.cpu_times()[:2])
        if 0 <= now - before < 0.15:
            return
        before = now
        time.sleep(3)


def _until(done: Any, most_s: float) -> float | None:
    """Seconds until something is so, or None."""
    start = time.perf_counter()
    while time.perf_counter() - start < most_s:
        if done():
            return time.perf_counter() - start
        time.sleep(0.05)
    return None


def _measured(window: Any, address: str, row: Front, land: gpd.GeoDataFrame) -> Front:
    page = window.new_page(viewport=WINDOW)
    page.set_default_timeout(PATIENCE_S * 1000)
    sent = [0]
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda e: _add(sent, e["encodedDataLength"]))
    wire.on("Network.webSocketFrameReceived", lambda e: _add(sent, _length(e["response"])))
    try:
        _open(page, address)
        row.first_map_s = _until(lambda: _coloured(page), PATIENCE_S)
        if row.first_map_s is not None:
            page.wait_for_timeout(3000)  # what is still on its way does not stand in for an answer
            row.answer_s, row.agrees = _asked(page, row.page, land)
        row.heap_mb = max(_heap(frame) for frame in page.frames)
        if row.first_map_s is not None and row.page == "ours":  # the plain page stands still for minutes
            row.heap_mb, row.standstill_ms = _walked(page, row.heap_mb)
    finally:
        row.sent_mb = sent[0] / 1e6
        page.close()
    return row


def _visited(window: Any, address: str) -> float | None:
    """Seconds to the map of one visitor more."""
    page = window.new_page(viewport=WINDOW)
    page.set_default_timeout(PATIENCE_S * 1000)
    try:
        _open(page, address)
        return _until(lambda: _coloured(page), PATIENCE_S)
    finally:
        page.close()


def _add(sent: list[int], size: float) -> None:
    sent[0] += int(size)


def _length(response: dict[str, Any]) -> int:
    text = len(response["payloadData"])
    return text if response["opcode"] == 1 else text * 3 // 4  # binary frames are told in base64


def _open(page: Any, address: str) -> None:
    """Go to the page; the clock starts at the address for both."""
    page.goto("about:blank")
    page.evaluate("a => { window.location.href = a }", address)


def _coloured(page: Any) -> bool:
    """Whether the middle of the map has colour; some of the land is white on purpose."""
    frame = page.locator(FRAME).first
    if not frame.count() or not frame.is_visible():
        return False
    # pictures of a page that is still being made slow it down: none before something is drawn at all
    inner = frame.element_handle().content_frame()
    if inner is None or not inner.evaluate(f"!!document.querySelector('{DRAWN}')"):
        return False
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    if not box or box["height"] < 100:
        return False
    middle = {
        "x": box["x"] + box["width"] * 0.42,
        "y": box["y"] + box["height"] * 0.42,
        "width": box["width"] * 0.16,
        "height": box["height"] * 0.16,
    }
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=middle))).convert("RGB")).astype(int)
    return bool((seen.max(axis=2) - seen.min(axis=2) > COLOURED).mean() > 0.3)


def _asked(page: Any, kind: str, land: gpd.GeoDataFrame) -> tuple[float | None, bool | None]:
    """Click the middle of the map: seconds to the answer, and whether it is the polygon that lies there."""
    frame = page.locator(FRAME).first
    box = frame.bounding_box()
    inner = frame.element_handle().content_frame()
    x, y = int(box["width"] / 2), int(box["height"] / 2)
    where = "([x, y]) => { const p = window.map.containerPointToLatLng([x, y]); return [p.lng, p.lat] }"
    spots = [shapely.Point(inner.evaluate(where, [x + step, y])) for step in (0, 1)]
    point, beside = gpd.GeoSeries(spots, crs=4326).to_crs(CRS)
    pixel = point.buffer(point.distance(beside))  # a border may be drawn a pixel off
    codes = set(land.loc[land.sindex.query(pixel, predicate="intersects"), "code"])
    words = page.get_by_text("Tại điểm vừa bấm" if kind == "ours" else "Mã: ").first
    page.mouse.click(box["x"] + x, box["y"] + y)
    took = _until(words.is_visible, PATIENCE_S)
    if took is None:
        return None, None
    page.wait_for_timeout(1000)
    said = page.locator("body").inner_text()
    said = said[said.index("Tại điểm vừa bấm" if kind == "ours" else "Mã: ") :][:400]
    return took, any(re.search(rf"\b{code}\b", said) for code in codes)


def _walked(page: Any, heap_mb: float) -> tuple[float, float]:
    """Go through all zooms: the largest heap, and the longest standstill of the page while it was moved."""
    inner = page.locator(FRAME).first.element_handle().content_frame()
    largest, longest = inner.evaluate(WALK)
    return max(heap_mb, float(largest)), float(longest)


def _heap(frame: Any) -> float:
    return float(frame.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0"))


def front_line(row: Front) -> str:
    """One row of the table."""
    took = (row.first_map_s, row.second_map_s, row.answer_s)
    times = [f"{t:.1f}" if t is not None else f"> {PATIENCE_S:.0f}" for t in took]
    still = "–" if row.standstill_ms is None else f"{row.standstill_ms:.0f}"
    same = {None: "–", True: "right", False: "**wrong**"}[row.agrees]
    figures = [f"{row.sent_mb:.1f}", f"{row.heap_mb:.0f}", still, same]
    return f"| {row.n:,} | {row.page} | {' | '.join([*times, *figures])} |"
