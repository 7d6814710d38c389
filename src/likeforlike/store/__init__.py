"""Releases on disk: a folder of Parquet tables, definitions and a manifest, never changed once published."""
