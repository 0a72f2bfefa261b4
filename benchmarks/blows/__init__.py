"""Blows to runs of xlbench: kills, signals, full disks, flipped bits; and what each left."""
