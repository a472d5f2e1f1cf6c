"""The legend against the code: it explains whatever the pictures of all variants hold."""

import pytest

import rnnviz as rv
from picture import pictures, view
from rnnviz.cells import CELLS, LSTM, MAKERS
from rnnviz.equations import is_named, symbol
from rnnviz.errors import RnnvizError
from rnnviz.ops import ACTIVATIONS
from rnnviz.params import demo
from rnnviz.placement import place
from rnnviz.stage.canvas import canvas_box
from rnnviz.stage.drawing import LIT, WIRE
from rnnviz.stage.legend import BEATS, parts
from rnnviz.stage.legend_names import rows, weights
from rnnviz.stage.legend_operations import reach, wires
from rnnviz.stage.legend_values import CELLS as COLUMNS
from rnnviz.stage.legend_values import ROLES, letters
from rnnviz.stage.pen import Pen
from rnnviz.stage.shapes import weight_line
from rnnviz.stage.tables import NOTES
from rnnviz.stage.typeset import Label, Typesetter
from rnnviz.storyboard import walk
from rnnviz.theme import LIGHT, THEMES
from variants import VARIANTS


@pytest.fixture(scope="module")
def texts():
    """The texts of the last frame, which holds everything."""
    return pictures("legend", view("lstm"))[-1].texts


@pytest.fixture(scope="module")
def pen():
    return Pen(walk(view("lstm").trace), LIGHT, Typesetter())


def within(text, texts):
    """Whether a text stands in the legend, by itself or in a line of several."""
    return any(text in one.text for one in texts)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_mark_and_activation_of_a_variant_is_explained(name, texts):
    cell = VARIANTS[name]
    marks = {node.mark for node in place(cell, 3, 2).nodes if node.mark}
    marks |= {step.op for step in cell.steps if step.op in ACTIVATIONS}
    assert marks - {one.text for one in texts} == set()


@pytest.mark.parametrize("name", [name for name in VARIANTS if "replace" not in name])
def test_every_letter_of_a_variant_stands_in_its_colour(name, texts):
    cell = VARIANTS[name]
    own = [value for value in cell.names if is_named(cell, value) or value == "z_not"]
    colours = {
        value: {one.colour for one in texts if symbol(cell, value, "text") in one.text}
        for value in own
    }
    assert {value for value in own if LIGHT.hue(value) not in colours[value]} == set()


def test_z_and_what_is_left_of_it_change_places_where_z_replaces(texts):
    keeps, replaces = (VARIANTS[f"gru-after-{update}-2"] for update in ("keep", "replace"))
    pairs = [(cell, LIGHT.of(cell)) for cell in (keeps, replaces)]
    roles = [[theme.roles[name] for name in ("z", "z_not")] for _, theme in pairs]
    assert roles[0] == roles[1][::-1] == ["drop", "write"]
    assert (ROLES["drop"], ROLES["write"]) == ("gate: keeps", "gate: lets in")
    assert within("Where z replaces, z lets in and 1 − z keeps", texts)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_hue_of_a_theme_has_a_row_with_a_letter(theme, pen):
    assert set(ROLES) == set(theme.hues)
    themed = Pen(pen.board, theme, pen.types)
    for role in theme.hues:
        assert any(letters(themed, cell, role) for cell in COLUMNS)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_kind_of_parameter_is_explained(name, texts):
    """W_i·, W_h·, one bias b_· or b_i· and b_h·, peepholes p_·: shown for the forget gate."""
    kinds = {f"{parameter[:-1]}f" for parameter in VARIANTS[name].params}
    assert {kind for kind in kinds if not within(kind, texts)} == set()


def test_only_gates_have_no_sign(texts):
    assert within("Gates lie between 0 and 1 and have no sign; all else has one", texts)
    gates = {gate.key for cell in CELLS.values() for gate in cell.gates if "gate" in gate.title}
    for cell in VARIANTS.values():
        unsigned = {name for name in cell.names if cell.range(name)[0] >= 0}
        assert unsigned == (gates & set(cell.names)) | ({"z_not"} & set(cell.names))


@pytest.mark.parametrize(
    ("op", "words"), [("sigmoid", "0 to 1"), ("tanh", "−1 to 1"), ("relu", "0 or more")]
)
def test_the_words_under_a_curve_are_the_range_of_its_operation(op, words, texts):
    assert reach(op) == words
    assert within(words, texts)


@pytest.mark.parametrize(("inputs", "hidden"), [(3, 2), (1, 1), (8, 5)])
@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("biases", [0, 1, 2])
def test_the_number_of_weights_is_that_of_the_params(name, biases, inputs, hidden):
    cell = MAKERS[name](biases=biases)
    assert weights(cell, inputs, hidden) == demo(cell, 1, inputs, hidden).params.size


def test_the_table_of_weights_holds_the_known_numbers(texts):
    shown = [one.text for one in texts]
    for title, one, two in (("RNN", 12, 14), ("LSTM", 48, 56), ("GRU", 36, 42)):
        cells = {shown[k + 3 : k + 5] == [str(one), str(two)] or None
                 for k, text in enumerate(shown) if text == title}  # fmt: skip
        assert True in cells


def test_the_sizes_are_those_of_the_trace():
    seen = pictures("legend", view("lstm", "light", 5, 4, 3))[-1].texts
    for size in ("I = 5", "H = 4", "B = 1", "T = 3", "G = 4"):
        assert within(size, seen)


def test_the_table_of_names_agrees_with_the_cells_and_conventions():
    named = {row[0]: row[1:] for row in rows()}
    assert named["hidden units"] == ("hidden_size", "units, state_size", "num_units")
    for name in ("lstm", "gru"):
        keys = " ".join(gate.key for gate in CELLS[name].gates)
        assert named[f"{CELLS[name].title} blocks"][0] == keys
    for column, convention in enumerate(("pytorch", "keras")):
        gru = dict(rv.cell_named("gru", convention).choices)
        lstm = dict(rv.cell_named("lstm", convention).choices)
        assert named["z = 1"][column] == f"{gru['update']}s h"
        assert named["reset"][column].startswith(str(gru["reset"]))
        assert named["biases"][column].startswith(str(lstm["biases"]))
    assert named["reset"][1].endswith("before")
    assert named["biases"][1].endswith("2")


def test_the_note_says_that_the_order_guides_the_eye(texts):
    start, _, end = NOTES["lstm"].partition(": ")
    assert within(start, texts)
    assert within(end, texts)


def test_signs_that_an_excerpt_and_a_worked_sum_use_are_there(texts):
    shown = {one.text for one in texts}
    assert {"=", "≈", "t = 2 of 2", "2 of 8 shown", "6 more w × h"} <= shown


def test_a_large_cell_shows_its_own_numbers_of_units():
    made = demo(LSTM, 2, 3, 8)
    trace = rv.trace(LSTM, made.x, made.params).pick(units=[1, 4, 6])
    shown = {one.text for one in pictures("legend", rv.stage.View(trace))[-1].texts}
    assert {"3 of 8 shown", "5 more w × h"} <= shown


def test_a_weight_is_dashed_below_zero_and_thicker_the_larger_it_is():
    ends = ((100.0, 500.0), (300.0, 500.0))
    large, small, negative = (weight_line(LIGHT, *ends, weight) for weight in (1.0, 0.1, -1.0))
    assert large.get_stroke_width() > small.get_stroke_width()
    assert len(negative.get_subpaths()) > 4
    assert len(large.get_subpaths()) == 1


def test_wires_look_as_in_the_diagram(pen):
    """A dashed weight, and vectors that come, are lit and have come."""
    family = [one for part in wires(pen) for one in part.get_family()]
    lines = [one for one in family if not isinstance(one, Label)]
    looks = {(str(one.get_stroke_color()).lower(), one.get_stroke_width()) for one in lines}
    assert any(len(one.get_subpaths()) > 4 for one in lines if len(one.points))
    assert {(LIGHT.faint, WIRE), (LIGHT.hue("c"), LIT), (LIGHT.hue("c"), WIRE)} <= looks


def test_all_parts_stay_above_the_caption_and_in_their_column(pen):
    columns = {0: (36, 704), 1: (750, 1250), 2: (750, 1250), 3: (1296, 1884)}
    for k, group in enumerate(parts(pen)):
        left, right = columns[k]
        for part in group:
            box = canvas_box(part)
            assert left <= box.left < box.right <= right
            assert 90 <= box.top < box.bottom <= 985


def test_a_beat_a_group_of_parts():
    assert [beat.key for beat in BEATS] == ["values", "operations", "wires", "names"]


def test_another_cell_is_refused():
    with pytest.raises(RnnvizError, match="wanted a trace of an LSTM, got GRU"):
        pictures("legend", view("gru"))
