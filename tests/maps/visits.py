"""Pages visited without a browser: the map component is replaced by a note of what it was given."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


def visits(monkeypatch):
    """Open pages of a workspace; what their maps were given lies in ``shown``."""
    import maps.pages._compare_view
    import maps.pages._map

    shown = []

    def note(chart, **given):
        shown.append((chart, given))

    for module in (maps.pages._map, maps.pages._compare_view):
        monkeypatch.setattr(module, "st_folium", note)

    def start(folder, *, page="conflicts", lang="vi", ws=None, **params):
        monkeypatch.setenv("THOCONG_WORKSPACE", str(folder))
        test = AppTest.from_file(str(APP), default_timeout=120)
        test.query_params["lang"] = lang
        if ws:
            test.query_params["ws"] = ws
        test.run()
        for name, value in params.items():
            test.query_params[name] = value
        if page:
            test.switch_page(f"maps/pages/{page}.py").run()
        assert not test.exception, test.exception
        return test

    start.shown = shown
    return start


def press(test, label):
    (button,) = [b for b in test.button if b.label == label]
    button.click().run()
    assert not test.exception, test.exception
    return test


def html_of(test):
    return "\n".join(str(p.proto.body) for p in test.get("html"))


def text_of(test):
    parts = [*test.markdown, *test.caption, *test.info, *test.error]
    return "\n".join(str(p.value) for p in parts)
