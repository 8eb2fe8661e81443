"""People: who somebody is, kept where nobody else reads it."""
