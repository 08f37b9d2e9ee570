"""Page *Khoảng cách an toàn*: how far things are apart, and how far they have to be."""

from __future__ import annotations

from maps.distance_question import answer_distances
from maps.pages._distance_ask import distance_question
from maps.pages._distance_view import DistanceView
from maps.pages._view import show_page

if __name__ == "__main__":
    show_page(DistanceView, distance_question, answer_distances)
