"""What matching does: a folder for each of the four things it acts on. No command commits."""
