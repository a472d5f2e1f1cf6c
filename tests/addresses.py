"""What the trace holds at the address of a number on the screen, and how that may be shown.

Addresses are ``f[0,1]`` (timestep, unit), ``W_if[0,1]``, ``b_if[1]`` and ``p_f[1]``, products of
them as ``W_if[0,1]*x[0,1]``, and the rest of a row of products as ``W_if[0,…]*x[0,…]``.
"""

import re
from functools import lru_cache
from math import fsum, prod

import numpy as np

import rnnviz as rv
from rnnviz.ops import REALS
from rnnviz.rounding import percent, show

ADDRESS = re.compile(r"(?P<name>\w+)\[(?P<index>\d+(?:,(?:\d+|…))?)\]")
DECIMAL = re.compile(r"(?:[<>] ?)?[+−]?\d+\.\d+(?:e−?\d+)?")


def parts(ref: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the names and indices of an address; ValueError if it is none."""
    found = [ADDRESS.fullmatch(part) for part in ref.split("*")]
    if None in found:
        raise ValueError(f"wanted an address such as f[0,1], got {ref!r}")
    return [(part["name"], tuple(part["index"].split(","))) for part in found]


def value(trace: rv.Trace, ref: str, b: int = 0) -> float:
    """Return the number at an address; IndexError or RnnvizError where the trace has none."""
    factors = parts(ref)
    if "…" in ref:
        return rest(trace, factors, b)
    return prod(scalar(trace, name, tuple(map(int, index)), b) for name, index in factors)


def scalar(trace: rv.Trace, name: str, index: tuple[int, ...], b: int) -> float:
    """Return one weight or one value of a unit that is shown."""
    blocks = trace.params.blocks(trace.cell)
    if name in blocks:
        return float(blocks[name][index])
    t, unit = index
    if unit not in trace.shown(name):
        raise IndexError(f"unit {unit} of {name} is not shown")
    return float(trace[name][t, b, unit])


def rest(trace: rv.Trace, factors: list[tuple[str, tuple[str, ...]]], b: int) -> float:
    """Return the sum of a row's products with what is not shown."""
    (weight, (row, _)), (source, (t, _)) = factors
    products = trace.params.blocks(trace.cell)[weight][int(row)] * trace[source][int(t), b]
    return fsum(np.delete(products, trace.shown(source)))


def wordings(trace: rv.Trace, ref: str, digits: int, b: int = 0) -> set[str]:
    """Return the texts that may stand for the number at an address."""
    found = value(trace, ref, b)
    name = parts(ref)[0][0]
    named = "*" not in ref and name not in trace.params.blocks(trace.cell)
    within = trace.cell.range(name) if named else REALS
    plain = {show(found, digits, signed=signed, within=within) for signed in (True, False)}
    return plain | {f"({text})" for text in plain}


def decimals(text: str) -> list[str]:
    """Return the decimal numbers in some words, bounds as pills have them: ``>0.9999``."""
    return [found.replace(" ", "") for found in DECIMAL.findall(text)]


@lru_cache(maxsize=64)
def spoken(trace: rv.Trace, t: int, digits: int, b: int = 0) -> frozenset[str]:
    """Return every decimal number that words about a timestep may contain."""
    texts = set()
    for name, vector in trace.at(t, b).items():
        within = trace.cell.range(name)
        for element in map(float, vector):
            texts.add(show(element, digits, within=within))
            if within == (0.0, 1.0):
                texts.add(percent(element, digits).removesuffix(" %"))
    return frozenset(texts)
