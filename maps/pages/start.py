"""Page *Bắt đầu*: what the workspace holds, what to do next, and the other workspaces."""

from __future__ import annotations

from maps.pages._start import show_start

if __name__ == "__main__":
    show_start()
