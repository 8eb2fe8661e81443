"""Who is told what when, and how long a mail is tried. Standard library only."""
