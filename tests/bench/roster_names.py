"""Names of invented people, by population, each as often as its rank or its source says.

Runs in the peers' environment: the common names are Faker's lists (MIT licence), so that nothing
here is what the product's weights were fitted on. Faker knows few surnames; the rare ones, which
make up most people, are put together from the syllables of the common ones and thin out as Zipf
found (the n-th most frequent is about 1/n as frequent as the first).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

RARE_KINDS = 160_000
"""Surnames of the United States borne by 100 people or more (US Census Bureau, 2010)."""
VIETNAMESE = (  # the most frequent, in that order; Faker has ten of them
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ",
    "Hồ", "Ngô", "Dương", "Lý", "Đào", "Đinh", "Trịnh", "Mai", "Lâm", "Trương", "Cao", "Tạ",
    "Châu", "Lương", "Thái", "Quách", "Tô", "Vương", "Hà", "Kiều", "Tăng", "Triệu", "Phùng",
)  # fmt: skip
VIETNAMESE_WOMEN = """Anh Hoa Thu Trang Nga Hằng Thủy Loan Phượng Oanh Tuyết Nhung Hiền Quyên Trinh
Diễm Như My Vy Thi Hân Trâm Ngân Tâm Hòa Diệp Liên Cúc Đào Sen Bích Thanh Giang Mỹ Lý Nhi Uyên Kiều
Thơ Dung Huệ Lệ Nguyệt Phi Quế Sương Tiên Yên"""
VIETNAMESE_MEN = """Hùng Tuấn Cường Sơn Long Đức Thắng Hiếu Hòa Bình Việt Kiên Đạt Phong Quân Tân
Thịnh Vinh Toàn Trí Lộc Nghĩa Khánh Duy Hậu Tài Thiện Tiến Trường Tuyên Chiến Công Danh Định Giang
Hào Học Khải Khang Kiệt Lợi Luân Lực Mạnh Nhân Phát Phước Quốc Quý Quyền Sang Tâm Thái Thuận Tín"""
KOREAN = """Kim Lee Park Choi Jung Kang Cho Yoon Chang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo
Hong Yang Bae Baek Nam Moon Son Ryu Noh Ha Jeon Koo Min Um Chun Woo Sim Won Byun Suh Pyo"""
KOREAN_FIRST = """Ji Min Eun Hye Soo Young Mi Yu Su Hyun Seo Jin Sung Dong Sang Jae Kyung Chang Ki
Tae Yong Myung Joon Woo In Kwang Byung Hae Do Ha Na Bo Chan Hee Ho Jong Kun Moon"""
KOREAN_WOMEN = "Jin Kyung Hee Jung Ah Young Sook Na Ra Yeon Hwa Mi Sun Ja Eun Joo Rim Won Ji Hye"
KOREAN_MEN = "Ho Soo Woo Jun Min Sik Chul Hyun Seok Hwan Kyu Tae Jin Bum Gi Won Hoon Yong Il Chan"
CHINESE_MORE = """Bo Bin Cheng Dan Dong Fei Feng Guo Hai Hao Hong Hua Hui Jia Jian Lan Lin Ling Long
Mei Ning Peng Qing Rong Rui Shan Shu Ting Wen Xiang Xiao Xin Xue Yi Ying Yu Yuan Yun Zhen Zhi"""
GERMAN_FIRST = ("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker")
SPANISH_PARTICLES = ("de la Cruz", "de León", "del Río", "de la Torre", "de la Rosa", "del Valle")
_SYLLABLE = re.compile(r"[^{0}]*[{0}]+(?:[^{0}]+$)?".format("aeiouyáéíóúàèâêîôûäöüąęóå\u0131"))


@dataclass(frozen=True)
class Stock:
    """Names and how often each is drawn (weights of any sum)."""

    names: Sequence[str]
    weights: np.ndarray

    def drawn(self, count: int, chance: np.random.Generator) -> list[str]:
        ends = np.cumsum(self.weights)
        at = np.searchsorted(ends, chance.random(count) * ends[-1], side="right")
        return [self.names[i] for i in np.minimum(at, len(self.names) - 1)]


@dataclass(frozen=True)
class Population:
    """How one part of the people is named; shares are from 0 to 1."""

    key: str
    female: Stock
    male: Stock
    family: Stock
    middle: float = 0.8
    """Share with a middle name, which is a given name unless `middles` says more."""
    middles: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The usual middle names of women and of men."""
    two_surnames: float = 0.0
    joint: str = " "
    compound: float = 0.0
    """Share with two given names as one: Jean-Pierre, José Luis."""
    given_joint: str = " "
    particles: tuple[str, ...] = ()
    particle: float = 0.0
    is_english: bool = False
    is_gendered: bool = False
    """Whether women's surnames end otherwise (-ska)."""


def zipf(names: Iterable[str], shift: float = 5.0, power: float = 1.0) -> Stock:
    """Names in order of rank."""
    kept = list(dict.fromkeys(names))
    return Stock(kept, 1 / (np.arange(len(kept)) + 1 + shift) ** power)


def shuffled(names: Iterable[str], seed: int, first: Sequence[str] = ()) -> list[str]:
    """Alphabetical lists say nothing of rank, so ranks are drawn."""
    rest = sorted(set(names) - set(first))
    np.random.default_rng(seed).shuffle(rest)
    return [*first, *rest]


def mixed(*parts: tuple[Stock, float]) -> Stock:
    """One stock of several, each with its share."""
    shares: dict[str, float] = {}
    for stock, share in parts:
        total = stock.weights.sum()
        for name, weight in zip(stock.names, stock.weights, strict=True):
            shares[name] = shares.get(name, 0.0) + share * weight / total
    return Stock(list(shares), np.array(list(shares.values())))


def rare(models: Iterable[str], count: int, seed: int) -> Stock:
    """Surnames that could be: first, middle and last syllables of the common ones."""
    chance = np.random.default_rng(seed)
    first, middle, last = [], [], []
    known = set(models)
    for name in sorted(known):
        syllables = _SYLLABLE.findall(name.casefold())
        if " " in name or len(syllables) < 2:
            continue
        first.append(syllables[0])
        middle += syllables[1:-1]
        last.append(syllables[-1])
    found: dict[str, None] = {}
    for draw in chance.random((20 * count, 4)):
        inner = middle[int(draw[1] * len(middle))] if middle and draw[3] < 0.45 else ""
        name = first[int(draw[0] * len(first))] + inner + last[int(draw[2] * len(last))]
        if 4 <= len(name) <= 13 and name.capitalize() not in known:
            found[name.capitalize()] = None
        if len(found) == count:
            break
    return zipf(found, shift=1_000.0 * count / RARE_KINDS)


@cache
def faker(locale: str) -> type:
    return import_module(f"faker.providers.person.{locale}").Provider


def listed(locale: str, what: str) -> list[str]:
    return [str(n).strip() for n in getattr(faker(locale), what)]


def weighted(locale: str, what: str) -> Stock:
    """Where Faker knows how often."""
    names: Mapping[str, float] = getattr(faker(locale), what)
    return Stock(list(names), np.array(list(names.values())))


def ascii_of(text: str) -> str:
    """Without any mark: ``Łukasz`` is ``lukasz``."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _given(locale: str, seed: int, first: Sequence[str] = ()) -> tuple[Stock, Stock]:
    """Women's and men's given names of one locale, ranks drawn."""
    names = (listed(locale, f"first_names_{sex}") for sex in ("female", "male"))
    plain = ([n for n in some if " " not in n and "-" not in n] for some in names)
    female, male = (zipf(shuffled(n, seed, [f for f in first if f in n])) for n in plain)
    return female, male


def _with_tail(common: Stock, share: float, kinds: int, seed: int) -> Stock:
    """Common surnames, and a share of people with rare ones."""
    return mixed((common, 1 - share), (rare(common.names, kinds, seed), share))


@cache
def spanish() -> Population:
    some = mixed((weighted("es_CO", "last_names"), 0.5), (weighted("es_CL", "last_names"), 0.5))
    more = zipf(shuffled([*listed("es_MX", "last_names"), *listed("es_ES", "last_names")], 11))
    return Population(
        "spanish",
        weighted("es_CO", "first_names_female"),
        weighted("es_CO", "first_names_male"),
        _with_tail(mixed((some, 0.7), (more, 0.3)), 0.12, 12_000, 12),
        middle=0.45,
        two_surnames=0.55,
        compound=0.2,
        particles=SPANISH_PARTICLES,
        particle=0.03,
    )


@cache
def polish() -> Population:
    female, male = _given("pl_PL", 21)
    common = zipf(listed("pl_PL", "male_last_names"), shift=10)
    more = zipf(shuffled(listed("pl_PL", "unisex_last_names"), 22), shift=100)
    family = _with_tail(mixed((common, 0.45), (more, 0.55)), 0.2, 15_000, 23)
    return Population(
        "polish", female, male, family, middle=0.5, two_surnames=0.08, joint="-", is_gendered=True
    )


@cache
def vietnamese() -> Population:
    both = listed("vi_VN", "first_names_unisex")
    more = VIETNAMESE_WOMEN.split(), VIETNAMESE_MEN.split()
    female = zipf(shuffled([*listed("vi_VN", "first_names_female"), *both, *more[0]], 31), 10)
    male = zipf(shuffled([*listed("vi_VN", "first_names_male"), *both, *more[1]], 32), 10)
    names = [n for n in listed("vi_VN", "middle_names") if n not in ("Thị", "Văn")]
    weights = np.array([38, 11, 9.5, 7, 5, 5, 4.5, 3.9, 3.9, 2.1, 2, 1.4, 1.3, 1.3, 1])
    family = Stock(VIETNAMESE, np.concatenate([weights, np.full(20, 0.35)]))
    middles = (("Thị", "Thị", "Thị", *names), ("Văn", "Văn", "Văn", *names))
    return Population(
        "vietnamese", female, male, family, middle=0.9, middles=middles, compound=0.15
    )


@cache
def french() -> Population:
    female, male = _given("fr_FR", 41, ("Jean", "Pierre", "Marie", "Anne"))
    family = _with_tail(zipf(listed("fr_FR", "last_names"), shift=10), 0.45, 20_000, 42)
    particles = ("de La {}", "Le {}", "de {}", "du {}")
    return Population(
        "french", female, male, family, middle=0.6, two_surnames=0.06, joint="-", compound=0.15,
        given_joint="-", particles=particles, particle=0.08,
    )  # fmt: skip


@cache
def german() -> Population:
    female, male = _given("de_DE", 51, ("Hans", "Peter", "Anna", "Maria"))
    common = zipf(shuffled(listed("de_DE", "last_names"), 52, GERMAN_FIRST), shift=10)
    family = _with_tail(common, 0.45, 20_000, 53)
    particles = ("von {}", "von der {}", "zu {}")
    return Population(
        "german", female, male, family, middle=0.5, two_surnames=0.06, joint="-", compound=0.12,
        given_joint="-", particles=particles, particle=0.06,
    )  # fmt: skip


OTHER_POPULATIONS = (spanish, polish, vietnamese, french, german)


def _american_given() -> tuple[Stock, Stock]:
    return weighted("en_US", "first_names_female"), weighted("en_US", "first_names_male")


@cache
def english() -> Population:
    """Everybody whose surname is at home in English, or came so long ago that it may be."""
    elsewhere = {
        ascii_of(n) for n in [*spanish().family.names[:3_000], *VIETNAMESE, *KOREAN.split()]
    }
    all_of = weighted("en_US", "last_names")
    kept = [i for i, n in enumerate(all_of.names) if ascii_of(n) not in elsewhere]
    common = Stock([all_of.names[i] for i in kept], all_of.weights[kept])
    british = [n for n in listed("en_GB", "last_names") if ascii_of(n) not in elsewhere]
    tail = rare([*common.names, *british], 110_000, 2)
    family = mixed((common, 0.5), (zipf(british, 50), 0.1), (tail, 0.4))
    return Population(
        "english", *_american_given(), family, two_surnames=0.02, joint="-", is_english=True
    )


@cache
def descended() -> Population:
    """American given names with German, Italian, Polish, French and Irish surnames."""
    names: list[str] = []
    for locale, what in (
        ("de_DE", "last_names"), ("de_AT", "last_names"), ("it_IT", "last_names"),
        ("pl_PL", "male_last_names"), ("fr_FR", "last_names"), ("fr_CA", "last_names"),
    ):  # fmt: skip
        names += [ascii_of(n).title() for n in listed(locale, what)]
    common = zipf(shuffled(names, 3), shift=200)
    family = mixed((common, 0.4), (rare(common.names, 50_000, 4), 0.6))
    return Population("descended", *_american_given(), family, is_english=True)


@cache
def indian() -> Population:
    female, male = _given("en_IN", 61)
    common = zipf(shuffled(listed("en_IN", "last_names"), 62, ("Patel", "Singh", "Shah")), 3)
    return Population("indian", female, male, _with_tail(common, 0.3, 8_000, 63), middle=0.35)


@cache
def chinese() -> Population:
    names = shuffled(listed("zh_CN", "last_romanized_names"), 71, ("Wang", "Li", "Zhang", "Liu"))
    parts = [*listed("zh_CN", "first_romanized_names"), *CHINESE_MORE.split()]
    given = zipf(shuffled([*parts, *(a + b.lower() for a in parts for b in parts)], 72), 100)
    return Population("chinese", given, given, zipf(names), middle=0.1)


@cache
def korean() -> Population:
    female, male = (
        zipf(shuffled([f"{a} {b}" for a in KOREAN_FIRST.split() for b in last if a != b], 73), 60)
        for last in (KOREAN_WOMEN.split(), KOREAN_MEN.split())
    )
    return Population("korean", female, male, zipf(KOREAN.split(), 1), middle=0.1)


@cache
def filipino() -> Population:
    return Population("filipino", *_american_given(), spanish().family, middle=0.7)


@cache
def african() -> Population:
    names = [*listed("yo_NG", "last_names"), *listed("tw_GH", "last_names")]
    names += [*listed("en_NG", "last_names"), *listed("ha_NG", "last_names")]
    female, male = _given("tw_GH", 81)
    more_female, more_male = _given("yo_NG", 82)
    family = _with_tail(zipf(shuffled(names, 83)), 0.4, 6_000, 84)
    return Population(
        "african", mixed((female, 0.6), (more_female, 0.4)), mixed((male, 0.6), (more_male, 0.4)),
        family, middle=0.5,
    )  # fmt: skip


@cache
def turkish() -> Population:
    female, male = _given("tr_TR", 91)
    family = _with_tail(zipf(listed("tr_TR", "last_names")), 0.5, 6_000, 92)
    return Population("turkish", female, male, family, middle=0.3)


@cache
def american() -> tuple[tuple[Population, float], ...]:
    """Roughly the United States: who is named how, with shares that add up to 1."""
    return (
        (english(), 0.60), (descended(), 0.12), (spanish(), 0.18), (indian(), 0.018),
        (chinese(), 0.018), (vietnamese(), 0.010), (korean(), 0.007), (filipino(), 0.013),
        (african(), 0.014), (turkish(), 0.008), (french(), 0.004), (german(), 0.004),
        (polish(), 0.004),
    )  # fmt: skip
