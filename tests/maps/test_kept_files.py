"""Files from memory: the same bytes as from disk, and nothing that isn't one of them."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from maps.assets import PREFIX, STATIC, bundle_text, bundled, inlined
from maps.kept_files import KeptFiles
from tests.maps.conftest import awaited


@pytest.fixture
def folder(tmp_path):
    for name in ("js/index.DormvYxC.js", "css/index.C1JORDN2.css", "media/A.B-C_DeF1.woff2", "index.html"):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode() + b"\xff\x00")
    (tmp_path / "secret.DormvYxC.js").write_text("secret")
    return tmp_path / "in"


@pytest.fixture
def ask(folder):
    """Ask for an address: headers and body of the answer."""
    kept = KeptFiles(PlainTextResponse("inner"), prefix="/static/", folder=folder)

    def asked(path, *, method="GET", **headers):
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": given}
        said = []

        async def send(message):
            said.append(message)

        awaited(kept(scope, None, send))
        start, body = said
        return {k.decode(): v.decode() for k, v in start["headers"]}, body["body"]

    return asked


@pytest.mark.parametrize(
    ("name", "kind"),
    [("js/index.DormvYxC.js", "text/javascript"), ("css/index.C1JORDN2.css", "text/css"),
     ("media/A.B-C_DeF1.woff2", "font/woff2")],
)  # fmt: skip
def test_a_file_comes_as_it_lies_on_disk_and_may_be_kept(ask, folder, name, kind):
    for _ in range(2):
        headers, body = ask(f"/static/{name}")
        assert body == (folder / name).read_bytes()
        assert headers["content-type"].partition(";")[0] == kind
        assert headers["content-length"] == str(len(body))
        assert "immutable" in headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/static/index.html", "/static/../secret.DormvYxC.js", "/static/%2e%2e/secret.DormvYxC.js",
     "/static/js/", "/static/js/none.DormvYxC.js", "/js/index.DormvYxC.js", "/static//js/index.DormvYxC.js"],
)  # fmt: skip
def test_nothing_else_is_answered(ask, path):
    assert ask(path)[1] == b"inner"


def test_parts_and_other_verbs_go_the_usual_way(ask):
    path = "/static/js/index.DormvYxC.js"
    assert ask(path)[1] != b"inner"
    assert ask(path, range="bytes=0-3")[1] == b"inner"
    assert ask(path, method="POST")[1] == b"inner"


def test_the_application_answers_what_the_framework_brings():
    """An upgrade that names its files otherwise would make this part useless without a word."""
    import app

    names = KeptFiles(None, prefix="/static/", folder=app._FRAMEWORK)._files
    assert sum(name.startswith("/static/js/") for name in names) > 100


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_scripts_of_the_map_are_sent_as_one_with_all_that_is_in_them(lang):
    address = bundled(f"map-{lang}")
    assert address.startswith(PREFIX)
    text = bundle_text(address.rpartition("/")[2])
    for name in ("vendor/leaflet/leaflet.js", "thocong.js", "draw.js", "print.js"):
        assert (STATIC / name).read_text(encoding="utf-8") in text
    page = inlined(f'<script src="{address}"></script>')
    assert "TC.search" in page
    assert page.count("</script>") == 1


@pytest.mark.parametrize(
    "file", ["map-vi.00000000.js", "map-vi.js", "other.00000000.js", "../thocong.js", ""]
)
def test_a_bundle_with_other_contents_is_not_answered(file):
    assert bundle_text(file) is None


def test_the_application_sends_bundles():
    import app

    def asked(name):
        return awaited(app.bundle_response(Request({"type": "http", "path_params": {"name": name}})))

    name = bundled("map-vi").rpartition("/")[2]
    assert asked(name).body.decode() == bundle_text(name)
    assert "immutable" in asked(name).headers["cache-control"]
    assert asked("map-vi.00000000.js").status_code == 404
