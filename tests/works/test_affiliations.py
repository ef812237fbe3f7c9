"""Which institution an affiliation names, and what an author's record says of it."""

import pytest

from chassis.documents import Cause
from contracts.events.works import Affiliation, Authorship, AuthorWasRecorded, Institution
from services.works.affiliations import institution_of, match
from services.works.consumers import handlers
from services.works.records import InstitutionRecord, Record
from services.works.store import Store
from tests.outboxes import waiting
from tests.works.papers import ADA, arxiv
from tests.works.registry import matched, registry, ror
from tests.works.taking_in import resolve, take_in

HARBIN = ror(
    "01yqg2h08",
    "Harbin Institute of Technology",
    names=("哈尔滨工业大学",),
    country="CN",
    place="Harbin",
    domains=("hit.edu.cn",),
)
LAB = ror("0lab00001", "Laboratory of Harbin Ice", parents=("01yqg2h08",), country="CN")
TWINS = [
    ror("0twin0001", "Newcastle University", place="Newcastle upon Tyne", country="GB"),
    ror("0twin0002", "Newcastle University", place="Newcastle", country="AU"),
]
CAMPUSES = [
    ror("00t33hh48", "Chinese University of Hong Kong", place="Hong Kong", country="HK"),
    ror("02d5ks197", "Chinese University of Hong Kong, Shenzhen", place="Shenzhen", country="CN"),
    ror("00pjdza24", "University of California System"),
    ror("03nawhv43", "University of California, Riverside", parents=("00pjdza24",)),
    ror("01ej9dk98", "The University of Melbourne"),
    ror("009avj582", "Oregon Health & Science University"),
]


@pytest.mark.parametrize(
    ("printed", "ror_id"),
    [
        ("Harbin Institute of Technology", "01yqg2h08"),
        ("School of Computer Science, Harbin Institute of Technology, Harbin, China", "01yqg2h08"),
        ("HARBIN INSTITUTE OF TECHNOLOGY; China", "01yqg2h08"),
        ("哈尔滨工业大学", "01yqg2h08"),
        ("Laboratory of Harbin Ice, Harbin Institute of Technology", "0lab00001"),
        ("Newcastle University, Newcastle upon Tyne", "0twin0001"),
        ("Newcastle University", None),
        ("Newcastle University, Harbin Institute of Technology, Newcastle", None),
        ("Harbin Institute of Technology and Others", None),
        ("Microsoft Research", None),
        ("", None),
    ],
)
def test_only_what_is_sure_is_matched(printed: str, ror_id: str | None) -> None:
    assert matched(printed, registry(HARBIN, LAB, *TWINS)) == ([ror_id] if ror_id else [])


@pytest.mark.parametrize(
    ("printed", "ror_id"),
    [
        ("The Chinese University of Hong Kong, Shenzhen", "02d5ks197"),
        ("School of Data Science, Chinese University of Hong Kong, Shenzhen, China", "02d5ks197"),
        ("The Chinese University of Hong Kong", "00t33hh48"),
        ("Department of Physics, Chinese University of Hong Kong, Hong Kong", "00t33hh48"),
        ("Biomedical Sciences Division, University of California, Riverside, CA 92521",
         "03nawhv43"),
        ("University of California, Irvine", None),
        ("University of Melbourne, Australia", "01ej9dk98"),
        ("Oregon Health and Science University", "009avj582"),
        ("Oregon Health &Science University, Portland", "009avj582"),
    ],
)  # fmt: skip
def test_a_name_may_have_a_comma_an_article_or_an_ampersand(
    printed: str, ror_id: str | None
) -> None:
    assert matched(printed, registry(*CAMPUSES)) == ([ror_id] if ror_id else [])


GENERIC = [
    ror("0generic1", "Ministry of Health", place="Kuala Lumpur", country="MY"),
    ror("0generic2", "Institute of Physics", place="London", country="GB"),
    ror("0generic3", "Institute of Physics", place="Bhubaneswar", country="IN"),
    ror("0generic4", "Institute of Physics", place="Mumbai", country="IN"),
    ror("03zga2b32", "University of Hong Kong", place="Hong Kong", country="HK"),
    ror("04t3en479", "Karlsruhe Institute of Technology", place="Karlsruhe", country="DE"),
    ror("01xt2dr21", "China University of Mining and Technology", place="Xuzhou", country="CN"),
    ror("04qw24q55", "Wageningen University", place="Wageningen", country="NL"),
    ror("0brasil01", "Universidade Católica de Brasília", place="Brasília", country="BR"),
    ror("0nowhere1", "Emory University", place="Atlanta", country="US"),
]


@pytest.mark.parametrize(
    ("printed", "ror_id"),
    [
        ("Ministry of Health, Kuala Lumpur, Malaysia", "0generic1"),
        ("Ministry of Health", "0generic1"),
        ("Ministry of Health, Nairobi, Kenya", None),
        ("Ministry of Health, Sarajevo, Bosnia & Herzegovina", None),
        ("Institute of Physics, London, UK", "0generic2"),
        ("Institute of Physics, 37 Mill Lane, England.", "0generic2"),
        ("Institute of Physics, India", None),
        ("Institute of Physics, Bhubaneswar 751005, India", "0generic3"),
        ("Institute of Physics, London, India", None),
        ("Institute of Physics, Hanoi, Viet Nam", None),
        ("The University of Hong Kong, Pokfulam, China", "03zga2b32"),
        ("Institute of Nanotechnology, Karlsruhe Institute of Technology (KIT) Karlsruhe Germany",
         "04t3en479"),
        ("Karlsruhe Institute of Technology—IMK, Germany.", "04t3en479"),
        ("Karlsruhe Institute of Technology, U.S.A.", None),
        ("China University of Mining and Technology (Beijing), Beijing, China", None),
        ("Centre for Ecosystem Studies, Wageningen Univ., the Netherlands", "04qw24q55"),
        ("Universidade Católica de Brası\u0301lia, Asa Norte, Brası\u0301lia, Brasil", "0brasil01"),
        ("Emory University, Atlanta, Georgia", "0nowhere1"),
        ("Emory University, Atlanta, and Karlsruhe Institute of Technology, Germany", None),
        ("Ministry of Health, Lungotevere Ripa 1, Roma, Italia", None),
        ("Emory University, Columbia, South Carolina", "0nowhere1"),
    ],
)  # fmt: skip
def test_a_country_that_is_printed_holds(printed: str, ror_id: str | None) -> None:
    assert matched(printed, registry(*GENERIC)) == ([ror_id] if ror_id else [])


@pytest.mark.timeout(10)
@pytest.mark.parametrize("character", ["清", "a", "(A", "1", ";", "@", "USA;"])
def test_a_text_without_an_end_takes_no_time_without_an_end(character: str) -> None:
    assert match(character * 100_000, registry(*GENERIC)) == ()


def test_names_in_east_asian_writing_are_short() -> None:
    known = registry(ror("03cve4549", "Tsinghua University", names=("清华大学", "清华")))
    (found,) = match("清华大学，计算机系", known)
    assert found.name == "Tsinghua University"
    assert match("清华", known) == ()


def test_what_the_registry_withdrew_is_matched_with_nothing() -> None:
    gone = HARBIN.model_copy(update={"status": "withdrawn"})
    assert match("Harbin Institute of Technology", registry(gone)) == ()


async def registered(store: Store, *records: InstitutionRecord) -> None:
    await store.ingest_institutions(records, {record.key: Cause() for record in records})
    rows = [row async for row in store.institutions.documents.collection.find({})]
    await handlers(store)["works.block"](waiting(rows))


async def test_an_institution_whose_names_are_read_in_portions_is_still_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.mongo._LARGEST_READ", 1)
    await registered(store, HARBIN)
    await take_in(store, paper(1, 2019, PRINTED), paper(2, 2021, "哈尔滨工业大学"))
    await resolve(store)
    (told,) = (await the_author(store)).affiliated
    assert told.institution == institution_of(HARBIN)


async def the_author(store: Store) -> AuthorWasRecorded:
    row = await store.blocks.authors.collection.find_one({"state.author.works.0": {"$exists": 1}})
    assert row is not None
    return AuthorWasRecorded.model_validate(row["state"]["author"])


PRINTED = "Harbin Institute of Technology, Harbin, China"


def paper(number: int, year: int, *affiliations: str, **more: object) -> Record:
    author = Authorship.model_validate({"name": ADA, "affiliations": affiliations} | more)
    title = f"Paper number {number} of Ada"
    return arxiv(record_id=f"2106.0000{number}", title=title, year=year, authors=(author,))


@pytest.mark.parametrize("registry_first", [True, False])
async def test_an_affiliation_is_dated_matched_and_says_where_it_is_from(
    store: Store, registry_first: bool
) -> None:
    if registry_first:
        await registered(store, HARBIN)
    papers = [paper(1, 2019, PRINTED), paper(2, 2021, PRINTED), paper(3, 2022, "Nowhere, Mars")]
    await take_in(store, *papers)
    await resolve(store)
    if not registry_first:
        assert (await the_author(store)).institutions == ()
        await registered(store, HARBIN)
    author = await the_author(store)
    harbin = institution_of(HARBIN)
    assert author.institutions == (harbin,)
    assert author.affiliated == (
        Affiliation(printed="Nowhere, Mars", first_year=2022, last_year=2022, sources=("arxiv",)),
        Affiliation(
            printed=PRINTED,
            institution=harbin,
            first_year=2019,
            last_year=2021,
            sources=("arxiv",),
        ),
    )
    assert author.affiliations == ("Nowhere, Mars", PRINTED)


@pytest.mark.parametrize("registry_first", [True, False])
@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (
            "Harbin Institute of Technology, Harbin, China; Department of Things, Karlsruhe "
            "Institute of Technology, Karlsruhe, Germany.; ",
            {
                "Harbin Institute of Technology, Harbin, China": "01yqg2h08",
                "Department of Things, Karlsruhe Institute of Technology, Karlsruhe, Germany.": (
                    "04t3en479"
                ),
            },
        ),
        (
            "Department of Things; Harbin Institute of Technology; Harbin; China",
            {"Department of Things; Harbin Institute of Technology; Harbin; China": "01yqg2h08"},
        ),
    ],
)
async def test_several_that_are_printed_as_one_are_taken_apart(
    store: Store, printed: str, told: dict[str, str], registry_first: bool
) -> None:
    known = (HARBIN, *GENERIC)
    if registry_first:
        await registered(store, *known)
    await take_in(store, paper(1, 2019, printed))
    await resolve(store)
    if not registry_first:
        await registered(store, *known)
    author = await the_author(store)
    found = {one.printed: one.institution for one in author.affiliated}
    assert {one: known and known.ror for one, known in found.items()} == {
        one: f"https://ror.org/{record_id}" for one, record_id in told.items()
    }
    assert author.affiliations == (printed,)


async def test_an_institution_that_the_source_names_holds_and_gets_its_domains(
    store: Store,
) -> None:
    named = Institution(ror="https://ror.org/01yqg2h08", name="HIT")
    await take_in(store, paper(1, 2019, "Some wording", institutions=(named,)))
    await resolve(store)
    (affiliation,) = (await the_author(store)).affiliated
    assert (affiliation.printed, affiliation.institution) == ("Some wording", named)
    await registered(store, HARBIN)
    (affiliation,) = (await the_author(store)).affiliated
    assert affiliation.institution == institution_of(HARBIN)


async def test_institutions_are_counted_as_works_are(store: Store) -> None:
    moved = HARBIN.model_copy(update={"place": "Weihai"})
    told = ([HARBIN, LAB], [HARBIN, LAB], [moved, *TWINS], [HARBIN])
    counts = [await store.ingest_institutions(records, {}) for records in told]
    found = [(count.new, count.revised, count.unchanged) for count in counts]
    assert found == [(2, 0, 0), (0, 0, 2), (2, 1, 0), (0, 1, 0)]


async def test_of_several_the_institution_goes_with_the_affiliation_that_has_its_name(
    store: Store,
) -> None:
    brown = Institution(ror="https://ror.org/05gq02987", name="Brown", country="US")
    printed = ("Wesleyan, Middletown, United States", "Psychoceramics, Brown, United States")
    await take_in(store, paper(1, 2019, *printed, institutions=(brown,)))
    await resolve(store)
    found = {one.printed: one.institution for one in (await the_author(store)).affiliated}
    assert found == {printed[0]: None, printed[1]: brown}


async def test_an_institution_comes_after_a_work_by_people_and_a_group(store: Store) -> None:
    people = [Authorship(name=name, affiliations=(PRINTED,)) for name in (ADA, "Grace Hopper")]
    group = Authorship(name="The ATLAS Collaboration", affiliations=(PRINTED,), is_group=True)
    await take_in(store, arxiv(title="Paper of many", authors=(*people, group)))
    await resolve(store)
    await registered(store, HARBIN)
    found = store.blocks.authors.collection.find({})
    told = [row["state"]["author"]["institutions"][0]["name"] async for row in found]
    assert told == [HARBIN.name] * 2
