"""When a cell's latency changed, over the results of a folder."""
