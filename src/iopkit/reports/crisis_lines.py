"""Whom to call: lines that are open at any hour, and the clinic itself."""

from collections.abc import Iterator
from datetime import date

from iopkit.fields import frozen
from iopkit.sites.sites import Site
from iopkit.sources import Grade, Source

_CALIFORNIA = Source(
    "California Council on Criminal Justice and Behavioral Health, Dial 988",
    Grade.OFFICIAL,
    "https://www.cdcr.ca.gov/ccjbh/2022/07/19/dial-988-to-access-24-hour-emotional-support-and-resources/",
    checked=date(2022, 7, 19),
)


@frozen
class CrisisLine:
    """A number of the United States that anybody can call at any hour, and what it is for.

    ``words`` are as a patient is told, with the number. ``since`` is its first day, where the
    source says one.
    """

    number: str
    words: str
    source: Source
    since: date | None = None


CRISIS_LINES = (
    CrisisLine(
        "911",
        "If you might hurt yourself, or someone is in danger right now, call 911.",
        Source("Whom to call in an emergency, internationalmentalhealth.org", Grade.SECONDARY),
    ),
    CrisisLine(
        "988",
        "To talk with a trained counselor at any hour, call or text 988. It is free and private.",
        _CALIFORNIA,
        since=date(2022, 7, 16),
    ),
    CrisisLine(
        "1-800-662-4357",
        "To find other treatment near you, call 1-800-662-4357 at any hour. It is free. They help "
        "you find a place. They do not give counseling.",
        # Read in a copy of the page.
        Source(
            "SAMHSA, National Helpline",
            Grade.OFFICIAL,
            "https://www.samhsa.gov/find-help/national-helpline",
        ),
    ),
)
"""Those that a patient's page has, the most urgent first."""


def crisis_words(site: Site | None, *, on: date) -> Iterator[str]:
    """Whom to call at any hour, on a day; nothing where a site is known to be elsewhere."""
    holidays = site.holidays if site else None
    if holidays is None or holidays.country == "US" or (site and site.state):
        yield from (f"- {line.words}" for line in CRISIS_LINES if (line.since or on) <= on)


def reach_words(site: Site | None) -> Iterator[str]:
    """How to reach the clinic, as far as its document says."""
    telephone, address = (site.telephone, site.address) if site else (None, None)
    yield (
        f"Call us: {telephone}."
        if telephone
        else "Our phone number is not on this page. Please ask us for it."
    )
    if address:
        yield f"Come to: {address}."
