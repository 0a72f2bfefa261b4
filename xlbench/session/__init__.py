"""What a worker holds: a loaded model, its open cells, and the visits to them.

Knows torch and tasks; knows nothing of files of results, of schedules or of other arms.
"""
