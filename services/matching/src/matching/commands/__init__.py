"""What matching does: one file for each aggregate. No command commits."""
