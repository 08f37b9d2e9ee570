"""Ours beside the peers that are installed, on the same input in the same run."""
