"""What docker-compose.yml, the Dockerfile and .dockerignore say, for the tests of this folder."""

import fnmatch
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
REQUIRED = {"INGEST_TOKEN": "made-up"}
"""What a person has to fill in."""

_VARIABLE = re.compile(r"\$\{(\w+)(?:(:-|:\?)((?:[^${}]|\$\{[^{}]*\})*))?\}")


def load_yaml(path: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def compose(environment: Mapping[str, str] = REQUIRED) -> dict[str, Any]:
    """docker-compose.yml as Compose reads it with these variables.

    Raises KeyError when a variable that must be given is not.
    """
    document: dict[str, Any] = _interpolate(load_yaml(COMPOSE.name), environment)
    return document


def parts() -> dict[str, Any]:
    """The parts of the stack in docker-compose.yml, by name."""
    services: dict[str, Any] = compose()["services"]
    return services


def _interpolate(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolate(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolate(item, environment) for item in value]
    return _fill_in(value, environment) if isinstance(value, str) else value


def _fill_in(text: str, environment: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name, operator, rest = match.groups()
        if environment.get(name):
            return environment[name]
        if operator == ":?":
            raise KeyError(f"{name}: {rest}")
        return _fill_in(rest or "", environment)

    return "$".join(_VARIABLE.sub(replace, part) for part in text.split("$$"))


@dataclass
class Stage:
    """One stage of the Dockerfile: its instructions in order."""

    image: str
    name: str | None
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        """The arguments of every such instruction."""
        return [arguments for name, arguments in self.instructions if name == instruction]

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        words = [word for line in self.all("ENV") for word in shlex.split(line)]
        return dict(word.split("=", 1) for word in words)

    @property
    def copies(self) -> list[tuple[list[str], str]]:
        """Sources in the repository and destination of each COPY."""
        copies = [shlex.split(line) for line in self.all("COPY") if "--from=" not in line]
        return [(words[:-1], words[-1]) for words in copies]


def stages() -> list[Stage]:
    """The stages of the Dockerfile."""
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            image, _, alias = rest.partition(" AS ")
            found.append(Stage(_fill_in(image, arguments), alias or None))
        elif found and name:
            found[-1].instructions.append((name, rest.strip()))
        elif name == "ARG":
            key, _, value = rest.partition("=")
            arguments[key] = value
    return found


def is_ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out of the build."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        parents = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(part, pattern.removeprefix("**/")) for part in parents) or (
            pattern.startswith("**/") and fnmatch.fnmatch(Path(path).name, pattern[3:])
        ):
            ignored = not line.startswith("!")
    return ignored


def make_image_tree(target: Path) -> None:
    """Copy to a folder what the image holds in /app."""
    for sources, destination in stages()[0].copies:
        if destination.startswith("/"):
            continue
        for source in sources:
            whole = [ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*")
            for file in whole:
                name = str(file.relative_to(ROOT))
                if file.is_file() and not is_ignored(name):
                    (target / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target / name)
