"""Every error that likeforlike raises on purpose.

    LikeForLikeError
    ├── PersonCanFixError          shown without a traceback; CLI exit code 2, HTTP 4xx
    │   ├── DefinitionError        a definition, model, framework or fund file is wrong
    │   └── RequestError           an area, indicator, period or option is wrong
    │       └── NotFoundError      the thing asked for does not exist (HTTP 404)
    ├── SourceChangedError         the publisher's file is not as declared; the build stops
    ├── FetchError                 a publisher's service cannot be reached, or its answer cannot be used
    └── ReleaseError               a release on disk is missing, incomplete or altered

`assert` with a sentence is kept for our own invariants.
"""

from __future__ import annotations

from collections.abc import Sequence

from likeforlike.domain.live import FaultKind


class LikeForLikeError(Exception):
    """Base of every error raised on purpose."""


class PersonCanFixError(LikeForLikeError):
    """A person gave something wrong and the message says what to write instead."""


class DefinitionError(PersonCanFixError):
    """A definition file is wrong.

    The message names the file, the line or row, what was found and what to write.
    """

    def __init__(self, problem: str, *, file: str = "", line: int | None = None, instead: str = "") -> None:
        """Compose one sentence from the parts that are known."""
        where = f"{file}, line {line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{where}{problem}" + (f" {instead}" if instead else ""))
        self.file, self.line = file, line


def unreadable(file: str, problem: Exception) -> DefinitionError:
    """What is wrong with a table of a person's own that cannot be read, without the system's own words."""
    if isinstance(problem, FileNotFoundError):
        return DefinitionError("There is no such file.", file=file, instead="Name one that is there.")
    if isinstance(problem, IsADirectoryError):
        return DefinitionError("This is a folder.", file=file, instead="Name a file.")
    if isinstance(problem, OSError):
        return DefinitionError(f"The file cannot be opened ({problem.strerror}).", file=file)
    if isinstance(problem, UnicodeDecodeError):
        return DefinitionError(
            "The file is not text in UTF-8.", file=file, instead="Save it as CSV in UTF-8."
        )
    return DefinitionError(
        f"The file is no table ({problem}).", file=file, instead="Save it as CSV in UTF-8."
    )


class RequestError(PersonCanFixError):
    """Something that was asked for cannot be given as asked."""

    def __init__(self, problem: str, *, instead: str = "", suggestions: Sequence[str] = ()) -> None:
        """Compose the message; `suggestions` are near matches, best first."""
        hint = f" Did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(problem + (f" {instead}" if instead else "") + hint)
        self.suggestions = tuple(suggestions)


class NotFoundError(RequestError):
    """The area, indicator, model or period does not exist."""


class SourceChangedError(LikeForLikeError):
    """A publisher's file does not match its declaration; nothing was built from it."""

    def __init__(
        self,
        source_id: str,
        file: str,
        *,
        expected: str,
        found: str,
        row: int | None = None,
        next_step: str = "",
    ) -> None:
        """Name source, file, row, expectation, finding and the next step."""
        place = f"{file}, row {row}" if row is not None else file
        super().__init__(
            f"{source_id}: {place}: expected {expected}; found {found}."
            + (f" {next_step}" if next_step else "")
        )
        self.source_id, self.file, self.row = source_id, file, row


class FetchError(LikeForLikeError):
    """A publisher's service gave no usable answer; what was fetched before stands."""

    def __init__(
        self, kind: FaultKind, problem: str, *, again: bool = True, wait_seconds: float | None = None
    ) -> None:
        """Say what went wrong, whether asking again may help, and how long the publisher asks to wait."""
        super().__init__(problem)
        self.kind, self.again, self.wait_seconds = kind, again, wait_seconds


class ReleaseError(LikeForLikeError):
    """A release cannot be opened or does not match its manifest."""
