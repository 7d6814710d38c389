"""A refresh that is killed: the release that is served stays whole, and no body the index names is lost."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import live_kit as kit
import refresh_kit
from likeforlike.pipeline.refresh_report import ReleaseState
from likeforlike.store.release import read_manifest
from likeforlike.store.snapshots import SnapshotStore
from likeforlike.store.verify import verify

TESTS = Path(__file__).resolve().parents[1]
CHILD = """
import sys
from pathlib import Path

import refresh_kit

base, store, out = sys.argv[1:]
refresh = refresh_kit.refresh_of(Path(store), Path(out))
print("begins", flush=True)
refresh.run([refresh_kit.els_service(base)])
print("ended", flush=True)
"""
KILLS = 6


def test_a_refresh_that_is_killed_loses_nothing_and_breaks_nothing(tmp_path):
    draw = random.Random(7)
    editions = dict.fromkeys(refresh_kit.NAMES, 0)
    store, out = tmp_path / "snapshots", tmp_path / "releases"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    with kit.publisher() as publisher:
        publisher.resources["/data.csv"] = refresh_kit.els_answer(editions)
        services = [refresh_kit.els_service(publisher.base)]
        refresh_kit.refresh_of(store, out).run(services)
        served = read_manifest(out / "current").release_id
        began = time.perf_counter()
        for name in editions:
            editions[name] += 1
        assert refresh_kit.refresh_of(store, out).run(services).state is ReleaseState.PUBLISHED
        usual = time.perf_counter() - began
        for _ in range(KILLS):
            for name in editions:
                editions[name] += 1
            served = read_manifest(out / "current").release_id
            with subprocess.Popen(
                [sys.executable, "-c", CHILD, publisher.base, str(store), str(out)],
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            ) as child:
                assert child.stdout is not None
                assert child.stdout.readline() == "begins\n"
                time.sleep(draw.random() * usual)
                child.kill()
            assert verify(out).differences == ()
            seen = SnapshotStore(store)
            for one in seen.retrievals():
                if one.sha256 is not None:
                    content = seen.path_of(one.sha256).read_bytes()
                    assert hashlib.sha256(content).hexdigest() == one.sha256
        report = refresh_kit.refresh_of(store, out).run(services)
        assert not report.went_wrong
        assert verify(out).differences == ()
        assert read_manifest(out / "current").release_id == report.release_id != served
