"""What people decided stays in force: everything is ingested again, every projection made anew."""

from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from tests.outcomes import VISIBLE
from tests.support import SEED, System, client, ingest, started
from tests.tokens import Mint, bearer

READERS = ("graph", "trust", "identity", "gateway")
BEIT = "BEiT: BERT Pre-Training of Image Transformers"
IMAGE = "Image as a Foreign Language: BEiT Pretraining for All Vision and Vision-Language Tasks"
THE_X = "THE-X: Privacy-Preserving Transformer Inference with Homomorphic Encryption"
VLMO = "VLMo: Unified Vision-Language Pre-Training with Mixture-of-Modality-Experts"


async def test_decisions_outlive_a_full_ingest_and_a_rebuild(
    system: System, tmp_path: Path
) -> None:
    async with system.running(*READERS), started(system.app("works")) as works:
        await ingest(works, SEED)
        await system.caught_up()
        authors, titles = await ids(system)
        bao, wei = authors["Hangbo Bao"], authors["Furu Wei"]
        zhou, zhang = authors["Ming Zhou"], authors["Shengqiang Zhang"]
        await decide(
            works,
            {"kind": "merge", "authors": [zhou, zhang]},
            {"kind": "not-mine", "author": bao, "work": titles[BEIT]},
            {"kind": "split", "author": wei, "works": [titles[THE_X]]},
            {"kind": "merge-works", "works": [titles[IMAGE], titles[VLMO]]},
        )
        await system.caught_up()
        decided = await outcome(system)

        counts = await ingest(works, revised(tmp_path))
        assert counts["revised"] == counts["read"] == len(titles)
        await ingest(works, SEED)
        await system.caught_up()
        assert await outcome(system) == decided

    for reader in READERS:
        async with system.database(reader) as database:
            for collection in VISIBLE[reader]:
                await database[collection].delete_many({})
        await rebuild(system, reader)
    assert await outcome(system) == decided

    async with started(system.app("gateway")) as gateway:
        theirs = await page(gateway, zhou)
        assert theirs == await page(gateway, zhang)
        assert theirs["counts"]["works"] == 3
        shown = {work["title"] for work in (await page(gateway, bao))["works"]}
        assert len(shown) == 5
        assert BEIT not in shown
        shown = {work["title"] for work in (await page(gateway, wei))["works"]}
        assert (len(shown), THE_X in shown) == (5, False)


def revised(folder: Path) -> Path:
    """The same papers, each with another title."""
    made = folder / SEED.name
    made.write_text(SEED.read_text(encoding="utf-8").replace("<title>", "<title>On "), "utf-8")
    return made


async def decide(works: FastAPI, *commands: dict[str, Any]) -> None:
    """A moderator makes some curations."""
    mint = Mint()
    works.state.verifier = mint.verifier()
    headers = bearer(mint.token(roles=("moderator",)))
    async with client(works) as http:
        for command in commands:
            answer = await http.post("/curations", json=command, headers=headers)
            assert answer.status_code == 201, answer.text


async def outcome(system: System) -> dict[str, Any]:
    """All authors, and works as readers hold them: works itself counts the versions it saw."""
    found = await system.everything()
    return {key: state for key, state in found.items() if not key.startswith("works/works/")}


async def ids(system: System) -> tuple[dict[str, str], dict[str, str]]:
    """Ids of authors by name, and of works by title."""
    states = await system.state("gateway", "authors", "works")
    named = {key.partition("/"): state for key, state in states.items()}
    return (
        {s["name"]: key for (kind, _, key), s in named.items() if kind == "authors"},
        {s["title"]: key for (kind, _, key), s in named.items() if kind == "works"},
    )


async def page(gateway: FastAPI, author: str) -> Any:
    """What a researcher's page shows, at whatever address the record has now."""
    async with client(gateway) as http:
        answer = await http.get(f"/api/v1/researchers/{author}", follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rebuild(system: System, service: str) -> None:
    """What `bzpeer rebuild` runs."""
    kind = getattr(import_module(f"services.{service}.settings"), f"{service.capitalize()}Settings")
    await import_module(f"services.{service}.main").make_anew(system.settings(kind))
