"""What matching can be asked: one file for each aggregate."""
