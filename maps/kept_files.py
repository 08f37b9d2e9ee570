"""Files whose names say what is in them, answered from memory: a page begins with some hundred of them."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["FOREVER", "KeptFiles"]

#: for an address that never holds anything else
FOREVER: Final = b"public, immutable, max-age=31536000"
_HASHED: Final = re.compile(r"\.[\w-]{8}\.(?:js|css|woff2)$")
_TYPES: Final = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".woff2": b"font/woff2",
}


class KeptFiles:
    """Answer requests for files of a folder from memory, and pass every other request on.

    Streamlit reads its scripts from disk in pieces, each by a thread of its own: a first visit asks for 150
    of them, which took longer than everything else the server does for the first map. Only files whose names
    hold a hash of their content are answered, looked up by their whole name; ranges and questions whether a
    file has changed go the usual way.

    Parameters
    ----------
    inner : ASGI application
    prefix : str
        Address of the folder, with a slash at both ends.
    folder : pathlib.Path
        What lies in it now; files that come later are not answered here.
    """

    def __init__(self, inner: ASGIApp, *, prefix: str, folder: Path) -> None:
        self.inner = inner
        found = (path for path in folder.rglob("*") if _HASHED.search(path.name))
        self._files = {f"{prefix}{path.relative_to(folder).as_posix()}": path for path in found}
        self._kept: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        path = scope.get("path", "")
        file = self._files.get(path) if scope["type"] == "http" and scope["method"] == "GET" else None
        if file is None or any(name == b"range" for name, _ in scope["headers"]):
            await self.inner(scope, receive, send)
            return
        body = self._kept.get(path)
        if body is None:
            body = self._kept[path] = await asyncio.to_thread(file.read_bytes)
        headers = [
            (b"content-type", _TYPES[file.suffix]),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", FOREVER),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
