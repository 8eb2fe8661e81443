"""What followup does, one file for each part: in the caller's transaction, never committing."""
