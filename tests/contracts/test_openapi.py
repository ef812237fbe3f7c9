"""The committed OpenAPI documents are valid and what the services serve."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from contracts.generate import FOLDER
from deploy.local.settings import SERVICES
from deploy.openapi import main

DOCUMENTS = sorted((FOLDER / "openapi").glob("*.json"))


def test_every_service_has_one() -> None:
    assert {path.stem for path in DOCUMENTS} == set(SERVICES)


def test_the_committed_documents_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAMESPACE", "another")  # what is derived knows no environment
    monkeypatch.setenv("PORT", "not a number")
    assert main(["--check"]) == 0


def test_a_document_that_differs_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("is not up to date") == len(SERVICES)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_valid(path: Path) -> None:
    document = json.loads(path.read_bytes())
    validate(document)
    for operation in ("/health/live", "/health/ready", "/metrics", "/status"):
        assert operation in document["paths"]
