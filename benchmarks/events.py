"""A hundred million events by council and month: the declared aggregation on DuckDB and on Spark, beside a
query written by hand.

The real file of street crimes is written again and again, its months moved back, into one Parquet file in a
temporary folder, which is removed afterwards. Each engine runs in a process of its own; memory is the most
that process and its children held, each by its own account (VmHWM, so on Linux only), and processor time that
of them all, which does not depend on what else the machine does. Figures must be equal.

    python -m benchmarks.events [MILLION ROWS]
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.event import EventDefinition
from likeforlike.observations.event_engines import MEMORY_MB, THREADS, EngineName, engine, why_no_spark
from likeforlike.observations.events import aggregate
from likeforlike.pipeline.events import read_lookups

RAW = Path(os.environ.get("LIKEFORLIKE_RAW", "../shared/data"))
MILLION = 1_000_000
ROWS = 100 * MILLION
#: Copies go back by five months each, and begin again after 28: 140 months in all.
MONTHS_OF_A_COPY, COPIES_BACK = 5, 28
NEEDED_BYTES = 4_000_000_000
BY_HAND = """
    select today.area, month,
           count(*) filter (crime_type <> 'Anti-social behaviour'),
           count(*) filter (crime_type = 'Anti-social behaviour'),
           count(*) filter (crime_type = 'Violence and sexual offences'),
           count(*) filter (crime_type = 'Burglary'),
           count(*) filter (crime_type = 'Shoplifting'),
           count(*) filter (crime_type = 'Vehicle crime'),
           count(*) filter (crime_type = 'Criminal damage and arson')
    from read_parquet(?) join today on lsoa11cd = today.small
    group by all
"""


def definition() -> EventDefinition:
    """The release's own, over more months."""
    own = load_definitions().events["police_street_crime"]
    return own.model_copy(update={"date": own.date.model_copy(update={"first": date(2000, 1, 1)})})


def grow(out: Path, rows: int) -> None:
    """Write `rows` events made of the real ones."""
    connection = duckdb.connect()
    connection.execute(f"set threads={THREADS}; set memory_limit='1GB'; set preserve_insertion_order=false")
    real = str(RAW / definition().file)
    (count,) = connection.execute("select count(*) from read_parquet(?)", [real]).fetchone()  # type: ignore[misc]
    copies = -(-rows // count)
    connection.execute(
        f"""copy (
            select strftime((month || '-01')::date - to_months({MONTHS_OF_A_COPY} * (n % {COPIES_BACK})::int), '%Y-%m')
                   as month, force, lsoa11cd, lsoa_name, crime_type, last_outcome
            from range({copies}) copies(n), read_parquet('{real}') limit {rows}
        ) to '{out}' (format parquet)"""  # noqa: S608 - paths of our own
    )


def by_engine(name: EngineName, file: Path) -> None:
    """Aggregate, and print seconds, values and their hash."""
    declared, register = definition(), load_register()
    lookups = read_lookups(RAW, declared)
    with engine(name) as running:
        start = time.perf_counter()
        found = aggregate(running, [file], declared, lookups, register)
        seconds = time.perf_counter() - start
    text = found.values.write_csv() + found.account.write_csv()
    counted = {row["reason"]: row["rows"] for row in found.account.iter_rows(named=True)}
    say(seconds, hashlib.sha256(text.encode()).hexdigest(), counted)


def by_hand(file: Path) -> None:
    """The query a person would write: no account of rows, no reporters, figures of councils alone."""
    areas = read_lookups(RAW, definition()).areas
    assert areas, "the definition has a lookup"
    register = load_register()
    connection = duckdb.connect()
    connection.execute(
        f"set threads={THREADS}; set memory_limit='{MEMORY_MB}MB'; set preserve_insertion_order=false"
    )
    start = time.perf_counter()
    connection.execute("create table today(small varchar, area varchar)")
    pairs = [(small, register.successors(district)[0]) for small, district in areas.items()]
    placed = "), (".join(f"'{small}', '{area}'" for small, area in pairs)
    connection.execute(f"insert into today values ({placed})")  # noqa: S608 - codes of our own
    rows = connection.execute(BY_HAND, [str(file)]).fetchall()
    say(time.perf_counter() - start, "", {"counted": sum(row[2] + row[3] for row in rows)})


def say(seconds: float, digest: str, counted: dict[str, int]) -> None:
    print(json.dumps({"seconds": seconds, "digest": digest, "counted": counted}))


def measure(how: str, file: Path) -> tuple[dict, float, float, float]:
    """Run one way in its own process: what it said, wall and processor seconds, and the sum of its processes'
    peaks in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.events", "--run", how, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peaks: dict[int, int] = {}
    used: dict[int, float] = {}
    while process.poll() is None:
        for pid in family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), peak_kb(pid))
            used[pid] = max(used.get(pid, 0.0), processor_s(pid))
        time.sleep(0.05)
    assert process.stdout is not None
    said = process.stdout.read().strip().split("\n")[-1]
    if process.returncode:
        sys.exit(f"{how} failed; run it by itself: python -m benchmarks.events --run {how} {file}")
    return json.loads(said), time.perf_counter() - start, sum(used.values()), sum(peaks.values()) / 1000


def family(pid: int) -> list[int]:
    """A process and all it started."""
    found = [pid]
    for one in found:
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in thread.read_text().split()]
            except OSError:
                continue
    return found


def peak_kb(pid: int) -> int:
    """The most memory a process has held; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def processor_s(pid: int) -> float:
    """Processor seconds of a process; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(rows: int) -> None:
    """Print the table."""
    if not RAW.is_dir():
        print(f"Events: left out, there are no raw files in {RAW} (LIKEFORLIKE_RAW names their folder)")
        return
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < NEEDED_BYTES:
        sys.exit(f"Events: {free / 1e9:.1f} GB of disk are free; 4 GB are wanted.")
    with tempfile.TemporaryDirectory(prefix="likeforlike-bench-") as folder:
        file = Path(folder) / "events.parquet"
        grow(file, rows)
        print(f"{rows:,} events, {file.stat().st_size / 1e6:,.0f} MB of Parquet, {THREADS} threads")
        print(
            f"{'':<22}{'seconds':>9}{'with start':>12}{'processor s':>13}{'million rows/s':>16}{'peak MB':>9}"
        )
        answers = {}
        ways = ["by-hand", "duckdb", *([] if why_no_spark() else ["spark"])]
        for how in ways:
            answer, wall, used, peak = measure(how, file)
            answers[how] = answer
            rate = rows / answer["seconds"] / MILLION
            print(
                f"{how:<22}{answer['seconds']:>9.1f}{wall:>12.1f}{used:>13.1f}{rate:>16.1f}{peak:>9,.0f}",
                flush=True,
            )
    if why := why_no_spark():
        print(f"Spark is left out: {why}.")
    else:
        assert answers["duckdb"]["digest"] == answers["spark"]["digest"], "DuckDB and Spark differ"
        print("DuckDB and Spark: figures and account are identical")
    placed = sum(
        rows
        for reason, rows in answers["duckdb"]["counted"].items()
        if reason.startswith(("counted", "the reporter"))
    )
    assert placed == answers["by-hand"]["counted"]["counted"], "the query by hand counts other rows"
    print(f"The query by hand places the same {placed:,} rows")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        way, path = sys.argv[2], Path(sys.argv[3])
        by_hand(path) if way == "by-hand" else by_engine(EngineName(way), path)
    else:
        main(int(float(sys.argv[1]) * MILLION) if sys.argv[1:] else ROWS)
