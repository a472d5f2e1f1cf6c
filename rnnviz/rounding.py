"""Numbers as they are shown: rounded once, honest about saturation and inexact sums."""

from decimal import Decimal

from rnnviz.ops import REALS

DIGITS = 3
MINUS = "\N{MINUS SIGN}"
ALMOST = "\N{ALMOST EQUAL TO}"


def show(
    value: float,
    digits: int = DIGITS,
    *,
    signed: bool = False,
    within: tuple[float, float] = REALS,
) -> str:
    """Return ``value`` with ``digits`` decimals, fewer from 10 up, an exponent from 10,000 up.

    Zero has no sign. A value strictly inside ``within`` never shows as one of its ends: it gets one
    digit more, and then ``<`` or ``>``.
    """
    text = _plain(value, digits)
    if within != REALS and float(text) in within and within[0] < value < within[1]:
        text = _plain(value, digits + 1)
        if float(text) in within:
            return _inside(float(text), digits + 1, within)
    sign = "+" if signed and float(text) > 0 else ""
    return sign + text.replace("-", MINUS)


def _plain(value: float, digits: int) -> str:
    size = abs(value)
    if size >= 9999.5:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    whole = len(str(int(round(size, digits))))
    text = f"{value:.{max(0, digits + 1 - whole)}f}"
    grown = len(text.lstrip("-").partition(".")[0])
    if grown > whole:  # 99.996 rounded up to 100.00
        text = f"{value:.{max(0, digits + 1 - grown)}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _inside(end: float, digits: int, within: tuple[float, float]) -> str:
    step = Decimal(1).scaleb(-digits)
    nearest = Decimal(str(end)) + (step if end == within[0] else -step)
    sign = "<" if end == within[0] else ">"
    return sign + f"{nearest:.{digits}f}".replace("-", MINUS)


def percent(value: float, digits: int = DIGITS) -> str:
    """Return a share in (0, 1) as per cent with two decimals fewer, never 0 % or 100 %."""
    shown = show(value, digits, within=(0.0, 1.0))
    prefix, number = (shown[0], shown[1:]) if shown[0] in "<>" else ("", shown)
    return f"{prefix}{Decimal(number).scaleb(2):f} %"


def number(shown: str) -> Decimal:
    """Return the number that a shown text stands for; an inequality stands for its bound."""
    return Decimal(shown.lstrip("<>").replace(MINUS, "-"))


def relation(exact: Decimal | None, shown: str) -> str:
    """Return ``=`` if the shown operands give ``exact``ly the shown result, else ``≈``."""
    return "=" if exact is not None and exact == number(shown) and shown[0] not in "<>" else ALMOST


def product(left: str, right: str) -> Decimal | None:
    """Return the exact product of two shown numbers, None where one only stands for a bound."""
    return None if left[0] in "<>" or right[0] in "<>" else number(left) * number(right)


def total(terms: list[str]) -> Decimal:
    """Return the exact sum of shown numbers."""
    return sum((number(term) for term in terms), Decimal(0)).normalize()
