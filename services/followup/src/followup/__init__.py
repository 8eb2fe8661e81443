"""What came of every promise?"""
