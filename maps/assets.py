"""Scripts and styles of the map: pinned third-party files and our own, served by the application itself.

Nothing is asked from outside. Addresses are relative to the map frame, so any base path works; a
standalone file gets the same assets written into it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from layers.errors import SourceError

__all__ = [
    "BUNDLE_ROUTE",
    "PREFIX",
    "STATIC",
    "asset",
    "bundle_text",
    "bundled",
    "inlined",
    "outside_addresses",
    "vendor_packages",
]

STATIC: Final = Path(__file__).parent / "static"
#: from the frame of the map component to the route that serves STATIC
PREFIX: Final = "../../gis/static/"
#: where the application serves bundles
BUNDLE_ROUTE: Final = "/gis/static/bundle/{name}"
# the map component asks for one script after the other, each when the last has come: so few, not many
_BUNDLES: Final = {
    f"map-{lang}": (
        "vendor/leaflet/leaflet.js",
        "vendor/proj4/proj4.js",
        "vendor/leaflet.fullscreen/fullscreen.js",
        f"vendor/leaflet-measure/measure.{lang}.js",
        "thocong.js",
        "fit.js",
        "basemap.js",
        "compare.js",
        "draw.js",
        "find.js",
        "print.js",
    )
    for lang in ("vi", "en")
}
# kept by name: addresses in texts of licences and in XML namespaces are not requests
_NAMESPACES: Final = ("http://www.w3.org/",)


def asset(path: str) -> str:
    """Address of an asset for a page of the application.

    Parameters
    ----------
    path : str
        Below ``maps/static``.

    Returns
    -------
    str

    Raises
    ------
    SourceError
        ``asset_missing``: the package was built without its map assets.
    """
    if not (STATIC / path).is_file():
        raise SourceError("asset_missing", path=path)
    return PREFIX + path


def bundled(name: str) -> str:
    """Address of scripts that are sent as one.

    Parameters
    ----------
    name : str
        Of the bundle.

    Returns
    -------
    str
        It changes when what is in it changes.

    Raises
    ------
    SourceError
        ``asset_missing``: the package was built without its map assets.
    """
    return f"{PREFIX}bundle/{name}.{hashlib.sha256(_joined(name).encode()).hexdigest()[:8]}.js"


def bundle_text(file: str) -> str | None:
    """Write the scripts of a bundle one after the other.

    Parameters
    ----------
    file : str
        The last part of its address.

    Returns
    -------
    str or None
        ``None`` where the address is not of a bundle, or of one with other contents.
    """
    name = file.partition(".")[0]
    return _joined(name) if name in _BUNDLES and bundled(name).endswith(f"/{file}") else None


@cache
def _joined(name: str) -> str:
    for path in _BUNDLES[name]:
        asset(path)
    # a comment at the end of one script must not swallow the beginning of the next
    return "\n;\n".join((STATIC / path).read_text(encoding="utf-8") for path in _BUNDLES[name])


@cache
def vendor_packages() -> list[dict[str, str]]:
    """List the third-party packages that are shipped.

    Returns
    -------
    list of dict
        ``name``, ``version``, ``license``; empty where the assets were never fetched.
    """
    manifest = STATIC / "vendor" / "manifest.json"
    if not manifest.is_file():
        return []
    packages: list[dict[str, str]] = json.loads(manifest.read_text(encoding="utf-8"))["packages"]
    return packages


def inlined(html: str) -> str:
    """Write the assets a page refers to into the page, so that it opens from a file without a network.

    Parameters
    ----------
    html : str
        Page whose scripts and styles have addresses from :func:`asset`.

    Returns
    -------
    str
    """
    prefix = re.escape(PREFIX)
    html = re.sub(rf'<script src="{prefix}([^"]+)"></script>', _script, html)
    return re.sub(rf'<link rel="stylesheet" href="{prefix}([^"]+)"\s*/?>', _style, html)


def _script(found: re.Match[str]) -> str:
    folder, _, file = found.group(1).rpartition("/")
    text = bundle_text(file) if folder == "bundle" else None
    if text is None:
        text = (STATIC / found.group(1)).read_text(encoding="utf-8")
    safe = text.replace("</script", "<\\/script")
    return f"<script>{safe}</script>"


def _style(found: re.Match[str]) -> str:
    path = STATIC / found.group(1)

    def picture(reference: re.Match[str]) -> str:
        name = reference.group(1).strip("'\"").split("?")[0].split("#")[0]
        file = (path.parent / name).resolve()
        if name.startswith("data:") or not file.is_file():
            return reference.group(0) if name.startswith("data:") else "url()"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return f"url(data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()})"

    text = re.sub(r"url\(([^)]*)\)", picture, path.read_text(encoding="utf-8"))
    return f"<style>{text}</style>"


def outside_addresses(element: Any) -> list[str]:
    """List the addresses outside the application that a folium map would ask for.

    Parameters
    ----------
    element : branca element
        A map or any part of one.

    Returns
    -------
    list of str
        Empty for every map that we make.
    """
    found = [
        address
        for name in ("default_js", "default_css")
        for _, address in getattr(element, name, [])
        if "://" in address and not address.startswith(_NAMESPACES)
    ]
    for child in getattr(element, "_children", {}).values():
        found += outside_addresses(child)
    return found
