"""Token ids, windows, buckets, padded batches. Knows nothing of devices."""
