"""xlbench: per-language latency, throughput, memory and accuracy of multilingual encoders."""

__version__ = "0.1.0"
