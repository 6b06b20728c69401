"""Read numbers, years and sums of money as plans in four languages write them; None where it is not plain."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from matcher.bridge.korean_numbers import SCALES

EARLIEST_YEAR = 1950
_MOST = Decimal(10) ** 15

_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_KOREAN_SUM = re.compile(
    rf"(?P<parts>(?:\d[\d,.]*\s*(?:{_SCALE})\s*)+)(?P<plain>\d[\d,]*)?\s*(?P<unit>원|달러|불|유로|KRW|USD|EUR|엔)?"
)
_KOREAN_PART = re.compile(rf"(\d[\d,.]*)\s*({_SCALE})")
_PLAIN_SUM = re.compile(
    r"(?P<before>US\$|USD|KRW|EUR|GBP|CAD|\$|€|₩|£)?\s*(?P<number>\d[\d.,' ]*\d|\d)\s*"
    r"(?P<scale>billion|bn|milliarden?|mrd\.?|milli[oó]n(?:en|s)?|mill[oó]n(?:es)?|mill?\.|mio\.?|tausend|thousand"
    r"|tsd\.?|mil(?!\w)|[km](?!\w))?"
    r"\s*(?:de\s+)?(?P<after>US\$|USD|US dollars?|dollars?|dólares|KRW|won|wones|EUR|euros?"
    r"|원|달러|유로|\$|€|₩)?",
    re.IGNORECASE,
)
_SCALES_LATIN = (
    ("b", 9),
    ("mrd", 9),
    ("milliard", 9),
    ("t", 3),
    ("k", 3),
    ("mill", 6),
    ("mil.", 6),
    ("mil", 3),
    ("m", 6),
)
"""Beginnings of scale words with their powers of ten, the longer before those they contain."""
_CURRENCIES = {
    "KRW": ("원", "krw", "won", "wones", "₩"),
    "USD": ("달러", "불", "usd", "us$", "$", "us dollar", "us dollars", "dollar", "dollars", "dólares"),
    "EUR": ("유로", "eur", "euro", "euros", "€"),
    "GBP": ("gbp", "£"),
    "CAD": ("cad",),
    "JPY": ("엔",),
}
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?!\d|[,]\d)")
_SHORT_YEAR = re.compile(r"['’‘](\d\d)\s*(?:\.|년|\s)")
_COUNT = re.compile(
    r"(?:약|총|현재|대표(?:자)?\s*포함|about|around|approx\.?|currently|ca\.?|etwa|rund|derzeit|aktuell|unos|unas|aprox\.?"
    r"|actualmente)*\s*"
    r"(?:대표(?:자)?\s*포함\s*)?(?P<number>\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s*(?P<unit>명|인|people|persons?|employees|staff|FTEs?"
    r"|personen|mitarbeitende|mitarbeiter(?:innen)?|vollzeitkräfte|personas|empleados|trabajadores)?"
    r"(?:\s*(?:in total|재직(?:\s*중)?|근무(?:\s*중)?|insgesamt|en total))?\s*[.。]?",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*[\(\[（][^)\]）]*[\)\]）]")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as it is written: its amount and ISO currency."""

    amount: int
    currency: str


def without_asides(text: str) -> str:
    """Give a value without what stands in brackets."""
    return _ASIDE.sub("", text).strip()


def read_year(text: str, this_year: int) -> int | None:
    """Give the one year a value names; None for several, for none, and for one that has not begun."""
    years = {int(found) for found in _YEAR.findall(text)}
    years |= {2000 + int(short) for short in _SHORT_YEAR.findall(f"{text} ")}
    if len(years) != 1:
        return None
    year = years.pop()
    return year if EARLIEST_YEAR <= year <= this_year else None


def read_count(text: str) -> int | None:
    """Give the number of people a value consists of."""
    match = _COUNT.fullmatch(without_asides(text))
    return None if match is None else int(re.sub(r"[.,]", "", match["number"]))


def read_money(text: str, *, needs_currency: bool = True) -> Money | None:
    """Give the one sum a value names; None without a currency, unless a Korean scale word says it is won."""
    found = find_sums(without_asides(text), needs_currency=needs_currency)
    return found[0] if len(set(found)) == 1 else None


def find_sums(text: str, *, needs_currency: bool = True) -> list[Money]:
    """Give every sum of money in a text, in order."""
    sums = []
    at = 0
    while at < len(text):
        korean, plain = _KOREAN_SUM.search(text, at), _PLAIN_SUM.search(text, at)
        first = min(
            (match for match in (korean, plain) if match), key=lambda match: match.start(), default=None
        )
        if first is None:
            break
        if korean is not None and korean.start() <= first.end():
            first = korean
        money = _korean(first, text) if first is korean else _plain(first)
        if money is not None and (money.currency or not needs_currency):
            sums.append(Money(money.amount, money.currency or "KRW"))
        at = max(first.end(), at + 1)
    return sums


def _korean(match: re.Match[str], text: str) -> Money | None:
    parts = _KOREAN_PART.findall(match["parts"])
    try:
        amount = sum(
            (Decimal(number.replace(",", "")) * SCALES[scale] for number, scale in parts), Decimal(0)
        )
        amount += Decimal((match["plain"] or "0").replace(",", ""))
    except InvalidOperation:
        return None
    before = text[max(0, match.start() - 5) : match.start()].strip().casefold()
    unit = (match["unit"] or "").casefold() or next(
        (sign for signs in _CURRENCIES.values() for sign in signs if before.endswith(sign)), ""
    )
    # Only hundreds of millions and more go without a unit; 3만 may be people.
    if not unit and not any(scale.endswith(("억", "조")) for _, scale in parts):
        return None
    return _money(amount, _currency(unit) if unit else "KRW")


def _plain(match: re.Match[str]) -> Money | None:
    amount = _number(match["number"], scaled=bool(match["scale"]))
    if amount is None:
        return None
    scale = (match["scale"] or "").casefold()
    power = next((power for start, power in _SCALES_LATIN if scale.startswith(start)), 0)
    signs = [sign.casefold() for sign in (match["before"], match["after"]) if sign]
    currencies = {_currency(sign) for sign in signs}
    return _money(amount * 10**power, currencies.pop()) if len(currencies) == 1 else None


def _money(amount: Decimal, currency: str) -> Money | None:
    if not currency or amount != amount.to_integral_value() or not 0 <= amount <= _MOST:
        return None
    return Money(int(amount), currency)


def _currency(sign: str) -> str:
    return next((code for code, signs in _CURRENCIES.items() if sign.casefold() in signs), "")


def _number(written: str, *, scaled: bool) -> Decimal | None:
    """Read a number whose commas and points may mean either thing; groups of three tell."""
    digits = re.sub(r"[ '](?=\d{3})", "", written.strip())
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = max(digits.rfind("."), digits.rfind(","))
        digits = re.sub(r"[.,]", "", digits[:decimal]) + "." + digits[decimal + 1 :]
    elif points + commas:
        separator = "." if points else ","
        grouped = re.fullmatch(rf"\d{{1,3}}(?:\{separator}\d{{3}})+", digits) is not None
        if grouped and not (scaled and points + commas == 1):
            digits = digits.replace(separator, "")
        elif points + commas > 1:
            return None
        else:
            digits = digits.replace(",", ".")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
