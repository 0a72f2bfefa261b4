"""What a change to an encoder costs and what it buys: metrics beside latency and memory."""
