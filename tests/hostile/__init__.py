"""Files that are damaged, hostile, or odd but whole; each made from a seed."""
