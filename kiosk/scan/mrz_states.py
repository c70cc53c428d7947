"""States and organisations as machine-readable zones name them. Pure tables.

ICAO Doc 9303 part 3 (eighth edition, 2021), section 5: ISO 3166-1 alpha-3, with Germany as a
single letter, kinds of British nationality, organisations, stateless people, and ``UTO`` of the
standard's own specimens.
"""

_ISO = frozenset(
    (  # noqa: SIM905  a table
        "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA "
        "BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN "
        "CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU "
        "EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB "
        "GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL "
        "ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO "
        "LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR "
        "MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER "
        "PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM "
        "SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK "
        "TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM "
        "VUT WLF WSM YEM ZAF ZMB ZWE"
    ).split()
)
_ISO_OF = {"D": "DEU", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR"}
"""Codes of 9303 that mean a country which ISO 3166-1 names otherwise."""
_OTHERS = frozenset(
    (  # noqa: SIM905  a table
        "EUE UNO UNA UNK XBA XIM XCC XCE XCO XDC XEC XES XMP XOM XPO XXA XXB XXC XXX RKS KKS XKX "
        "XSV NTZ UTO"
    ).split()
)
"""Organisations, refugees, Kosovo, the standard's Utopia: no country of ISO 3166-1."""

STATES = tuple(sorted(_ISO | _ISO_OF.keys() | _OTHERS))
"""Every code that may stand in a zone, without its fillers."""


def is_state(code: str) -> bool:
    """Whether a code (without fillers) may stand in a zone."""
    return code in _KNOWN


def country_of_state(code: str) -> str:
    """The country as ISO 3166-1 alpha-3 has it; a code that it does not have stays as printed."""
    return _ISO_OF.get(code, code)


_KNOWN = frozenset(STATES)
