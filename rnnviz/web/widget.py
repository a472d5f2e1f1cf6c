"""The player as a notebook's widget, which Python and the browser steer together."""

import base64
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import traitlets

from rnnviz.arrays import Array
from rnnviz.cells import Cell
from rnnviz.errors import RnnvizError
from rnnviz.params import Params
from rnnviz.reprs import html, text
from rnnviz.stepping import whole
from rnnviz.storyboard import DETAILS
from rnnviz.tracing import Trace
from rnnviz.web.edits import checked, differences, edited, name_of, parsed, starting, variant
from rnnviz.web.frame import framed
from rnnviz.web.module import module, style
from rnnviz.web.png import picture
from rnnviz.web.record import Json, record
from rnnviz.web.walks import VIEWS, Walk, nearest, walk_of

try:
    import anywidget
except ImportError as error:
    raise RnnvizError(
        f"explore: wanted anywidget (pip install 'rnnviz[widget]'), got: {error}"
    ) from None


SETTABLE = ("t", "beat", "edits", "convention", "view", "detail", "x", "h0", "c0", "params")


class RefusedError(RnnvizError, traitlets.TraitError):
    """What the widget cannot take; also a TraitError, so that traitlets puts back what was."""


class Edits(MutableMapping[str, float]):
    """The edited numbers by address; to set or delete one changes the widget that they are of."""

    def __init__(self, numbers: Mapping[str, float], owner: "Explorer") -> None:
        self._numbers, self._owner = dict(numbers), owner

    def __getitem__(self, address: str) -> float:
        return self._numbers[address]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __setitem__(self, address: str, value: float) -> None:
        self._owner.edits = {**self._owner.edits, address: value}
        self._numbers = dict(self._owner.edits)

    def __delitem__(self, address: str) -> None:
        self._numbers[address]  # a KeyError where there is none
        self._owner.edits = {at: v for at, v in self._owner.edits.items() if at != address}
        self._numbers = dict(self._owner.edits)

    def clear(self) -> None:
        """Take all edits back at once."""
        self._owner.edits = {}
        self._numbers = {}

    def __repr__(self) -> str:
        return repr(self._numbers)


class _Whole(traitlets.Int[int, int]):
    """The timestep t, refused in our words."""

    def validate(self, obj: "Explorer", value: Any) -> int:
        with _refusing():
            return whole("t", value, 0, obj._steps - 1)


class _Text(traitlets.Unicode[str, str]):
    """A name, refused in our words."""

    def validate(self, obj: Any, value: Any) -> str:
        if not isinstance(value, str):
            raise RefusedError(f"{self.name}: wanted a text, got {type(value).__name__}")
        return value


class Explorer(anywidget.AnyWidget):
    """One sample of a trace, to step through and to change, in a notebook and from Python.

    ``t`` (from 0) and ``beat`` (such as ``t1.f``) say what is seen; ``edits`` are changed numbers
    by address (``x[0,1]``, ``h_prev[0]``, ``W_if[0,1]``: from 0), ``convention`` the name of one,
    or "" for the trace's own; ``view`` is values or gradients, ``detail`` full, gates or brief. All
    can be set, and change when somebody clicks; what cannot be raises RnnvizError, as does what
    cannot be computed: numbers that overflow.
    """

    _esm = module()
    _css = style()
    record = traitlets.Dict().tag(sync=True)
    t = _Whole(0).tag(sync=True)
    beat = _Text().tag(sync=True)
    edits = traitlets.Any().tag(sync=True, to_json=lambda edits, _: dict(edits))
    convention = _Text("").tag(sync=True)
    view = _Text("values").tag(sync=True)
    detail = _Text("full").tag(sync=True)

    def __init__(self, trace: Trace, made: Json, b: int = 0) -> None:
        """Make a widget of sample b of a trace and its record."""
        self._given, self._b, self._steps = trace, b, trace.length(b)
        self._made: tuple[dict[str, float], Cell, Trace] | None = None
        walk = walk_of(trace.cell, self._steps, "values", made["detail"])
        super().__init__(record=made, beat=next(iter(walk)), edits={}, detail=made["detail"])

    def __setattr__(self, name: str, value: Any) -> None:
        own = name in SETTABLE or (name == "record" and "record" not in self._trait_values)
        if not (own or name.startswith("_") or hasattr(anywidget.AnyWidget, name)):
            raise RefusedError(f"attribute: wanted one of {', '.join(SETTABLE)}, got {name!r}")
        super().__setattr__(name, value)

    # What the numbers are now

    @property
    def trace(self) -> Trace:
        """The trace of the sample with its edits, under the convention that is shown."""
        return self._computed(self.edits, self._cell)

    def _computed(self, edits: Mapping[str, float], cell: Cell) -> Trace:
        """Return the trace of these edits; the last one is kept, for it is asked for again."""
        if self._made is None or self._made[:2] != (edits, cell):
            self._made = dict(edits), cell, edited(self._given, self._b, edits, cell)
        return self._made[2]

    @property
    def x(self) -> Array:
        """The inputs (T, I), to read or to set as a whole."""
        x: Array = self.trace["x"][:, 0]
        return x

    @x.setter
    def x(self, numbers: Any) -> None:
        self._set({"x": numbers})

    @property
    def h0(self) -> Array:
        """The hidden state (H,) that the sequence starts from, to read or to set as a whole."""
        h0: Array = self.trace.states["h_prev"][0]
        return h0

    @h0.setter
    def h0(self, numbers: Any) -> None:
        self._set({"h_prev": numbers}, "h0")

    @property
    def c0(self) -> Array | None:
        """The cell state (H,) that the sequence starts from, None where there is none."""
        states = self.trace.states
        return states["c_prev"][0] if "c_prev" in states else None

    @c0.setter
    def c0(self, numbers: Any) -> None:
        if "c_prev" in self._cell.states:
            self._set({"c_prev": numbers}, "c0")
        elif numbers is not None:
            raise RnnvizError(f"c0: wanted none ({self._cell.title} has no cell state), got one")

    @property
    def params(self) -> Params:
        """The weights and biases, to read or to set as a whole."""
        return self.trace.params

    @params.setter
    def params(self, params: Params) -> None:
        if not isinstance(params, Params):
            raise RnnvizError(f"params: wanted rnnviz.Params, got {type(params).__name__}")
        self._set(params.blocks(self._cell))

    def reset(self) -> None:
        """Take all edits back, and the convention."""
        with self.hold_sync(), self.hold_trait_notifications():  # one alone might overflow
            self.edits, self.convention = {}, ""

    def _set(self, numbers: Mapping[str, Any], label: str = "") -> None:
        """Make edits of what differs from the trace; those of other names stay."""
        before = starting(self._given, self._b, self._cell)
        kept = {at: v for at, v in self.edits.items() if parsed(at)[0] not in numbers}
        for name, array in numbers.items():
            kept |= differences(name, before[name], array, label)
        self.edits = kept

    # What may be set, and what else moves then

    @property
    def _cell(self) -> Cell:
        with _refusing():
            return variant(self._given.cell, self.convention)

    @property
    def _walk(self) -> Walk:
        return walk_of(self._cell, self._steps, self.view, self.detail)

    @traitlets.validate("t")
    def _valid_t(self, proposal: Any) -> int:
        t: int = proposal["value"]
        if not 0 <= t < self._steps:
            raise RefusedError(f"t: wanted 0 to {self._steps - 1}, got {t}")
        return t

    @traitlets.validate("beat")
    def _valid_beat(self, proposal: Any) -> str:
        return _one_of("beat", proposal["value"], self._walk)

    @traitlets.validate("view")
    def _valid_view(self, proposal: Any) -> str:
        return _one_of("view", proposal["value"], VIEWS)

    @traitlets.validate("detail")
    def _valid_detail(self, proposal: Any) -> str:
        return _one_of("detail", proposal["value"], DETAILS)

    @traitlets.validate("edits")
    def _valid_edits(self, proposal: Any) -> Edits:
        with _refusing():
            edits = checked(self._given, proposal["value"])
            self._check_computable(edits, self._cell)
            return Edits(edits, self)

    @traitlets.validate("convention")
    def _valid_convention(self, proposal: Any) -> str:
        """Return the first name of the variant, and none for the trace's own."""
        with _refusing():
            wanted = variant(self._given.cell, proposal["value"])
            self._check_computable(checked(self._given, self.edits), wanted)
        return name_of(wanted, self._given.cell)

    def _check_computable(self, edits: Mapping[str, float], cell: Cell) -> None:
        if edits or cell != self._given.cell:  # the trace that was given has been computed
            self._computed(edits, cell)

    @traitlets.observe("view", "detail", "convention")
    def _rewalk(self, _: Any) -> None:
        self.beat = nearest(self._walk, self.beat, self.t)

    @traitlets.observe("t")
    def _follow_t(self, _: Any) -> None:
        if self._walk[self.beat] != self.t:
            self.beat = next(beat for beat, t in self._walk.items() if t == self.t)

    @traitlets.observe("beat")
    def _follow_beat(self, _: Any) -> None:
        self.t = self._walk[self.beat]

    # How it is shown without a kernel

    def __repr__(self) -> str:
        return f"Explorer({self._given!r}, beat={self.beat!r}, edits={self.edits!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the live view and, for pages without a kernel, the player, a table, a picture."""
        made = super()._repr_mimebundle_(**kwargs)
        if made is None:
            return None
        data, metadata = made
        now = self.trace
        saved = self.record
        if self.edits or self.convention:
            saved = record(now, digits=saved["digits"], title=saved["title"], where=saved["where"])
            saved |= {name: self.record[name] for name in ("loss", "detail", "sample")}
        digits = self.record["digits"]
        png, width, height = picture(now, 0, digits)
        data |= {
            "text/plain": text(now, 0, digits),
            "text/html": framed([saved], saved["title"], html(now, 0, digits)),
            "image/png": base64.b64encode(png).decode("ascii"),
        }
        return data, {**metadata, "image/png": {"width": width, "height": height}}


@contextmanager
def _refusing() -> Iterator[None]:
    """Make RnnvizErrors such that traitlets puts back what was."""
    try:
        yield
    except RnnvizError as error:
        raise RefusedError(str(error)) from None


def _one_of(name: str, value: str, wanted: Any) -> str:
    if value not in wanted:
        raise RefusedError(f"{name}: wanted one of {', '.join(wanted)}, got {value!r}")
    return value
