"""What every first visitor would wait for: parts of the pages, of the framework, and layers."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Final

from streamlit.components.v1.custom_component import CustomComponent
from streamlit.logger import get_logger
from streamlit.runtime import get_instance

from layers.errors import ThoCongError
from layers.store import Workspace

__all__ = ["warm_pages"]

# of the framework and the tables: loaded with the first page icon, the first table
_LATE: Final = ("streamlit.emojis", "pandas.io.formats.style")
_SAYS_NO_PAGE: Final = "streamlit.runtime.scriptrunner_utils.script_run_context"
_MOST: Final = 16  # layers looked at before anybody asks


def warm_pages(folder: str) -> None:
    """Load the parts of the pages, and the layers that the map of all layers shows.

    Parameters
    ----------
    folder : str
        The workspace; it need not be there.
    """
    _register_components()
    for part in sorted(Path(__file__).parent.glob("_[a-z]*.py")):
        import_module(f"maps.pages.{part.stem}")
    for name in _LATE:
        import_module(name)
    # the first element of a page looks at its callers, and with them at the file of every module
    inspect.stack()
    from maps.pages._about import newest_of  # noqa: PLC0415 - the map's parts, after its component is known
    from maps.pages._cache import cached_sight  # noqa: PLC0415

    try:
        base = Workspace(folder)
        for version in newest_of(base.layers())[:_MOST]:
            cached_sight(str(base.folder), version.layer, version.version)
    except ThoCongError:
        return  # the page itself will say what is wrong with it


def _register_components() -> None:
    """Tell the server of the map component, which would else be known only to a script that imports it first.

    Before anything else imports it: a page that came between would have a map whose frame is not found.
    """
    said = get_logger(_SAYS_NO_PAGE)
    said.disabled = True  # that no page asks for the component is the point here, not a mistake
    try:
        import streamlit_folium  # noqa: PLC0415
    finally:
        said.disabled = False
    known = get_instance().component_registry
    for one in vars(streamlit_folium).values():
        if isinstance(one, CustomComponent):
            known.register_component(one)
