"""Acts on placements: prepared, begun, ended."""
