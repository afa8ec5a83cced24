"""The lists that people take as files: one module each, with base.py in common; registry.py knows them all."""
