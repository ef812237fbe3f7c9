"""What a page tells machines, in the words of https://schema.org."""

from typing import Any

from services.gateway.pages.identifiers import identifier
from services.gateway.pages.view.profile import ResearcherProfile
from services.gateway.pages.view.works import Work


def work_linked_data(work: Work, base_url: str) -> dict[str, Any]:
    return {"@context": "https://schema.org", **_article(work, base_url)}


def profile_linked_data(profile: ResearcherProfile, base_url: str) -> dict[str, Any]:
    page = base_url + profile.links.html
    person: dict[str, Any] = {
        "@type": "Person",
        "@id": f"{page}#person",
        "name": profile.name,
        "url": page,
        "description": profile.tagline,
        "jobTitle": profile.role,
    }
    if profile.names:
        person["alternateName"] = list(profile.names)
    if profile.identifiers:
        person["identifier"] = list(profile.identifiers)
    same = [url for _, _, url in map(identifier, profile.identifiers) if url]
    same += profile.websites
    if same:
        person["sameAs"] = same
    if profile.affiliation.value:
        person["affiliation"] = {"@type": "Organization", "name": profile.affiliation.value}
    if profile.topics:
        person["knowsAbout"] = [topic.name for topic in profile.topics]
    about = {
        "@type": "ProfilePage",
        "@id": page,
        "url": page,
        "dateModified": profile.updated_at.isoformat(),
        "mainEntity": {"@id": person["@id"]},
        "hasPart": [{"@id": f"{base_url}{work.url}#work"} for work in profile.works],
    }
    works = [_article(work, base_url) for work in profile.works]
    return {"@context": "https://schema.org", "@graph": [about, person, *works]}


def _article(work: Work, base_url: str) -> dict[str, Any]:
    article: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "@id": f"{base_url}{work.url}#work",
        "url": base_url + work.url,
        "headline": work.title,
        "name": work.title,
        "author": [
            {"@type": "Person", "name": author.name}
            | ({"@id": f"{base_url}{author.url}#person"} if author.url else {})
            for author in work.authors
        ],
    }
    if work.year is not None:
        article["datePublished"] = str(work.year)
    if work.abstract:
        article["abstract"] = work.abstract
    if work.venue:
        article["isPartOf"] = {"@type": "PublicationIssue", "name": work.venue}
    if work.identifiers:
        article["identifier"] = list(work.identifiers)
    same = [url for _, _, url in map(identifier, work.identifiers) if url]
    if same:
        article["sameAs"] = same
    if work.standing != "current":
        article["creativeWorkStatus"] = work.standing
    return article
