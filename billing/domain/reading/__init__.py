"""Reading the pictures that patients send as proof. What decodes them runs in a process of its own (child.py), bounded
in time and memory, so that a picture that breaks a decoder breaks nothing else."""
