"""Whatever is sent to identity and gateway, the answer is one that the OpenAPI names; no 5xx.

Requests are made up by schemathesis from the documents, with and without a token.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.local.servers import Servers
from tests.flows.commune import Commune, commune
from tests.support import new_system, serving

EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS = {("DELETE", "/me"), ("POST", "/me/sign-out"), ("POST", "/me/sign-out-everywhere")}
OPERATIONS = r"^/(health/|metrics|status)"


@pytest.fixture(scope="module")
async def world(servers: Servers) -> AsyncIterator[Commune]:
    """Everybody, for all tests here."""
    async with new_system(servers) as system, commune(system) as made:
        yield made


@pytest.mark.parametrize("service", ["identity", "gateway"])
@pytest.mark.parametrize("caller", ["nobody", "moderator"])
async def test_no_answer_is_outside_of_the_document(
    world: Commune, service: str, caller: str
) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(world.apps[service]))
        failures = await asyncio.to_thread(_ask, url, dict(world.headers(caller)))
    assert not failures, "\n\n".join(failures)


def _ask(url: str, headers: dict[str, str]) -> list[str]:
    """What is wrong with the answers, operation by operation."""
    document = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found = []
    for result in document.exclude(path_regex=OPERATIONS).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        ends = (operation.method.upper(), operation.path.removeprefix("/api/v1")) in ENDS
        try:
            for mode in GenerationMode:
                _probe(operation, mode, {} if ends else headers)
        except (Exception, FailureGroup) as error:
            found += [f"{operation.label}: {one}" for one in getattr(error, "exceptions", [error])]
    return found


def _probe(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    """Requests as the document wants them, or requests that break it."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def probe(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=30)

    with suppress(Unsatisfiable):  # there is nothing in such a request that could be wrong
        probe()
