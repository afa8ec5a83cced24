"""The clinic's catalogue of medicines: what a row must be like, who changes it, how it is found and brought in."""
