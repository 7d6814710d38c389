"""Checks of published numbers. Each has a stated rule and works on whole matrices; none changes a number."""
