"""Run the steps of a Dockerfile in plain folders: a stage is a folder, and absolute paths are below it.

It knows the instructions that ours uses, and refuses others. A base image gives nothing but its name: commands are
those of this machine. ``RUN`` is a line of shell in which every path below ``ROOTS`` is moved into the stage.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOTS = ("/src", "/opt", "/srv")


@dataclass
class Stage:
    """A stage after its steps."""

    base: str
    folder: Path
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Return where a path of the image is on this machine."""
        return self.folder / (Path(self.workdir) / path).relative_to("/")

    def moved(self, text: str) -> str:
        """Return a command or variable with its paths below the folder."""
        return re.sub(rf"(?<![\w.])({'|'.join(ROOTS)})(?=/|\b)", lambda match: f"{self.folder}{match[1]}", text)

    def variables(self) -> dict[str, str]:
        """Return the environment of a process of the image on this machine."""
        own = {name: self.moved(value) for name, value in self.environment.items()}
        path = os.pathsep.join([own.get("PATH", ""), str(Path(sys.executable).parent), "/usr/bin", "/bin"])
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "SSL_", "HOME"))}
        return {**kept, **own, "PATH": path.lstrip(os.pathsep)}


def instructions(text: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def build(dockerfile: Path, context: Path, work: Path) -> Stage:
    """Run every step; return the last stage."""
    stages: dict[str, Stage] = {}
    stage = Stage("", work)
    for name, rest in instructions(dockerfile.read_text("utf-8")):
        match name:
            case "FROM":
                base, _, alias = rest.partition(" AS ")
                stage = Stage(base, work / f"stage{len(stages)}")
                stages[alias or str(len(stages))] = stage
                stage.folder.mkdir(parents=True)
            case "COPY":
                _copy(rest, stage, stages, context)
            case "RUN":
                command = ["sh", "-c", stage.moved(rest)]
                subprocess.run(command, check=True, cwd=stage.inside("."), env=stage.variables())
            case _:
                _set(stage, name, rest)
    return stage


def _set(stage: Stage, name: str, rest: str) -> None:
    match name:
        case "WORKDIR":
            stage.workdir = rest
            stage.inside(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            variable, _, value = rest.partition("=")
            stage.environment[variable] = value
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case "CMD":
            stage.command = json.loads(rest)
        case "HEALTHCHECK":
            stage.health = json.loads(rest.partition(" CMD ")[2])
        case "EXPOSE" | "USER":
            pass
        case _:
            raise ValueError(f"an unknown instruction: {name}")


def _copy(rest: str, stage: Stage, stages: dict[str, Stage], context: Path) -> None:
    words = shlex.split(rest)
    origin = next((stages[word.removeprefix("--from=")] for word in words if word.startswith("--from=")), None)
    *sources, target = [word for word in words if not word.startswith("--")]
    for source in sources:
        found = origin.inside(source) if origin else context / source
        place = stage.inside(target) / found.name if target.endswith("/") else stage.inside(target)
        if found.is_dir():
            shutil.copytree(
                found, place, symlinks=True, ignore=shutil.ignore_patterns("__pycache__") if not origin else None
            )
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, place)
    _relocate(stage, origin)


def _relocate(stage: Stage, origin: Stage | None) -> None:
    """Have the scripts of a copied environment name the folder that they are in, as they do in an image."""
    if origin is None:
        return
    for script in stage.folder.glob("opt/*/bin/*"):
        if script.is_file() and not script.is_symlink():
            content = script.read_bytes()
            script.write_bytes(content.replace(bytes(origin.folder), bytes(stage.folder)))
