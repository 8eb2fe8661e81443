"""Calls: who calls, what may be asked, how an error is said, what is never done twice."""
