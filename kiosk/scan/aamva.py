"""The text of an American or Canadian licence, as an `Identity`. Pure.

AAMVA DL/ID Card Design Standard (2000 to 2020, versions 01 to 10, and the elements added in 2025):
annex D, PDF417, and annex F, magnetic stripe. Read as cards in circulation write it: `aamva_text`
finds the elements, `aamva_names` and `aamva_dates` read them, `aamva_stripe` reads tracks. What the
product does not keep (address, height, eyes, audit numbers) never leaves `parse_aamva`.
"""

from collections.abc import Mapping

from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity
from kiosk.scan.aamva_dates import read_date
from kiosk.scan.aamva_names import name_of, said
from kiosk.scan.aamva_stripe import Stripe, is_nameless_stripe, read_stripe, sex_of
from kiosk.scan.aamva_text import CardText, read_card, text_of
from kiosk.scan.documents import MILITARY_WORDS, is_military
from kiosk.scan.places import Issuer, country_code, country_of, is_jurisdiction, issuer_of

_TELLING = frozenset({"DAA", "DAB", "DAC", "DAQ", "DBA", "DBB", "DBC", "DCS", "DCT"})
"""Elements by which a licence is known whose header was lost."""
_TRY_AGAIN = "Turn the card over and hold it steady, or type the name."


class NamelessIdError(UnreadableIdError):
    """A licence or registration without a name that can be read: all else it says stays unsaid."""


def parse_aamva(payload: bytes) -> Identity:
    """Read a licence's or ID card's text; names as printed, apart from blanks around them.

    Raises `UnreadableIdError`, and nothing else, for bytes that are no such text.
    """
    text = text_of(payload)
    stripe = read_stripe(text)
    if stripe is not None:
        return _from_stripe(stripe)
    if is_military(text):
        raise UnreadableIdError(MILITARY_WORDS)
    if is_nameless_stripe(text):
        raise NamelessIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    card = read_card(text)
    if not card.has_header and len(_TELLING & card.elements.keys()) < 3:
        raise UnreadableIdError(f"That code is not on a driver license or ID card. {_TRY_AGAIN}")
    name = name_of(card.elements, card.iin, card.version)
    if not name.family:
        if card.is_vehicle:
            raise NamelessIdError(
                "That code is a vehicle's registration. Show a driver license or ID card, "
                "or type the name."
            )
        raise NamelessIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    return Identity(
        name=name,
        birth_date=read_date(card.elements.get("DBB", ""), is_birth=True),
        sex=sex_of(card.elements.get("DBC", "")),
        document=_document(card),
    )


def _document(card: CardText) -> Document:
    issuer = _issuer(card.iin, card.elements)
    return Document(
        kind=DocumentKind.ID_CARD if card.kind == "ID" else DocumentKind.DRIVER_LICENSE,
        jurisdiction=issuer.jurisdiction,
        country=issuer.country,
        number=said(card.elements, "DAQ", "DBJ"),
        issued_on=read_date(card.elements.get("DBD", "")),
        expires_on=read_date(card.elements.get("DBA", "")),
    )


def _issuer(iin: str, elements: Mapping[str, str]) -> Issuer:
    """Who issued the card: by its issuer number, unless the country that it prints says not.

    The address's jurisdiction (DAJ; DAO in version 01) stands in where no number is known: people
    move, so it says less.
    """
    known = issuer_of(iin)
    country = country_code(said(elements, "DCG"))
    if known is not None and country in ("", known.country):
        return known
    printed = said(elements, "DAJ", "DAO").upper()[:2]
    if is_jurisdiction(printed):
        return Issuer(printed, country_of(printed))
    return known or Issuer("", country)


def _from_stripe(stripe: Stripe) -> Identity:
    """The tracks tell a licence from an ID card no better than that both are shown."""
    if not stripe.name.family:
        raise NamelessIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    issuer = issuer_of(stripe.iin) or Issuer(stripe.place, country_of(stripe.place))
    return Identity(
        name=stripe.name,
        birth_date=stripe.birth_date,
        sex=stripe.sex,
        document=Document(
            kind=DocumentKind.DRIVER_LICENSE,
            jurisdiction=issuer.jurisdiction,
            country=issuer.country,
            number=stripe.number,
            expires_on=stripe.expires_on,
        ),
    )
