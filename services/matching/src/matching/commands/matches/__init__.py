"""Acts on matches: ranked, proposed, consented to, answered, accepted, ended."""
