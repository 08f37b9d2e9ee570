"""Questions asked of checked layers: frames in, frames out, no files, no screen."""
