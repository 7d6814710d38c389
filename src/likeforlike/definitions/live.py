"""Live downloads as declared: read strictly, and every raw file one that a source reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from likeforlike.definitions.reading import Problem, did_you_mean, read_definitions
from likeforlike.definitions.register import FOLDER
from likeforlike.domain.errors import RequestError
from likeforlike.domain.live import Download, LiveService
from likeforlike.domain.provenance import Source

#: Beside the other definitions, yet no part of a release: a release says what it was made from, not how
#: that might be fetched anew.
LIVE = FOLDER / "live"


def load_live(sources: Mapping[str, Source], folder: Path = LIVE) -> dict[str, LiveService]:
    """Every service by id.

    Raises DefinitionError, naming file, line and what to write instead, for the first thing that is wrong;
    RequestError for a folder that holds none.
    """
    services: dict[str, LiveService] = {}
    made: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry in read_definitions(path, LiveService):
            service = entry.item
            assert isinstance(service, LiveService)
            if service.id in services:
                raise entry.error(Problem(("id",), f"The id {service.id!r} is taken.", "Choose another id."))
            for number, download in enumerate(service.downloads):
                for problem in _problems(number, download, sources):
                    raise entry.error(problem)
                if download.file in made:
                    raise entry.error(
                        Problem(
                            ("downloads", number, "file"),
                            f"{made[download.file]} makes {download.file} already.",
                            "Keep one of the two.",
                        )
                    )
                made[download.file] = service.id
            services[service.id] = service
    if not services:
        raise RequestError(
            f"There is no definition of a live service in {folder}.",
            instead="Name a folder that holds one YAML file per service, or leave --live out.",
        )
    return services


def _problems(number: int, download: Download, sources: Mapping[str, Source]) -> list[Problem]:
    if not download.source:
        return []
    place = ("downloads", number)
    source = sources.get(download.source)
    if source is None:
        return [
            Problem(
                (*place, "source"),
                f"There is no source {download.source!r}.",
                did_you_mean(download.source, sources),
            )
        ]
    files = [file.path for file in source.files]
    if download.file not in files:
        return [
            Problem(
                (*place, "file"),
                f"The source {source.id} does not read {download.file}.",
                did_you_mean(download.file, files),
            )
        ]
    return []
