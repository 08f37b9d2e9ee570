"""Makes the sample district: a simulated land around Thạch Thất and Quốc Oai, Hà Nội."""
