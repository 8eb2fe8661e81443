"""Who has to know or do something now, and has she been told?"""
