"""Look into the built wheel: what must be in it, what must not, and whether it runs without a network.

Usage: python tools/check_wheel.py DIST_DIR
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

MUST = (
    "app.py",
    "layers/_data/reference/conflict_rules.csv",
    "layers/_data/sample/layers.toml",
    "layers/_data/sample/land_use_2025.parquet",
    "maps/_streamlit/config.toml",
    "maps/locale/vi.toml",
    "maps/locale/en.toml",
    "maps/static/thocong.js",
    "maps/static/vendor/manifest.json",
    "maps/static/vendor/leaflet/leaflet.js",
    "maps/static/vendor/leaflet/LICENSE",
    "maps/static/vendor/proj4/LICENSE.md",
)
OURS = ("layers/", "spatial/", "maps/", "app.py", "thocong-")
NEVER = ("tests/", "benchmarks/", "tools/", "node_modules", ".part", "__pycache__")
LARGEST_MB = 20


def main() -> None:
    """Fail with a list of what is wrong."""
    (wheel,) = sorted(Path(sys.argv[1]).glob("thocong-*.whl"))[-1:]
    names = zipfile.ZipFile(wheel).namelist()
    wrong = [f"missing: {m}" for m in MUST if m not in names]
    wrong += [f"foreign: {n}" for n in names if not n.startswith(OURS)]
    wrong += [f"must not be there: {n}" for n in names if any(part in n for part in NEVER)]
    size = wheel.stat().st_size / 2**20
    if size > LARGEST_MB:
        wrong.append(f"{size:.1f} MB, at most {LARGEST_MB}")
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"{wheel.name}: {len(names)} files, {size:.1f} MB")
    _try(wheel)


def _try(wheel: Path) -> None:
    """Install it beside the libraries of this environment, alone and without an index, and ask the doctor."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        libraries = next(p for p in sys.path if p.endswith("site-packages"))
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], check=True
        )
        site = subprocess.run(
            [python, "-c", "import site; print(site.getsitepackages()[0])"],
            capture_output=True,
            text=True,
            check=True,
        )
        # the libraries come after our own folder, so that the wheel is what is tried
        (Path(site.stdout.strip()) / "libraries.pth").write_text(libraries + "\n")
        done = subprocess.run([python, "-m", "maps.cli", "--lang", "en", "doctor"], cwd=folder, check=False)
        if done.returncode:
            raise SystemExit("the doctor finds fault with the wheel")


if __name__ == "__main__":
    main()
