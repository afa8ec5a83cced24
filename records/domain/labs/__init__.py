"""The laboratory. parse, units and flags are pure: plain values in, plain values out."""
