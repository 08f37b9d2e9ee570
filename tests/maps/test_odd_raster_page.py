"""An odd entry among the rasters of a workspace is seen on the page of layers."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from layers import Workspace
from maps.words import words


def script():
    from maps.pages import layers

    layers.show()


def test_an_odd_raster_is_named_on_the_page_of_layers(tmp_path, monkeypatch):
    base = Workspace.create(tmp_path / "w", crs=5897)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(base.folder))
    said = "slope-0123456789ab"
    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    assert not [h for h in page.get("html") if said in h.proto.body]
    base.entries.put("raster", said, {"measure": "slope"}, expected=None)
    page.run()
    (told,) = [h.proto.body for h in page.get("html") if said in h.proto.body]
    assert words("vi")("finding.raster_entry_odd", layer=said) in told
