"""Maps from outside: what is refused, how each service is asked, and that nobody asks unless told to."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import Workspace
from layers.errors import QuestionError, SourceError, StoreError
from maps import basemap_service, outside
from maps.basemap_layers import offered_by, offered_in
from maps.basemap_service import basemap_address, basemap_tile, picture_of
from maps.basemaps import (
    BUILT_IN,
    Basemap,
    add_basemap,
    basemaps_of,
    checked_basemap,
    drop_basemap,
    shown_address,
    tile_at,
)
from maps.outside import HOSTS, checked_address, fetched
from tests.maps.conftest import awaited
from tests.maps.outside_service import WMS, MapService, colour_of

PLACE = (12, 3250, 1798)


@pytest.fixture
def service(monkeypatch):
    with MapService() as running:
        monkeypatch.setenv(HOSTS, running.host)
        yield running


@pytest.fixture
def base(tmp_path):
    return Workspace.create(tmp_path / "ws", crs=5897)


def xyz(address, **more):
    return Basemap("", "Thử", "xyz", address, **more)


def token_of(base, basemap):
    return basemap_address(str(base.folder), basemap).split("/")[4]


def test_a_new_workspace_has_only_maps_that_need_no_key_and_none_was_asked(base, monkeypatch):
    monkeypatch.setattr(outside, "fetched", lambda *_, **__: pytest.fail("asked"))
    assert basemaps_of(base) == list(BUILT_IN)
    assert all(checked_basemap(one) == one and one.attribution for one in BUILT_IN)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("javascript:alert(1)//{z}{x}{y}", "address_scheme"),
        ("file:///etc/passwd", "address_scheme"),
        ("data:image/png;base64,AAAA", "address_scheme"),
        ("ftp://a.vn/{z}/{x}/{y}", "address_scheme"),
        ("//a.vn/{z}/{x}/{y}", "address_scheme"),
        ("https://user:secret@a.vn/{z}/{x}/{y}", "address_credentials"),
        ("https://secret@a.vn/{z}/{x}/{y}", "address_credentials"),
        ("https:///{z}/{x}/{y}", "address_host"),
        ("https://{x}.a.vn/{z}/{x}/{y}", "address_host"),
        ("https://a.vn:22/{z}/{x}/{y}", "address_port"),
        ("https://a.vn:99999/{z}/{x}/{y}", "address_strange"),
        ("https://a.vn/{z}/{x}/{y}\r\nHost: b.vn", "address_strange"),
        ("https://a.vn\\@b.vn/{z}/{x}/{y}", "address_strange"),
        ("https://a.vn/" + "x" * 2000, "address_strange"),
    ],
)
def test_an_address_that_is_no_map_service_is_refused(address, why):
    with pytest.raises(QuestionError, match="basemap_address") as caught:
        checked_basemap(xyz(address))
    assert caught.value.fields["why"] == why
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.3.4", "169.254.169.254", "0.0.0.0", "100.64.0.1",
     "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[2002:7f00:1::]", "224.0.0.1", "localhost",
     "[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[fec0::1]", "a.localhost", "db.internal",
     "nas.local"],
)  # fmt: skip
def test_a_host_of_the_own_network_is_let_in_only_by_whoever_starts_the_server(host, monkeypatch):
    address = f"http://{host}/xyz"
    monkeypatch.delenv(HOSTS, raising=False)
    with pytest.raises(QuestionError, match="basemap_private"):
        checked_address(address)
    monkeypatch.setenv(HOSTS, f"other.vn, {host.strip('[]')}")
    assert checked_address(address).path == "/xyz"


def test_a_public_address_behind_a_translator_is_asked(monkeypatch):
    monkeypatch.delenv(HOSTS, raising=False)
    assert checked_address("http://[64:ff9b::5db8:d822]/xyz").path == "/xyz"


def test_a_name_that_leads_into_the_own_network_is_not_followed(monkeypatch):
    def looked_up(*_, **__):
        places = ("93.184.216.34", "10.0.0.8")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 80)) for place in places]

    monkeypatch.setattr(outside.socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(outside.socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(QuestionError, match="basemap_private"):
        fetched("http://looks.public.vn/1.png", most_bytes=10, within_s=1)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    asked = []
    monkeypatch.setattr(
        outside.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("93.184.216.34", 80))]
    )

    def connected(place, **_):
        asked.append(place)
        raise OSError

    monkeypatch.setattr(outside.socket, "create_connection", connected)
    with pytest.raises(SourceError, match="basemap_unreachable"):
        fetched("http://a.vn/1.png", most_bytes=10, within_s=1)
    assert asked == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    ("path", "code"),
    [("page", "basemap_no_picture"), ("large", "basemap_too_large"), ("wide", "basemap_no_picture"),
     ("moved", "basemap_refused"), ("nothing", "basemap_refused"), ("short", "basemap_unreachable")],
)  # fmt: skip
def test_an_answer_that_is_no_tile_is_refused(service, path, code):
    with pytest.raises(SourceError, match=code):
        picture_of(f"{service.address}/{path}")
    assert len(service.asked) == 1  # no redirection was followed, nothing was asked twice


def test_a_host_that_drips_is_cut_off(service):
    with pytest.raises(SourceError, match="basemap_unreachable"):
        fetched(f"{service.address}/slow", most_bytes=10_000, within_s=0.5)


def test_a_tile_of_each_service_is_the_one_that_was_asked_for(service, base):
    z, x, y = PLACE
    (wms,) = offered_by("wms", f"{service.address}/wms?map=ha_noi&SERVICE=x&layers=y")
    (wmts,) = offered_by("wmts", f"{service.address}/wmts")
    made = [
        xyz(f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png?key=secret"),
        wms.basemap,
        wmts.basemap,
        Basemap("", "R", "wmts", f"{service.address}/xyz/{{TileMatrix}}/{{tilecol}}/{{TileRow}}", "anh"),
    ]
    for one in made:
        kept = add_basemap(base, one)
        picture = basemap_tile(token_of(base, kept), z, x, y)
        assert (picture.media_type, colour_of(picture.data)) == ("image/png", (10 * z, x % 256, y % 256))
    assert "map=ha_noi" in service.asked[-4][0] or any("map=ha_noi" in path for path, _ in service.asked)
    assert all("Cookie" not in sent and "Referer" not in sent for _, sent in service.asked)


def test_what_a_service_offers_is_read_with_its_words_and_only_what_fits(service):
    (wms,) = offered_by("wms", f"{service.address}/wms")
    assert (wms.name, wms.basemap.attribution) == ("ranh_gioi", "UBND Thử")
    assert wms.title.startswith("Ranh giới <script>")  # text, for whoever shows it
    (wmts,) = offered_by("wmts", f"{service.address}/wmts")
    assert (wmts.basemap.matrix_set, wmts.basemap.style, wmts.basemap.max_zoom) == ("MET", "mau", 14)
    assert wmts.basemap.matrices[:4] == ("", "", "luoi:2", "luoi:3")
    assert wmts.basemap.tile_url(1, 0, 0) == ""


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not xml",
        b"<html/>",
        WMS.replace("3857", "4326").encode(),
        b'<!DOCTYPE x [<!ENTITY a "b">]><WMS_Capabilities>&a;</WMS_Capabilities>',
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'
         ).encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_layers_is_refused(text):
    with pytest.raises(SourceError, match="basemap_no_capabilities"):
        offered_in("wms", "https://a.vn/wms", text)


@pytest.mark.parametrize(
    ("basemap", "code"),
    [
        (xyz("https://a.vn/{z}/{x}.png"), "basemap_template"),
        (xyz("https://a.vn/tiles"), "basemap_template"),
        (Basemap("", "A", "wms", "https://a.vn/wms"), "basemap_layer"),
        (Basemap("", "A", "wmts", "https://a.vn/{TileMatrix}/{TileCol}", "a"), "basemap_template"),
        (Basemap("", "A", "wfs", "https://a.vn/wfs", "a"), "basemap_kind"),
        (Basemap("", " ", "wms", "https://a.vn/wms", "a"), "basemap_text"),
        (Basemap("", "A", "wms", "https://a.vn/wms", "a\nb"), "basemap_text"),
        (Basemap("", "A", "wms", "https://a.vn/wms", "a", image="text/html"), "basemap_text"),
        (Basemap("", "A" * 61, "wms", "https://a.vn/wms", "a"), "basemap_text"),
    ],
)
def test_what_is_no_basemap_is_refused(base, basemap, code):
    with pytest.raises(QuestionError, match=code):
        add_basemap(base, basemap)
    assert basemaps_of(base) == list(BUILT_IN)


@given(name=st.text(min_size=1, max_size=40), style=st.text(max_size=20))
def test_a_layer_name_never_leaves_its_place_in_the_address(name, style):
    made = Basemap("", "A", "wms", "https://a.vn/wms?map=1", name, style)
    address = made.tile_url(5, 3, 4)
    rest = made.__class__("", "R", "wmts", "https://a.vn/{Layer}/{TileMatrix}/{TileRow}/{TileCol}", name)
    assert address.startswith("https://a.vn/wms?map=1&SERVICE=WMS&")
    assert len(address.split("&")) == 12
    assert rest.tile_url(5, 3, 4).count("/") == 6


def test_a_basemap_is_kept_and_taken_out_by_anybody_without_losing_anothers(base):
    first = add_basemap(base, xyz("https://a.vn/{z}/{x}/{-y}.png", attribution="A"))
    second = add_basemap(Workspace(base.folder), Basemap("", "B", "wms", "https://b.vn/wms", "l"))
    assert basemaps_of(base)[len(BUILT_IN) :] == [first, second]
    drop_basemap(base, first.id)
    assert basemaps_of(Workspace(base.folder))[len(BUILT_IN) :] == [second]
    base.record("basemap", {"basemap": "own-x", "title": "X", "kind": "xyz", "address": "file:///etc/passwd"})
    assert basemaps_of(base)[len(BUILT_IN) :] == [second]  # a record that somebody wrote by hand


def test_a_tile_needs_the_token_of_a_map_that_is_still_there(service, base):
    kept = add_basemap(base, xyz(f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png"))
    token = token_of(base, kept)
    assert basemap_tile(token, 3, 9, 0) is None  # no such tile
    with pytest.raises(StoreError, match="token_invalid"):
        basemap_tile(token[:-2] + "xx", *PLACE)
    assert basemap_tile(token, *PLACE) is basemap_tile(token, *PLACE)  # from the shelf
    assert len(service.asked) == 1
    drop_basemap(base, kept.id)
    with pytest.raises(StoreError, match="token_invalid"):
        basemap_tile(token, 12, 1, 1)
    other = replace(kept, address="http://127.0.0.1:9/{z}/{x}/{y}")
    with pytest.raises(StoreError, match="token_invalid"):
        basemap_tile(token_of(base, other), *PLACE)  # signed, and yet not what the workspace has


def test_a_host_that_is_away_is_asked_once_and_then_left_alone(base, monkeypatch):
    monkeypatch.setenv(HOSTS, "127.0.0.1")
    with MapService() as gone:
        address = gone.address
    kept = add_basemap(base, xyz(f"{address}/xyz/{{z}}/{{x}}/{{y}}.png"))
    with pytest.raises(SourceError, match="basemap_unreachable"):
        basemap_tile(token_of(base, kept), *PLACE)
    monkeypatch.setattr(basemap_service, "fetched", lambda *_, **__: pytest.fail("asked again"))
    with pytest.raises(SourceError, match="basemap_unreachable"):
        basemap_tile(token_of(base, kept), 12, 1, 1)


def test_keys_are_not_shown():
    assert shown_address("https://a.vn/{z}/{x}/{y}?key=abc&x") == "https://a.vn/{z}/{x}/{y}?key=…&x=…"


def test_the_tile_of_a_place_holds_it():
    for zoom in (0, 5, 12, 18):
        x, y = tile_at(105.6, 21.0, zoom)
        assert 0 <= x < 2**zoom + 1
        assert 0 <= y < 2**zoom + 1
    assert tile_at(0.0, 0.0, 1) == (1, 1)


def test_the_application_answers_and_says_why_it_has_no_picture(service, base):
    from starlette.requests import Request

    import app

    good = add_basemap(base, xyz(f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png?key=secret"))
    bad = add_basemap(base, xyz(f"{service.address}/page/{{z}}/{{x}}/{{y}}"))

    def answer(token):
        place = {"token": token, "z": 12, "x": 3250, "y": 1798}
        return awaited(app.basemap_response(Request({"type": "http", "path_params": place, "headers": []})))

    found = answer(token_of(base, good))
    assert (found.status_code, found.media_type) == (200, "image/png")
    assert b"secret" not in b"".join(b"".join(pair) for pair in found.raw_headers)
    assert "secret" not in basemap_address(str(base.folder), good)
    none = answer(token_of(base, bad))
    assert (none.status_code, none.headers["x-thocong-why"]) == (204, "basemap_no_picture")
    assert answer("forged").status_code == 403
