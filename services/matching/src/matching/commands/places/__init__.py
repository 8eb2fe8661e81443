"""Acts on places: offered, opened, paused, closed; their slots; what membership tells of them."""
