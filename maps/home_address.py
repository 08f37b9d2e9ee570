"""Where the application lives, told to the page: else it tries every page's own address for a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HomeAddress"]

_HEAD: Final = b"<head>"
# scripts of the page stand beside it, so the folder it came from is the one that the server answers from
_SCRIPT: Final = (
    b"<script>window.__streamlit=Object.assign(window.__streamlit||{},"
    b'{BACKEND_BASE_URL:new URL("./",document.baseURI).href})</script>'
)
_SHORTCUTS: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
_ELSEWHERE: Final = ("/component/", "/_stcore/", "/gis/", "/static/", "/media/")


class HomeAddress:
    """Write the address of the server into the document of the application.

    Opened at the address of a page, the application asks below that address whether a server is there, and
    only then one level up; each page began with two answers *not found*, red in the browser's console.

    Parameters
    ----------
    inner : ASGI application
    """

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the address in it."""
        if scope["type"] != "http" or any(part in scope["path"] for part in _ELSEWHERE):
            await self.inner(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def with_address(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if _is_document(message):
                    start = message
                else:
                    await send(message)
            elif not start:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await send({**start, "headers": _headers(start, body)})
                    await send({"type": "http.response.body", "body": bytes(body)})

        await self.inner(_without_shortcuts(scope), receive, with_address)


def _is_document(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message["headers"]}
    html = headers.get(b"content-type", b"").startswith(b"text/html")
    whole = message["status"] == 200 and b"content-encoding" not in headers  # noqa: PLR2004 - OK
    return html and whole


def _headers(start: Message, body: bytearray) -> list[tuple[bytes, bytes]]:
    """Put the address into the document, and its new length into the headers."""
    at = body.find(_HEAD)
    if at >= 0:
        body[at + len(_HEAD) : at + len(_HEAD)] = _SCRIPT
    # with HEAD there is no body, and the length stays what it was
    length = str(len(body)).encode() if body else None
    return [
        (name, length if name.lower() == b"content-length" and length else value)
        for name, value in start["headers"]
    ]


def _without_shortcuts(scope: Scope) -> Scope:
    """Ask for the document whole and plain: not by its path, not packed, not as *unchanged*."""
    known = dict(scope.get("extensions") or {})
    known.pop("http.response.pathsend", None)
    headers = [pair for pair in scope["headers"] if pair[0].lower() not in _SHORTCUTS]
    return {**scope, "extensions": known, "headers": headers}
