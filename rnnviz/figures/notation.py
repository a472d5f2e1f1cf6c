"""The notation of symbols in figures, ``h_{t-1}`` or ``∂L/∂W_{hh}``, in parts and as Typst."""

import re
import unicodedata
from dataclasses import dataclass

_PART = re.compile(r"([_^])(?:\{([^{}]*)\}|(.))|([^_^]+)", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z]{2,}|\d+(?:\.\d+)?|.[\u0302\u0303]?", re.DOTALL)
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde"}
_WORD = 3  # letters from which on a token below or above the line is a word: W_{hh}, but h_{last}
_ESCAPED = {c: f"\\{c}" for c in "#$\"\\/&_^`'@<>~*"}


@dataclass(frozen=True)
class Part:
    """A run of a symbol: on the line (0), lowered (-1) or raised (1)."""

    text: str
    level: int = 0


def parts(text: str) -> tuple[Part, ...]:
    """Return a symbol's runs in order."""
    found = []
    for mark, many, one, plain in _PART.findall(text):
        level = {"": 0, "_": -1, "^": 1}[mark]
        found.append(Part(plain or many or one, level))
    return tuple(found)


def spoken(text: str) -> str:
    """Return a symbol as it is read in plain text: without braces."""
    return "".join(("_", "", "^")[part.level + 1] + part.text for part in parts(text))


def typst(text: str) -> str:
    """Return a symbol as Typst mathematics."""
    made = []
    for part in parts(text):
        inner = " ".join(_token(token) for token in tokens(part) if token != " ")
        made.append(inner if part.level == 0 else f"{'_' if part.level < 0 else '^'}({inner})")
    return "".join(made)


def tokens(part: Part) -> tuple[str, ...]:
    """Return the words and single characters of a run; a letter with its accent is one."""
    found = []
    for token in _TOKEN.findall("".join(map(_split, part.text))):
        short = part.level and len(token) < _WORD and token.isalpha() and token.islower()
        found += [*token] if short else [token]
    return tuple(found)


def _split(letter: str) -> str:
    """Return a letter with a hat or a tilde as the letter and its accent, others as they are."""
    split = unicodedata.normalize("NFD", letter)
    return split if split[-1] in _ACCENTS else letter


_LOWERED = str.maketrans("0123456789t+−-", "₀₁₂₃₄₅₆₇₈₉ₜ₊₋₋")


def lowered(text: str) -> str:
    """Return plain text with indices such as ``h_12`` and ``h_t−1`` as letters below the line."""
    return re.sub(r"_(\d+|t(?:[−+-]\d+)?)(?![A-Za-z0-9])", lambda m: m[1].translate(_LOWERED), text)


def is_italic(token: str) -> bool:
    """Tell whether a token is set in italics: a single letter, with an accent or without."""
    return token[0].isalpha() and token[0] not in "σΣ∂" and not token[1:].isalpha()


def _token(token: str) -> str:
    accent = _ACCENTS.get(token[-1])
    if accent:
        return f"{accent}({token[0]})"
    if len(token) > 1 and token.isalpha():
        return f'"{token}"'
    return _ESCAPED.get(token, token)
