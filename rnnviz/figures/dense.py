"""Two dense layers make an RNN cell: neuron by neuron, then folded, unrolled and read out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rnnviz.figures import dense_net as net
from rnnviz.figures import dense_unrolled as unrolled
from rnnviz.figures.dense_layers import RESULT, Column, Dense, Neuron, worked
from rnnviz.figures.dense_model import LETTERS, WORD, demo, run, tokens
from rnnviz.figures.figure import Figure, Sheet, Wave
from rnnviz.figures.marks import Words
from rnnviz.model_trace import ModelTrace
from rnnviz.rounding import DIGITS, show
from rnnviz.tracing import Trace

__all__ = ["CELL", "TAKES", "demo", "figure"]

CELL = "rnn"
TAKES = ()


@dataclass(eq=False)
class Story:
    """The sheet, what is shown on it, and with how many digits."""

    sheet: Sheet
    model: ModelTrace
    digits: int
    layers: tuple[Dense, Dense, Dense] = field(init=False)

    def __post_init__(self) -> None:
        self.layers = net.layers(self.model.model)

    def fill(self, column: Column, name: str, t: int) -> tuple[str, ...]:
        """Put the values of a column at timestep t, and return their ids."""
        self.sheet.put(column.pills(net.values(self.model, name, t), t, self.digits))
        return column.ids

    def code(self, key: str) -> tuple[str, ...]:
        """Light the line of code that is at work, and return the ids of all lines."""
        for name, (text, x) in net.CODE.items():
            lit = name == key
            role = "ink" if lit else "muted"
            self.sheet.put(Words(f"code.{name}", text, x, 138, 28, role, "centre", lit))
        return tuple(f"code.{name}" for name in net.CODE)

    def work(self, layer: Dense, k: int, t: int) -> tuple[str, ...]:
        """Put up the panel of one neuron, and return its ids."""
        first = layer.key == "in"
        of, source = ("l_in", "e(c)") if first else ("l_hidden", "s")
        read = net.values(self.model, "x" if first else "s", t)
        before = net.values(self.model, "h_x" if first else "h_pre", t)[k - 1]
        after = net.values(self.model, "u" if first else "h", t)[k - 1]
        name = "relu" if first else "tanh"
        neuron = Neuron(of, k, source, layer.row(k), [*map(float, read)], float(before), name,
                        float(after))  # fmt: skip
        marks = tuple(worked(neuron, t, self.digits))
        self.sheet.put(marks)
        return tuple(mark.id for mark in marks)

    def say(self, value: float) -> str:
        """Return a value as captions have it."""
        return show(value, self.digits)


def figure(trace: Trace, digits: int = DIGITS) -> Figure:
    """Return the figure of the model with the weights of a cell of two dense layers."""
    model = run(trace)
    notes = (
        "wires are weights: dashed below 0, wide where large",
        "this RNN: relu, + h, tanh · seeded, not trained",
    )
    story = Story(Sheet("An RNN cell is two dense layers", notes), model, digits)
    _lookup(story)
    _one_neuron(story)
    _whole_layer(story)
    _addition(story)
    _hidden(story)
    _second_letter(story)
    unrolled.tell(story.sheet, model, digits)
    return story.sheet.figure()


def _lookup(story: Story) -> None:
    sheet, first = story.sheet, tokens()[0]
    sheet.put(net.skeleton(story.model.model, story.digits), net.word(1))
    sheet.put(net.table(story.model.model, story.digits), net.chosen(first), net.program())
    ids = story.fill(net.E, "x", 1)
    flights = dict(zip(ids, net.table_places(first), strict=True))
    caption = f"‘{WORD[0]}’ looks up its row of the embedding: {len(ids)} numbers, e(c)."
    sheet.beat("lookup", "Embedding", caption, "A letter looks up its row", 1,
               [Wave(ids, flights)])  # fmt: skip


def _one_neuron(story: Story) -> None:
    sheet, layer = story.sheet, story.layers[0]
    sheet.drop("program*")
    code = story.code("in")
    sheet.put(layer.neuron(1, layer.role))
    panel = story.work(layer, 1, 1)
    sheet.put(net.U.pills([net.values(story.model, "u", 1)[0], 0, 0], 1, story.digits)[:1])
    before = float(net.values(story.model, "h_x", 1)[0])
    caption = f"One neuron: 3 weights times e(c), plus a bias: {story.say(before)}. " + (
        "relu keeps it." if before > 0 else "relu makes it 0."
    )
    sheet.beat("neuron", "One neuron of l_in", caption, "One neuron of the first dense layer", 1,
               [Wave(code), Wave((*layer.names(1), *panel), pulses=layer.names(1)),
                Wave(("u1",), {"u1": RESULT})])  # fmt: skip


def _whole_layer(story: Story) -> None:
    sheet, layer = story.sheet, story.layers[0]
    before = net.values(story.model, "h_x", 1)
    cut = next((k for k in layer.neurons if k > 1 and before[k - 1] < 0), 2)
    order = [cut, *(k for k in layer.neurons if k not in (1, cut))]
    sheet.put(layer.wires(layer.role))
    panel = story.work(layer, cut, 1)
    story.fill(net.U, "u", 1)
    waves = [
        Wave((*layer.names(cut), *panel), pulses=layer.names(cut)),
        Wave((f"u{cut}",), {f"u{cut}": RESULT}),
        together(layer, order[1:]),
    ]
    size = layer.weight.size + layer.bias.size
    value = float(before[cut - 1])
    kept = f"relu makes {story.say(value)} a 0" if value < 0 else "none of them is cut off"
    caption = f"l_in is {len(layer.bias)} such neurons with {size} weights and biases: {kept}."
    sheet.beat("layer", "The first dense layer", caption, "The other neurons", 1, waves)


def together(layer: Dense, neurons: Sequence[int]) -> Wave:
    """Return the wave in which some neurons of a layer come with their wires."""
    wires = tuple(name for k in neurons for name in layer.names(k))
    return Wave((*wires, *(layer.target.ids[k - 1] for k in neurons)), pulses=wires)


def _addition(story: Story) -> None:
    sheet = story.sheet
    sheet.drop("worked*")
    sheet.put(story.layers[0].wires("muted"))
    code = story.code("hidden")
    sheet.change("add.*", role="muted")
    previous, sums = story.fill(net.PREVIOUS, "h_prev", 1), story.fill(net.S, "s", 1)
    pulses = tuple(f"add.{a}{k}" for a in "uh" for k in (1, 2, 3))
    said = ("The only thing that is special", "Without + h: two dense layers of a plain network.",
            "With it, what a letter does depends on the letters before it.")  # fmt: skip
    sheet.put(
        Words(f"said{k}", text, 506, 810 + 60 * k, 30, "muted" if k else "ink", bold=not k)
        for k, text in enumerate(said)
    )
    sheet.beat("add", "Plus the hidden state",
               "The hidden state is added, unit by unit; before the first letter it is 0.",
               "Now the hidden state joins", 1,
               [Wave((*code, *previous)), Wave(sums, pulses=pulses)])  # fmt: skip


def _hidden(story: Story) -> None:
    sheet, layer = story.sheet, story.layers[1]
    sheet.drop("said*")
    sheet.put(layer.wires(layer.role))
    panel = story.work(layer, 1, 1)
    story.fill(net.H, "h", 1)
    before, after = (float(net.values(story.model, name, 1)[0]) for name in ("h_pre", "h"))
    waves = [
        Wave((*layer.names(1), *panel), pulses=layer.names(1)),
        Wave(("h1",), {"h1": RESULT}),
        together(layer, layer.neurons[1:]),
    ]
    caption = (f"l_hidden is a dense layer too; its tanh turns {story.say(before)} into "
               f"{story.say(after)}: unit 1 of the new h.")  # fmt: skip
    sheet.beat("hidden", "The second dense layer", caption, "The second dense layer", 1, waves)


def _second_letter(story: Story) -> None:
    sheet, (first, second, _) = story.sheet, story.layers
    sheet.drop("worked*")
    row = tokens()[1]
    code = story.code("")
    sheet.change("back", role="h")
    sheet.change("back.from", "back.to", role="h")
    sheet.put(second.wires("muted"))
    places = dict(zip(net.E.ids, net.table_places(row), strict=True))
    previous = story.fill(net.PREVIOUS, "h_prev", 2)
    e, u, s, h = (
        story.fill(column, name, 2)
        for column, name in ((net.E, "x"), (net.U, "u"), (net.S, "s"), (net.H, "h"))
    )
    sheet.put(net.word(2), net.chosen(row))
    letters = tuple(f"word{k}" for k in range(1, len(WORD) + 1))
    back = ("back", "back.from", "back.to")
    sheet.put(legend(story), net.frame())
    waves = [
        Wave((*back, *code, *letters, "table.row", *e), places, ("back",)),
        Wave((*previous, *u, *s), pulses=tuple(wire.id for wire in first.wires())),
        Wave(h, pulses=tuple(wire.id for wire in second.wires())),
        Wave(("frame", *(words.id for words in legend(story)))),
    ]
    sheet.beat("again", "The next letter",
               f"‘{WORD[1]}’ runs through the same weights, but now h is what ‘{WORD[0]}’ left.",
               "h goes back, and the next letter comes", 2, waves)  # fmt: skip


def legend(story: Story) -> list[Words]:
    """Return what the network consists of, in words."""
    first, second, out = (layer.weight.size + layer.bias.size for layer in story.layers)
    embedding = story.model.x.shape[-1]
    columns = (
        ("In the cell, and nothing else:", f"l_in: {first} weights and biases, relu",
         "an addition: here h comes in", f"l_hidden: {second} weights and biases, tanh"),
        ("Around it:", f"embedding: {len(LETTERS)} letters, {embedding} numbers each",
         f"l_out: {out} weights and biases, log_softmax", "used after the last letter only"),
    )  # fmt: skip
    return [
        Words(f"legend{a}{k}", text, 520 + 680 * a, 800 + 52 * k, 28,
              "muted" if k else "ink", bold=not k)
        for a, lines in enumerate(columns)
        for k, text in enumerate(lines)
    ]  # fmt: skip
