"""Bank statements: read (files, layouts, cells, rows), kept (importing), matched to payments (matching, candidates),
and confirmed (confirming)."""
