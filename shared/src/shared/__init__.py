"""What every service stands on, and no word of the business outside `events`."""
