"""Acts on candidates: registered, described, found out about, shown and hidden, let go."""
