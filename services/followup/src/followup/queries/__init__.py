"""What followup can be asked.

Rows are loaded here as they are; what is large is put together in a thread, so that whoever asks
for a year of a whole network keeps nobody else waiting.
"""
