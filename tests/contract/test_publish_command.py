"""`likeforlike publish`: what it says at the end, of dead links, and when it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from likeforlike.publish import static_site
from likeforlike.publish.cli.main import app
from likeforlike.publish.static_site import Broken, Published


def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, publish: Callable[..., Published]
) -> tuple[int, str, str]:
    monkeypatch.setattr(static_site, "publish", publish)
    result = CliRunner().invoke(app, ["publish", str(tmp_path)])
    return result.exit_code, result.stdout, result.stderr


def test_a_run_ends_with_what_it_wrote(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def publish(*_: object, progress: Callable[[int, int], None], **__: object) -> Published:
        progress(3, 4)
        return Published(written=3, kept=1, size_bytes=2_000_000, seconds=5.0, broken=())

    code, out, _ = run(monkeypatch, tmp_path, publish)
    assert (code, out) == (0, "3 files written, 1 kept, 2 MB in 5 s; 0 broken links.\n")


def test_a_dead_link_is_named_and_fails_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def publish(*_: object, **__: object) -> Published:
        return Published(3, 0, 1, 1.0, broken=(Broken("/gone", 404, "/councils"),))

    code, _, err = run(monkeypatch, tmp_path, publish)
    assert code == 1
    assert "404 /gone (linked from /councils)" in err


def test_a_stopped_run_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def publish(*_: object, **__: object) -> Published:
        raise KeyboardInterrupt

    code, _, err = run(monkeypatch, tmp_path, publish)
    assert code == 130
    assert "The same command goes on from here." in err
