"""How answers are shown: words, maps, exports, the terminal and the pages."""
