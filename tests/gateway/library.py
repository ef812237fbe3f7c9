"""A gateway with some researchers, for all tests that only read."""

from contracts.events.works import AuthorWasRecorded
from tests.gateway.told import person, tell, titled
from tests.support import System, example

HANGBO, ALIAS, BEIT, GONE = (
    "A55xbwctnt3llbbju",
    "Ae7me5ekygh3xjpcw",
    "Wieyeiidkdslm55td",
    "Wvkddoflteglhavi6",
)
PEOPLE = [f"Aperson{number:02}" for number in range(45)]


async def fill(system: System) -> None:
    """The seed author with seven works, an alias, and some others."""
    hangbo: AuthorWasRecorded = example("works.AuthorWasRecorded")
    for number, item in enumerate(hangbo.works):
        await tell(system, item.work_id, titled(f"Work {number}", 2020 + number % 3))
    await tell(system, BEIT, titled("BEiT", 2022), first=2)
    await tell(system, GONE, example("works.WorkWasWithdrawn"))
    await tell(system, HANGBO, hangbo)
    await tell(system, HANGBO, example("graph.NeighbourhoodWasSummarised"))
    await tell(system, HANGBO, example("trust.TrustWasScored"))
    await tell(system, ALIAS, example("works.AuthorsWereMerged"))
    for number, author in enumerate(PEOPLE):
        works = [f"W{author}{n}" for n in range(number % 3 + 1)]
        await tell(system, author, person(f"Person {number:02}", *works))
    await tell(system, "Ajose", person("José García-Márquez", "Wx"))
    await tell(system, "Alukasz", person("Łukasz Kaiser", "Wx"))
    await tell(system, "Awang", person("王伟", "Wx", names=["Wei Wang"]))
    await tell(system, "Ahostile", person('<script>alert("x")</script>', "Wx"))
    await tell(system, "Aempty", person("Person Without Works"))


EVERY_ANSWER = [
    "/",
    "/?q=person",
    f"/researchers/{HANGBO}",
    f"/researchers/{HANGBO}/graph",
    f"/works/{BEIT}",
    "/topics/arxiv:cs.CL",
    "/api/v1/researchers?q=person&limit=3",
    f"/api/v1/researchers/{HANGBO}",
    f"/api/v1/researchers/{HANGBO}/works?limit=2",
    f"/api/v1/researchers/{HANGBO}/trust",
    f"/api/v1/researchers/{HANGBO}/graph",
    f"/api/v1/works/{BEIT}",
]
