"""The pictures of a report, one file each. A new one is a file and a line in ``registry``."""
