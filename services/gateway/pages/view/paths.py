"""Addresses of pages: paths on this site."""

from urllib.parse import quote

ROR = "https://ror.org/"


def researcher_path(author_id: str) -> str:
    return f"/researchers/{quote(author_id, safe=':')}"


def work_path(work_id: str) -> str:
    return f"/works/{quote(work_id, safe=':')}"


def topic_path(topic_id: str) -> str:
    return f"/topics/{quote(topic_id, safe=':')}"


def institution_path(ror: str) -> str:
    return f"/institutions/{quote(ror.removeprefix(ROR), safe='')}"
