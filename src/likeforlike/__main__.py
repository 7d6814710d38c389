"""`python -m likeforlike`: the same as the command `likeforlike`."""

from likeforlike.publish.cli.main import app

if __name__ == "__main__":
    app()
