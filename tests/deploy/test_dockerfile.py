"""The Dockerfile takes what is there, from the lock, and ends without rights."""

import json
import re

from tests.deploy.files import ROOT, compose, is_ignored, stages


def test_two_stages_on_one_pinned_image() -> None:
    build, final = stages()
    assert build.name == "build"
    assert build.image == final.image
    assert re.fullmatch(r"python:3\.12\.\d+-slim-\w+", final.image)


def test_what_is_installed_is_locked() -> None:
    (install,) = [line for line in stages()[0].all("RUN") if "pip install" in line]
    installs = [part for part in install.split("&&") if "pip install" in part]
    files = [re.findall(r"-r /(requirements/\S+)", part) for part in installs]
    assert files == [["requirements/bootstrap.txt"], ["requirements/services.txt"]]
    assert all("--require-hashes" in part for part in installs)
    for (file,) in files:
        assert "--hash=sha256:" in (ROOT / file).read_text()


def test_what_is_copied_is_there_and_not_ignored() -> None:
    for stage in stages():
        for sources, _ in stage.copies:
            for source in sources:
                assert (ROOT / source).exists(), source
                assert not is_ignored(source), source


def test_nothing_else_gets_into_the_build() -> None:
    for path in (".env", ".git/config", ".bzpeer/ingest-token", "tests/conftest.py", "docs/x.md"):
        assert is_ignored(path), path
    for path in ("deploy/local/cli.py", "services/works/__pycache__/api.cpython-312.pyc"):
        assert is_ignored(path), path
    assert not is_ignored("services/gateway/pages/templates/base.html")


def test_the_final_stage_copies_only_what_was_built() -> None:
    final = stages()[-1]
    assert final.copies == []
    assert final.all("COPY") == ["--from=build /venv /venv", "--from=build /app /app"]
    assert not any("apt-get" in line or "pip install" in line for line in final.all("RUN"))
    assert final.environment["PATH"].startswith("/venv/bin:")
    assert final.all("WORKDIR") == ["/app"]


def test_it_runs_as_a_user_without_rights() -> None:
    final = stages()[-1]
    names = [name for name, _ in final.instructions]
    (user,) = final.all("USER")
    assert user == "10001:10001"
    assert "useradd --uid 10001" in " ".join(final.all("RUN"))
    assert not {"RUN", "COPY"} & set(names[names.index("USER") :])
    assert final.environment["PYTHONDONTWRITEBYTECODE"] == "1"


def test_the_command_names_the_service() -> None:
    final = stages()[-1]
    assert [json.loads(line) for line in final.all("ENTRYPOINT")] == [["python", "-m"]]
    assert [json.loads(line) for line in final.all("CMD")] == [["services.gateway.main"]]


def test_image_and_compose_check_health_alike() -> None:
    (line,) = stages()[-1].all("HEALTHCHECK")
    command = json.loads(line.partition("CMD ")[2])
    assert compose()["services"]["works"]["healthcheck"]["test"] == ["CMD", *command]
