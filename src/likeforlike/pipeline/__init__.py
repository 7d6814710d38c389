"""From the publishers' raw files to a release. Read `pipeline/build.py` first: it is the whole path."""
