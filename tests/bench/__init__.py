"""Whole-process benchmarks against plain ffmpeg; `make bench` runs them and prints ratios."""
