from .export import Export

__all__ = ["Export"]
