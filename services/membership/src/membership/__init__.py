"""Who is a member, on what terms, and what did they promise?"""
