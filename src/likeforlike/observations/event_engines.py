"""Where an aggregation of events runs: DuckDB in this process, or Spark.

Both read Parquet and comma-separated files (a header, every column text) and answer one Ibis expression.
"""

from __future__ import annotations

import csv
import gzip
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import ibis
import polars as pl

from likeforlike.domain.errors import RequestError

#: What DuckDB may hold; beyond it, it writes to a temporary folder. The process takes about 300 MB more.
MEMORY_MB = 512
SPARK_MEMORY_MB = 2048
THREADS = 2


class EngineName(StrEnum):
    """Which engine goes over the rows."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True)
class Engine:
    """A connection that reads files and collects answers."""

    backend: Any  # ibis gives each backend a class of its own

    def read(self, files: Sequence[Path]) -> ibis.Table:
        """The rows of all files, which have the same columns.

        Raises RequestError for a file that is absent, of another kind, or cannot be read.
        """
        paths = [str(path) for path in files]
        for path in files:
            if not path.is_file():
                raise RequestError(
                    f"There is no file {path}.", instead="Name a Parquet or CSV file of events."
                )
        kinds = {_kind(path) for path in files}
        if len(kinds) != 1:
            raise RequestError(
                "The files are not of one kind.", instead="Give Parquet files, or comma-separated ones."
            )
        try:
            if kinds == {".csv"}:
                _check_headers(files)
            with self._quiet():
                if kinds == {".csv"}:
                    return self._read_csv(paths)
                return self.backend.read_parquet(paths if len(paths) > 1 else paths[0])
        except RequestError:
            raise
        except Exception as problem:
            raise RequestError(f"{paths[0]} cannot be read ({_first_line(problem)}).") from problem

    def collect(self, expression: ibis.Table) -> pl.DataFrame:
        """The answer as a table."""
        try:
            with self._quiet():
                answer = pl.from_arrow(self.backend.to_pyarrow(expression))
        except Exception as problem:
            raise RequestError(f"The rows cannot be read ({_first_line(problem)}).") from problem
        assert isinstance(answer, pl.DataFrame), "an expression with columns gives a table"
        return answer

    def _quiet(self) -> AbstractContextManager[None]:
        return _without_warnings() if self.backend.name != EngineName.DUCKDB.value else nullcontext()

    def _read_csv(self, paths: list[str]) -> Any:  # noqa: ANN401 - as the backend
        if self.backend.name == EngineName.DUCKDB.value:
            return self.backend.read_csv(
                paths, header=True, all_varchar=True, delim=",", quote='"', escape='"'
            )
        # Spark escapes with a backslash unless told otherwise, and ends a row at a line break inside quotes.
        return self.backend.read_csv(
            paths, header=True, inferSchema=False, quote='"', escape='"', multiLine=True, mode="FAILFAST"
        )


#: Spark's log: errors only, on the error stream.
_QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %m%n
"""


@contextmanager
def engine(
    name: EngineName = EngineName.DUCKDB, *, threads: int = THREADS, memory_mb: int | None = None
) -> Iterator[Engine]:
    """An engine for as long as the block runs; temporary files are gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="likeforlike-events-"))
    try:
        spark = name is EngineName.SPARK
        with _without_warnings() if spark else nullcontext():
            open_one = _spark if spark else _duckdb
            opened = open_one(scratch, threads, memory_mb)
            try:
                yield Engine(opened)
            finally:
                opened.disconnect()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Spark warns of every newer pandas, at each of its steps, and pandas of how Spark calls it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _duckdb(scratch: Path, threads: int, memory_mb: int | None) -> Any:  # noqa: ANN401 - as the backend
    return ibis.duckdb.connect(
        threads=threads,
        memory_limit=f"{memory_mb or MEMORY_MB}MB",
        temp_directory=str(scratch),
        preserve_insertion_order=False,
    )


def why_no_spark() -> str:
    """Why Spark cannot be used here; empty where it can."""
    if not _installed("pyspark"):
        return "pyspark is not installed: pip install 'likeforlike[spark]'"
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "there is no Java: Spark needs version 17 or newer"
    return ""


def _spark(scratch: Path, threads: int, memory_mb: int | None) -> Any:  # noqa: ANN401 - as the backend
    if why := why_no_spark():
        raise RequestError(f"Spark cannot be used: {why}.")
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra, and slow to load

    memory = f"{memory_mb or SPARK_MEMORY_MB}m"
    quiet = scratch / "log4j2.properties"
    quiet.write_text(_QUIET)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("likeforlike events")
        .config("spark.driver.memory", memory)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={quiet.as_uri()}")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", str(2 * threads))
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.local.dir", str(scratch))
        .config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .getOrCreate()
    )
    return ibis.pyspark.connect(session)


def _installed(package: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - used in this one place

    return find_spec(package) is not None


def _check_headers(files: Sequence[Path]) -> None:
    """Raise RequestError for a file whose columns are not the first one's: engines go by position."""
    first: list[str] | None = None
    for path in files:
        opener = gzip.open if path.name.lower().endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
            header = next(csv.reader(text), [])
        if first is not None and header != first:
            raise RequestError(
                f"{path} has the columns {', '.join(header)}; {files[0]} has {', '.join(first)}.",
                instead="Files that are read together have the same columns in the same order.",
            )
        first = header


def _kind(path: Path) -> str:
    kind = path.name.lower().removesuffix(".gz")
    for known in (".parquet", ".csv"):
        if kind.endswith(known):
            return known
    raise RequestError(
        f"{path} is neither Parquet nor CSV.", instead="Name a file that ends in .parquet or .csv."
    )


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n")[0][:200]
