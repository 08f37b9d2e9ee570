"""An upload beyond the limit is refused by the server itself, however it is sent, and nothing stays of it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.maps.test_cli import ROOT, answers, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers import Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a signal")
LIMIT = 200 << 20
EDGE = "thocong"
HEAD = (
    f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="a.gpkg"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
TAIL = f"\r\n--{EDGE}--\r\n".encode()


class Visitor:
    """A browser with an open page: its session, and the token that its uploads carry."""

    def __init__(self, port: int) -> None:
        self.port = port
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("GET", "/_stcore/health")
        cookies = line.getresponse().headers.get_all("Set-Cookie") or []
        line.close()
        found = re.search(r'(_[a-z_]*xsrf)="?([^";]+)', " ".join(cookies))
        assert found, cookies
        self.token = found[2]
        self.headers = {
            "Cookie": f"{found[1]}={self.token}",
            "X-Xsrftoken": self.token,
            "Content-Type": f"multipart/form-data; boundary={EDGE}",
        }
        self.session = ""

    @contextmanager
    def visiting(self) -> Iterator[Visitor]:
        """Open the page, and keep it open."""
        with connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit", self.token],  # type: ignore[list-item]
            additional_headers={"Cookie": self.headers["Cookie"]},
            max_size=None,
            close_timeout=0.5,
        ) as page:
            ask = BackMsg()
            ask.rerun_script.query_string = ""
            page.send(ask.SerializeToString())
            told = ForwardMsg()
            while told.WhichOneof("type") != "new_session":
                told.ParseFromString(page.recv(timeout=60))  # type: ignore[arg-type]
            self.session = told.new_session.initialize.session_id
            yield self

    def upload(self, body: Any, *, chunked: bool, length: int | None = None) -> int:
        """Send a file; gives the code of the answer, which may come before all was sent."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {**self.headers, **({} if length is None else {"Content-Length": str(length)})}
        try:
            path = f"/_stcore/upload_file/{self.session}/file1"
            with suppress(BrokenPipeError, ConnectionResetError):  # the server hung up, and has said why
                line.request("PUT", path, body=body, headers=headers, encode_chunked=chunked)
            return int(line.getresponse().status)
        finally:
            line.close()


def pieces(size: int) -> Iterator[bytes]:
    """A file of so many bytes, as a form sends it."""
    yield HEAD
    piece = b"x" * (1 << 20)
    for _ in range(size >> 20):
        yield piece
    yield b"y" * (size & ((1 << 20) - 1))
    yield TAIL


@pytest.fixture
def visitor(small_workspace: Workspace, tmp_path: Path) -> Iterator[tuple[Visitor, Path]]:
    port, place = free_port(), tmp_path / "temporary"
    place.mkdir()
    command = [sys.executable, "-m", "maps.cli", "serve", "--workspace", str(small_workspace.folder)]
    given = {"cwd": ROOT, "env": {**os.environ, "TMPDIR": str(place)}}
    with subprocess.Popen([*command, "--port", str(port), "--no-browser"], **given) as process:  # type: ignore[call-overload]
        try:
            wait_for(lambda: answers(port))
            with Visitor(port).visiting() as guest:
                yield guest, place
        finally:
            process.kill()


def test_an_upload_beyond_the_limit_is_refused_and_leaves_nothing(
    visitor: tuple[Visitor, Path], small_workspace: Workspace
) -> None:
    guest, place = visitor
    whole = HEAD + b"x" * 1_000 + TAIL
    assert guest.upload(whole, chunked=False, length=len(whole)) == 204
    before = {str(p) for root in (place, small_workspace.folder) for p in root.rglob("*")}
    # with its true length: refused before a byte of it is read
    size = len(HEAD) + LIMIT + 1 + len(TAIL)
    assert guest.upload(HEAD, chunked=False, length=size) == 413
    # without any length, in pieces
    headers, guest.headers = guest.headers, {**guest.headers, "Transfer-Encoding": "chunked"}
    assert guest.upload(pieces(LIMIT + (2 << 20)), chunked=True) == 413
    assert guest.upload(pieces(1_000), chunked=True) == 204
    guest.headers = headers
    assert guest.upload(HEAD, chunked=False, length=-1) in (400, 413)
    # of a session that is nobody's, or with a forged token, not a byte is read
    guest.headers = {**headers, "X-Xsrftoken": "2|0|0|0"}
    assert guest.upload(HEAD, chunked=False, length=LIMIT - 1) == 403
    guest.headers, guest.session = headers, "somebody-else"
    assert guest.upload(HEAD, chunked=False, length=LIMIT - 1) == 400
    assert answers(guest.port)
    after = {str(p) for root in (place, small_workspace.folder) for p in root.rglob("*")}
    # the server draws land use ahead: what that needs comes from the layer, not from an upload
    own = str(small_workspace.folder / "coordinates")
    assert {p for p in after - before if not p.endswith(("-wal", "-shm")) and not p.startswith(own)} == set()
