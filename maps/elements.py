"""Folium elements of our own: offline assets, and scripts whose data can't be taken for a template.

Folium renders a script, and then compiles the result as a Jinja template and renders it again. Text from
a file that reads ``{{ ... }}`` would be run on the server in that second pass. Elements here put their
script into the page as it is, and no data of theirs ever holds an opening mark of a template.
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.plugins import Fullscreen, MeasureControl
from folium.template import Template

from maps.assets import asset, bundled

__all__ = [
    "NO_SCRIPTS",
    "Features",
    "Group",
    "MetricScale",
    "OfflineFullscreen",
    "OfflineMap",
    "OfflineMeasure",
    "Script",
    "script_json",
]


def script_json(value: Any) -> str:
    r"""Write JSON that is safe inside a script.

    Parameters
    ----------
    value : object
        Plain values.

    Returns
    -------
    str
        No tag can close the script, no line separator can break it, no template mark can open in it.

    Examples
    --------
    >>> script_json({"name": "</script>{{7*7}}"})
    '{"name": "\\u003c/script\\u003e{\\u007b7*7}}"}'
    """
    text = json.dumps(value, ensure_ascii=False)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # braces of JSON itself never stand together: a key begins with a quotation mark
    return text.replace("{{", "{\\u007b").replace("{%", "\\u007b%").replace("{#", "\\u007b#")


#: of a tool on a map: the map brings the scripts of all its tools
NO_SCRIPTS: Final[list[tuple[str, str]]] = []
_SHEETS: Final = [
    ("leaflet_css", asset("vendor/leaflet/leaflet.css")),
    ("thocong_css", asset("thocong.css")),
]
_FULLSCREEN_SHEETS: Final = [("fullscreen_css", asset("vendor/leaflet.fullscreen/fullscreen.css"))]
_MEASURE_SHEETS: Final = [("measure_css", asset("vendor/leaflet-measure/measure.css"))]


def _script_of(element: Element) -> Element:
    """Script of the page that an element stands in."""
    return cast("Figure", element.get_root()).script


class _AsItIs(Element):
    """Text that is put into the page and never rendered again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.text


class Script(MacroElement):
    """A call into our own script; its arguments go through JSON, never through HTML or a template.

    Parameters
    ----------
    function : str
        Name in ``TC``.
    *arguments
        Plain values, after the name of the element that this one stands on.
    """

    _template = Template("{% macro script(this, kwargs) %}{{ this.text() }}{% endmacro %}")
    _parent: Element  # asked for only once the call stands on its element

    def __init__(self, function: str, *arguments: Any) -> None:
        super().__init__()
        self._name = "Script"
        self.function = function
        self.arguments = arguments

    def text(self) -> str:
        """Return the call with the name of the element it stands on.

        Returns
        -------
        str
        """
        values = [self._parent.get_name(), *(script_json(a) for a in self.arguments)]
        return f"TC.{self.function}({', '.join(values)});"

    def render(self, **kwargs: Any) -> Any:
        """Put the script into the page, once."""
        _script_of(self).add_child(_AsItIs(self.text()), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)


class Features(Script):
    """Features of a group, drawn in a pane of their own.

    Parameters
    ----------
    data : dict
        GeoJSON; ``look`` of each feature is its place in `styles`.
    styles : list of dict
        Path options of Leaflet.
    pane : str
    """

    def __init__(self, data: dict[str, Any], styles: list[dict[str, Any]], pane: str) -> None:
        super().__init__("features", data, styles, pane)
        self._name = "Features"


class Group(folium.FeatureGroup):
    """A feature group whose facts reach our panel; folium would hand them over as its list of layers.

    Parameters
    ----------
    name : str
    facts : dict
        What the panel needs to know.
    """

    _template = Template("{% macro script(this, kwargs) %}{{ this.text() }}{% endmacro %}")
    _parent: Element  # asked for only once the group stands on its map

    def __init__(self, name: str, facts: dict[str, Any]) -> None:
        super().__init__(name=name)
        self.facts = facts

    def text(self) -> str:
        """Return the script that makes the group.

        Returns
        -------
        str
        """
        return f"var {self.get_name()} = L.featureGroup([], {{tc: {script_json(self.facts)}}});"

    def render(self, **kwargs: Any) -> Any:
        """Put the script into the page, once, then the features, then show the group."""
        page = _script_of(self)
        page.add_child(_AsItIs(self.text()), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        shown = f"{self.get_name()}.addTo({self._parent.get_name()});"
        page.add_child(_AsItIs(shown), name=f"{self.get_name()}_shown")


class MetricScale(MacroElement):
    """A scale bar in metres."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.scale({imperial: false, maxWidth: 110}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()
        self._name = "MetricScale"


class OfflineMap(folium.Map):
    """A folium map whose scripts and styles are served by the application.

    Parameters
    ----------
    lang : {"vi", "en"}
    **options
        Of the map.
    """

    default_css = _SHEETS

    def __init__(self, lang: str, **options: Any) -> None:
        super().__init__(**options)
        # all scripts of all tools that stand on a map
        self.default_js = [("map", bundled(f"map-{lang}"))]


class OfflineFullscreen(Fullscreen):
    """The full-screen button; since its version 5 the plugin is a class and no longer a factory function."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "new L.Control.FullScreen({{ this.options|tojavascript }}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )
    default_js = NO_SCRIPTS
    default_css = _FULLSCREEN_SHEETS

    def __init__(self, *, title: str, title_cancel: str) -> None:
        super().__init__(title=title, title_cancel=title_cancel)


class OfflineMeasure(MeasureControl):
    """The measuring tool in the language of the map."""

    default_js = NO_SCRIPTS
    default_css = _MEASURE_SHEETS

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
