"""What `tools/bench` measures, and what it measures against.

The process that takes the times imports nothing but the standard library: the peak memory of a process begins with that
of the one it was started from.
"""
