"""likeforlike: compare councils in England fairly.

Read `likeforlike.pipeline` first: it is the whole path from raw files to a release.
"""

__version__ = "0.1.0"
