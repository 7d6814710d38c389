"""Habits that are easy to lose: nothing of a machine in the tree, documents in step with the code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Paths of somebody's machine, and registries' hosts, say nothing to a reader and break for everybody else.
OF_A_MACHINE = re.compile(
    r"/(?:home|Users|root|work|opt)/[a-z]|/tmp/[a-z]|(?:pypi|files\.pythonhosted|registry\.npmjs|deb\.debian)\."
)
TEXT = {".py", ".md", ".yaml", ".toml", ".html", ".css", ".js", ".csv", ".txt", ".json", ""}
LARGEST_BYTES = 15_000_000


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_path_of_a_machine_and_no_host_of_a_registry_is_in_the_tree() -> None:
    found = []
    for path in tracked():
        if path.suffix not in TEXT or path.name == Path(__file__).name:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if OF_A_MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_every_package_of_the_code_is_small_enough_to_ship() -> None:
    embedded = sum(path.stat().st_size for path in tracked() if "bundled" in path.parts)
    assert embedded < LARGEST_BYTES, f"the embedded release takes {embedded:,} bytes"


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "GLOSSARY.md", "docs/decisions.md"]
)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    document = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (document.parent / target).exists(), f"{name} links to {target}, which does not exist"


def test_readme_names_only_targets_and_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"`?\bmake ([a-z-]+)", readme))
    assert named
    assert named <= targets


def test_continuous_integration_runs_the_targets_that_people_run() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "make test" in script
    assert "make check" in script
