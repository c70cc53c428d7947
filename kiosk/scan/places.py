"""Issuers of American and Canadian licences, and their names. Pure tables.

IIN to jurisdiction: AAMVA, *Issuer Identification Numbers (IIN)*, the public list on AAMVA's site
(also in annex F of its DL/ID Card Design Standard, 2020). Checked entry by entry against the tables
of two public parsers and, up to Louisiana, LEADTOOLS' AAMVAJurisdiction: none says otherwise. Of
Mexico's states only two have a number.
"""

from typing import NamedTuple


class Issuer(NamedTuple):
    """Who issued a card: two letters and the country (ISO 3166-1 alpha-3)."""

    jurisdiction: str
    country: str


_AMERICAN = {
    "636026": "AZ", "636033": "AL", "636059": "AK", "636021": "AR", "636014": "CA", "636020": "CO",
    "636006": "CT", "636043": "DC", "636011": "DE", "636010": "FL", "636055": "GA", "636019": "GU",
    "636047": "HI", "636050": "ID", "636035": "IL", "636037": "IN", "636018": "IA", "636022": "KS",
    "636046": "KY", "636007": "LA", "636041": "ME", "636003": "MD", "636002": "MA", "636032": "MI",
    "636038": "MN", "636051": "MS", "636030": "MO", "636008": "MT", "636054": "NE", "636049": "NV",
    "636039": "NH", "636036": "NJ", "636009": "NM", "636001": "NY", "636004": "NC", "636034": "ND",
    "636023": "OH", "636058": "OK", "636029": "OR", "636025": "PA", "604431": "PR", "636052": "RI",
    "636005": "SC", "636042": "SD", "636053": "TN", "636015": "TX", "636040": "UT", "636024": "VT",
    "636062": "VI", "636000": "VA", "636045": "WA", "636061": "WV", "636031": "WI", "636060": "WY",
    "604427": "AS", "604430": "MP",
}  # fmt: skip
_CANADIAN = {
    "604432": "AB", "636028": "BC", "636048": "MB", "636017": "NB", "636016": "NL", "636013": "NS",
    "604434": "NT", "604433": "NU", "636012": "ON", "604426": "PE", "604428": "QC", "636044": "SK",
    "604429": "YT",
}  # fmt: skip

ISSUERS = {iin: Issuer(code, "USA") for iin, code in _AMERICAN.items()} | {
    iin: Issuer(code, "CAN") for iin, code in _CANADIAN.items()
}
ISSUERS |= {
    "636027": Issuer("", "USA"),  # the State Department's diplomatic cards
    "636056": Issuer("", "MEX"),  # Coahuila: its letters differ from list to list
    "636057": Issuer("", "MEX"),  # Hidalgo
    "990876": Issuer("AB", "CAN"),  # not AAMVA's, but on Alberta's cards of version 03
}
_COUNTRIES = frozenset(issuer.country for issuer in ISSUERS.values())
_COUNTRY_CODES = {"US": "USA", "CA": "CAN", "CDN": "CAN", "CN": "CAN", "MX": "MEX"}

_NAMES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "AS": "American Samoa",
    "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware",
    "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "GU": "Guam", "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "MP": "Northern Mariana Islands", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VI": "Virgin Islands",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming", "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba",
    "NB": "New Brunswick", "NL": "Newfoundland and Labrador", "NS": "Nova Scotia",
    "NT": "Northwest Territories", "NU": "Nunavut", "ON": "Ontario",
    "PE": "Prince Edward Island", "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip


def issuer_of(iin: str) -> Issuer | None:
    """Who has this six-digit issuer number; None when nobody known has."""
    return ISSUERS.get(iin)


def is_jurisdiction(code: str) -> bool:
    return code in _NAMES


def country_code(text: str) -> str:
    """``USA``, ``CAN`` or ``MEX`` for what a card prints (DCG), empty for anything else."""
    code = text.strip().upper()[:3]
    code = _COUNTRY_CODES.get(code, code)
    return code if code in _COUNTRIES else ""


def country_of(jurisdiction: str) -> str:
    """``USA`` or ``CAN``, empty when the two letters are neither's."""
    if not is_jurisdiction(jurisdiction):
        return ""
    return next((i.country for i in ISSUERS.values() if i.jurisdiction == jurisdiction), "")


def name_of_jurisdiction(jurisdiction: str, country: str) -> str:
    """``Texas`` for ``TX``; else the letters, else the country's, as far as any is known."""
    return _NAMES.get(jurisdiction, jurisdiction) or country
