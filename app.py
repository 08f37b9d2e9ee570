"""The application: routes, headers, and the script with the page table."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.errors import ThoCongError
from maps.assets import BUNDLE_ROUTE, STATIC, bundle_text
from maps.basemap_service import BASEMAP_ROUTE, HANDS, basemap_tile
from maps.home_address import HomeAddress
from maps.jobs import JOBS
from maps.kept_files import FOREVER, KeptFiles
from maps.pages._frame import open_frame, sentences, speak, workspace_folder
from maps.pages._import_kept import forget_kept
from maps.pages._running import show_running
from maps.pages._start import note_pages
from maps.pages._warm import warm_pages
from maps.printing.service import PRINT_ROUTE, PRINTERS, printed, title_of
from maps.search_service import FINDERS, SEARCH_ROUTE, find_places
from maps.tile_service import TILE_ROUTE, keep_ready, tile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("thocong")
_PAGES = Path(__file__).parent / "maps" / "pages"
_FRAMEWORK = Path(st.__file__).parent / "static" / "static"  # scripts and styles that Streamlit brings
# the map component evaluates its scripts; nothing may come from, or go to, another host
_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self' ws: wss: blob:; "
    "worker-src 'self' blob:; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
)


class SafeHeaders:
    """Put the headers on every answer."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self.inner(scope, receive, with_headers if scope["type"] == "http" else send)


async def tile_response(request: Request) -> Response:
    """Answer a request for a map tile."""
    place = request.path_params
    try:
        picture = await asyncio.to_thread(tile, place["token"], place["z"], place["x"], place["y"])
    except ThoCongError as error:
        return Response(status_code=403 if error.code == "token_invalid" else 404)
    if picture is None:
        return Response(status_code=204)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=28800"})


async def bundle_response(request: Request) -> Response:
    """Answer a request for the scripts of the map, which are sent as one."""
    text = bundle_text(request.path_params["name"])
    if text is None:
        return Response(status_code=404)
    return Response(text, media_type="text/javascript", headers={"Cache-Control": FOREVER.decode()})


async def basemap_response(request: Request) -> Response:
    """Answer a request for a tile of a map from outside; why there is none stands in a header."""
    place = request.path_params
    kept = {"Cache-Control": "private, max-age=86400"}
    fetch = partial(basemap_tile, place["token"], place["z"], place["x"], place["y"])
    try:
        picture = await asyncio.get_running_loop().run_in_executor(HANDS, fetch)
    except ThoCongError as error:
        if error.code == "token_invalid":
            return Response(status_code=403)
        return Response(status_code=204, headers={"Cache-Control": "no-store", "X-Thocong-Why": error.code})
    if picture is None:
        return Response(status_code=204, headers=kept)
    return Response(picture.data, media_type=picture.media_type, headers=kept)


async def search_response(request: Request) -> Response:
    """Answer the search box of a map."""
    asked = request.query_params.get("q", "")
    try:
        find = partial(find_places, request.path_params["token"], asked)
        places = await asyncio.get_running_loop().run_in_executor(FINDERS, find)
    except ThoCongError as error:
        return Response(status_code=403 if error.code == "token_invalid" else 404)
    return JSONResponse(places, headers={"Cache-Control": "no-store"})


async def print_response(request: Request) -> Response:
    """Print what a map shows; asked without a question, say what it shows."""
    try:
        if request.method == "GET":
            facts = {"title": title_of(request.path_params["token"])}
            return JSONResponse(facts, headers={"Cache-Control": "no-store"})
        asked = await request.json()
        press = partial(printed, request.path_params["token"], asked)
        data, media, name = await asyncio.get_running_loop().run_in_executor(PRINTERS, press)
    except ValueError:
        return Response(status_code=400)
    except ThoCongError as error:
        return Response(status_code=403 if error.code == "token_invalid" else 400)
    kept = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media, headers=kept)


def _ready_first(done: Event) -> None:
    """Load what the pages stand on, then draw what the first look at large layers will ask for."""
    for part in sorted(_PAGES.parent.glob("[a-z]*.py")):
        if part.stem != "job_worker":
            import_module(f"maps.{part.stem}")
    try:
        warm_pages(workspace_folder())
    except Exception:  # noqa: BLE001 - a visitor will be told what is wrong; the rest is none the worse
        _LOG.info("pages not warmed", exc_info=True)
    keep_ready(workspace_folder(), done)


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm what the first question would wait for."""
    from layers import reference  # noqa: PLC0415

    await asyncio.to_thread(lambda: [reference.table(name) for name in reference.names()])
    done = Event()
    Thread(target=_ready_first, args=(done,), daemon=True).start()
    # questions are answered by processes of their own: the first one compiles, and keeps the code on disk
    JOBS.workers.start()
    yield {}
    done.set()
    JOBS.close()


def say_sorry(error: Exception) -> bool:
    """Show a sentence for an error that nobody foresaw; the log has the rest."""
    _LOG.error("page failed", exc_info=error)
    words = speak()
    st.error(words("error.internal", found=type(error).__name__))
    return True


def show() -> None:
    """Show the page that was asked for."""
    words = open_frame()
    start = st.Page(_PAGES / "start.py", title=words("page.start.title"), url_path="bat-dau", default=True)
    pages = {
        "": [start],
        words("nav.analysis"): [
            st.Page(_PAGES / "conflicts.py", title=words("page.conflicts.title"), url_path="xung-dot"),
            st.Page(_PAGES / "distances.py", title=words("page.distances.title"), url_path="khoang-cach"),
            st.Page(_PAGES / "compare.py", title=words("page.compare.title"), url_path="so-sanh-ky"),
            st.Page(
                _PAGES / "absorption.py", title=words("page.absorption.title"), url_path="dat-bi-hap-thu"
            ),
            st.Page(_PAGES / "change.py", title=words("page.change.title"), url_path="bien-dong"),
            st.Page(_PAGES / "candidates.py", title=words("page.candidates.title"), url_path="chon-dia-diem"),
        ],
        words("nav.data"): [
            st.Page(_PAGES / "layers.py", title=words("page.layers.title"), url_path="lop-du-lieu"),
            st.Page(_PAGES / "rules.py", title=words("page.rules.title"), url_path="quy-dinh"),
            st.Page(_PAGES / "runs.py", title=words("page.runs.title"), url_path="luot-hoi"),
        ],
    }
    if os.environ.get("THOCONG_GALLERY"):
        parts = st.Page(_PAGES / "gallery.py", title=words("page.gallery.title"), url_path="bo-phan")
        pages[words("nav.data")].append(parts)
    note_pages(pages[words("nav.analysis")], pages[words("nav.data")][0])
    page = st.navigation(pages)
    show_running({one.url_path: one for group in pages.values() for one in group}, page.url_path)
    if page.url_path != "lop-du-lieu":  # the files left with the page they were given on
        forget_kept()
    with sentences():  # what a part of a page says itself stays beside it; the rest is said here
        page.run()


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        Path(__file__),
        lifespan=lifespan,
        on_script_error=say_sorry,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(KeptFiles, prefix="/static/", folder=_FRAMEWORK),
            Middleware(HomeAddress),
        ],
        routes=[
            Route(TILE_ROUTE, tile_response),
            Route(BASEMAP_ROUTE, basemap_response),
            Route(SEARCH_ROUTE, search_response),
            Route(PRINT_ROUTE, print_response, methods=["GET", "POST"]),
            Route(BUNDLE_ROUTE, bundle_response),
            Mount("/gis/static", StaticFiles(directory=STATIC)),
        ],
    )
else:
    show()
