"""The sample: ingested into an empty stack, so that there is a page to read."""

from pathlib import Path
from urllib.parse import urlencode

from deploy.local import ingest, status, traces
from deploy.local.catchup import wait_until_caught_up
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.http import NoAnswer, get, get_json
from deploy.local.settings import StackSettings
from deploy.local.stack import Report
from deploy.local.works import works_token, works_url

SAMPLE = Path(__file__).parent / "sample" / "hangbo-bao.atom.xml"
RESEARCHER = "Hangbo Bao"


def ingest_sample_once(home: Home, settings: StackSettings, report: Report) -> None:
    """Ingest the sample when works holds nothing, and wait until every projection has it."""
    answer = status.ask(home, "works")
    if answer is None:
        raise StackError("works does not answer on /status; see `bzpeer logs works`.")
    if any(answer.get("records", {}).values()):
        return
    report("ingesting the sample")
    with traces.tracer(home) as tracer:
        sender = ingest.Ingest(lambda: works_url(home), works_token(home), tracer)
        (sent,) = sender.run([SAMPLE])
    if sent.error or sent.rejected:
        raise StackError(f"the sample was not ingested: {sent.error or sent.rejected}")
    wait_until_caught_up(home, settings, timeout=90)


def page_address(home: Home, settings: StackSettings, gateway: str, timeout: float = 60) -> str:
    """The address of the sample researcher's page once it can be read.

    In a stack that has caught up and does not know the researcher, the start page's.
    """
    page = _page(gateway)
    if page is None:
        wait_until_caught_up(home, settings, timeout)
        page = _page(gateway)
    return page or f"{gateway}/"


def _page(gateway: str) -> str | None:
    try:
        query = urlencode({"q": RESEARCHER})
        items = get_json(f"{gateway}/api/v1/researchers?{query}")["items"]
        if not items:
            return None
        exact = [item for item in items if item.get("name") == RESEARCHER]
        page = f"{gateway}/researchers/{(exact or items)[0]['id']}"
        get(page)
        return page
    except (NoAnswer, KeyError, TypeError):
        return None
