"""Maps from outside below a print: where each tile lands, and what is said of those that don't come."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image
from shapely import Point

from layers import Workspace
from layers.crs import as_crs
from maps import basemap_service
from maps.basemaps import Basemap, add_basemap
from maps.outside import HOSTS
from maps.printing import Sheet, sheet_bytes, sheet_pages
from maps.printing.ground import Ground, ground_of
from maps.printing.service import Printable, offer, printed, title_of
from maps.words import words
from tests.maps.conftest import X0, Y0
from tests.maps.outside_service import MapService

VN = as_crs(5897)
WINDOW = (X0, Y0, X0 + 4000.0, Y0 + 3000.0)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def service(monkeypatch):
    with MapService() as running:
        monkeypatch.setenv(HOSTS, running.host)
        yield running


@pytest.fixture
def base(tmp_path):
    return Workspace.create(tmp_path / "ws", crs=5897)


def added(base, address, **more):
    facts = {"attribution": "© Thử", "max_zoom": 19} | more
    return add_basemap(base, Basemap("", "Thử", "xyz", address, **facts))


def ground(base, kept, *, scale=25_000, window=WINDOW):
    return ground_of(str(base.folder), kept.id, window, crs=VN, scale=scale)


def tile_of(x, y, zoom):
    """Tile that a place in metres lies on, by way of degrees."""
    place = gpd.GeoSeries([Point(x, y)], crs=VN).to_crs(4326)
    lon, lat = np.radians(place.x[0]), np.radians(place.y[0])
    n = 2**zoom
    down = (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2
    return int((lon / np.pi + 1) / 2 * n), int(down * n)


def test_each_pixel_has_the_colour_of_the_tile_it_lies_on(base, service):
    found = ground(base, added(base, f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png"))
    assert found.missing == 0
    tall, wide, _ = found.picture.shape
    zooms = {int(c) // 10 for c in found.picture[..., 0].ravel()[:: wide * 7]}
    (zoom,) = zooms
    same = 0
    for share_x, share_y in np.random.default_rng(7).uniform(0.01, 0.99, (60, 2)):
        row, column = int(share_y * tall), int(share_x * wide)
        x = WINDOW[0] + (column + 0.5) / wide * (WINDOW[2] - WINDOW[0])
        y = WINDOW[3] - (row + 0.5) / tall * (WINDOW[3] - WINDOW[1])
        tile = tile_of(x, y, zoom)
        same += found.picture[row, column, 1:3].tolist() == [tile[0] % 256, tile[1] % 256]
    assert same >= 58  # a pixel on a seam takes from both


@pytest.mark.parametrize("scale", [500, 5_000, 50_000, 1_000_000])
def test_no_sheet_asks_for_more_tiles_than_anybody_minds(base, service, scale):
    of = Sheet("a", VN, AT, paper="A3", scale=scale)
    from maps.printing import sheet_window

    found = ground(
        base,
        added(base, f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png"),
        scale=scale,
        window=sheet_window(of, WINDOW),
    )
    assert 0 < found.asked <= 80


def test_a_map_that_does_not_come_is_named_on_the_sheet_with_the_reason(base, monkeypatch, say):
    monkeypatch.setattr(basemap_service, "fetched", refused)
    found = ground(base, added(base, "https://tiles.example.org/{z}/{x}/{y}.png"))
    assert found.picture is None
    assert found.missing == found.asked
    (page,) = sheet_pages([], say, sheet=Sheet("a", VN, AT), bounds=WINDOW, ground=found)
    said = " ".join(t.get_text() for t in page.texts)
    why = say("print_ground.basemap_unreachable")
    assert say("print.ground_missing", title="Thử", why=why) in said
    assert not page.axes[0].images


def refused(*_, **__):
    from layers.errors import SourceError

    raise SourceError("basemap_unreachable", found="x")


def test_what_came_is_drawn_with_its_source_and_what_did_not_is_counted(say):
    picture = np.full((60, 80, 4), 200, dtype=np.uint8)
    part = Ground("Nền", "© Người làm", WINDOW, picture, 12, 5, "basemap_refused")
    (page,) = sheet_pages([], say, sheet=Sheet("a", VN, AT), bounds=WINDOW, ground=part)
    assert len(page.axes[0].images) == 1
    assert "© Người làm" in [t.get_text() for t in page.axes[0].texts]
    said = " ".join(t.get_text() for t in page.texts)
    assert say("print.ground", title="Nền", attribution="© Người làm") in said
    why = say("print_ground.basemap_refused")
    assert say("print.ground_part", title="Nền", missing=5, count=12, why=why) in said


def test_a_print_takes_the_map_that_is_chosen_on_the_screen(base, service):
    kept = added(base, f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png")
    offer("nền", Printable((), VN, "", (), "vi", title="Xung đột · CCN 1", folder=str(base.folder)))
    asked = {"title": title_of("nền"), "paper": "A4", "wide": True, "kind": "png", "scale": 0,
             "bounds": [105.52, 20.98, 105.55, 21.0], "layers": []}  # fmt: skip
    plain, *_ = printed("nền", asked)
    data, _, name = printed("nền", asked | {"base": kept.id})
    assert name == "xung-dot--ccn-1.png"
    bare, below = (
        np.asarray(Image.open(io.BytesIO(one)).convert("RGB")).astype(int) for one in (plain, data)
    )
    middle = np.s_[600:900, 500:1100]
    assert np.abs(below[middle] - bare[middle]).max() > 60
    # an unknown one is not looked for
    assert printed("nền", asked | {"base": "http://169.254.169.254/"})[0]


def test_a_basemap_below_leaves_the_window_as_it_is():
    of = Sheet("a", VN, AT, scale=25_000)
    picture = np.zeros((6, 8, 4), dtype=np.uint8)
    below = Ground("Nền", "", WINDOW, picture, 1, 0)
    limits = [
        (page.axes[0].get_xlim(), page.axes[0].get_ylim())
        for (page,) in (
            sheet_pages([], words("vi"), sheet=of, bounds=WINDOW, ground=one) for one in (None, below)
        )
    ]
    assert limits[0] == limits[1]
    assert sheet_bytes(sheet_pages([], words("vi"), sheet=of, bounds=WINDOW, ground=below), "pdf", of)
