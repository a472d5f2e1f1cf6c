"""Values over time: each coloured cell is the number that it stands for, and leads to it."""

import numpy as np
import pytest

import colour_vision
import rnnviz as rv
from player_page import shown, values
from rnnviz.conventions import cell_named
from variants import VARIANTS, traced

LSTM = rv.trace("lstm")
LONG = rv.trace("gru", np.random.default_rng(5).normal(size=(40, 3)))


def strips(trace=LSTM, **options):
    return shown("strips", "Strips", trace, **options)


def pixels(page, name):
    """The colours of a strip as they lie in its canvas, (H, T, 3)."""
    flat, width = page.evaluate(
        """(name) => {
          const canvas = document.querySelector(`[data-name=${name}] canvas`);
          const { width, height } = canvas;
          return [[...canvas.getContext("2d").getImageData(0, 0, width, height).data], width];
        }""",
        name,
    )
    colours = np.reshape(flat, (-1, width, 4))
    assert (colours[..., 3] == 255).all()
    return colours[..., :3]


def lightness(colour):
    return colour_vision.seen("#" + "".join(f"{part:02x}" for part in map(int, colour))).L


def strip(page, name):
    return page.locator(f'.rv-strip[data-name="{name}"]')


def click(page, name, t, unit):
    """Click into the middle of a cell."""
    strip(page, name).scroll_into_view_if_needed()
    box = strip(page, name).bounding_box()
    steps, units = page.evaluate("[s.T, s.H]")
    page.mouse.click(
        box["x"] + (t + 0.5) / steps * box["width"], box["y"] + (unit + 0.5) / units * box["height"]
    )


def where(page):
    return page.evaluate("[s.beat.t, s.focusUnit]")


# Colours


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["lstm-2-True", "gru-after-keep-2", "rnn-relu-2-sum", "rnn-tanh-0-dense"]
)
def test_colours_go_away_from_the_ground_as_values_go_away_from_zero(name, theme):
    trace = traced(VARIANTS[name], steps=6, hidden=5)
    with strips(trace, theme=theme) as page:
        ground = lightness(page.evaluate("heat.heatColours(part.root, 'cell').ground"))
        for value in ("h", *(gate.key for gate in trace.cell.gates)):
            numbers = trace[value][:, 0].T
            away = np.vectorize(lightness, signature="(n)->()")(pixels(page, value)) - ground
            away = -away if theme == "light" else away
            for side in (numbers >= 0, numbers <= 0):
                order = np.argsort(np.abs(numbers[side]))
                assert (np.diff(away[side][order]) > -0.75).all(), value  # 8 bits a channel
            assert away[np.unravel_index(np.abs(numbers).argmax(), numbers.shape)] > 10


def test_every_cell_has_the_colour_of_its_own_number():
    """A value that is 0 everywhere but at one (t, unit) colours one pixel, the right one."""
    with strips(LONG) as page:
        for t, unit in ((0, 0), (39, 1), (17, 0)):
            page.evaluate(
                """([t, unit]) => {
                  s.result = { ...s.result, values: { ...s.result.values,
                    r: new Float64Array(s.T * s.H).fill(0.25) } };
                  s.result.values.r[t * s.H + unit] = 0.75;
                  part.update();
                }""",
                [t, unit],
            )
            found = pixels(page, "r")
            other = np.any(found != found[1 - unit, 39 - t], axis=-1)
            assert np.argwhere(other).tolist() == [[unit, t]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_positive_and_negative_differ_for_every_eye_and_in_lightness(theme):
    with strips(theme=theme) as page:
        colours = page.evaluate("heat.heatColours(part.root, 'cell')")
        text = {
            name: "#" + "".join(f"{round(part):02x}" for part in colours[name])
            for name in ("ground", "positive", "negative")
        }
        for vision in colour_vision.VISIONS:
            seen = {name: colour_vision.seen(colour, vision) for name, colour in text.items()}
            for one, other in (
                ("positive", "negative"),
                ("positive", "ground"),
                ("negative", "ground"),
            ):
                assert colour_vision.distance(seen[one], seen[other]) > 20, (vision, one, other)
            assert abs(seen["positive"].L - seen["negative"].L) > 20


def test_strips_are_drawn_anew_when_the_theme_or_a_number_changes_and_only_then():
    with strips() as page:
        page.evaluate("""() => { window.painted = 0; const paint = part.paint.bind(part);
          part.paint = () => { painted += 1; paint(); }; }""")
        light = pixels(page, "f")
        page.evaluate("s.go('t2.f')")
        page.evaluate("s.follow(1)")
        assert page.evaluate("painted") == 0
        page.evaluate("s.set('x[0,0]', 2)")
        assert page.evaluate("painted") == 1
        edited = pixels(page, "f")
        assert (edited != light).any()
        page.evaluate("at.parentNode.dataset.theme = 'dark'")
        page.evaluate("part.recolour()")
        dark = pixels(page, "f")
        page.evaluate("at.parentNode.dataset.theme = 'light'")
        assert dark.mean() < 128 < edited.mean()


@pytest.mark.parametrize("frames", [0, 2])
def test_a_strip_that_is_not_seen_is_not_drawn_until_it_is(frames):
    with strips() as page:
        before = pixels(page, "f")
        edited = page.evaluate(
            """async (frames) => {
              const drawnOf = part.result;
              part.root.style.display = "none";
              for (let i = 0; i < frames; i++) await new Promise(requestAnimationFrame);
              s.set("x[0,0]", 2);
              const waited = part.result === drawnOf && s.result !== drawnOf;
              part.root.style.display = "";
              return waited;
            }""",
            frames,
        )
        assert edited
        page.wait_for_function("part.result === s.result")
        assert (pixels(page, "f") != before).any()


# Scales


def test_scales_have_their_ends_and_the_values_as_numbers():
    with strips() as page:
        said = {
            name: page.locator(f".rv-strip-group:has([data-name={name}]) .rv-scale")
            .inner_text()
            .split()
            for name in ("h", "f", "g")
        }
        assert said["f"][:3] == ["0", "1", "values"]
        assert said["g"][:2] == ["−1", "1"]
        most = np.abs(LSTM["h"]).max()
        assert said["h"][:2] == [f"−{most:.3f}", f"{most:.3f}"]
        for name in ("h", "f", "g"):
            least, greatest = (
                f"{v:.3f}".replace("-", "−") for v in (LSTM[name].min(), LSTM[name].max())
            )
            assert said[name][-3:] == [least, "to", greatest]


def test_in_the_gradient_view_strips_show_gradients_around_zero_and_say_so():
    with strips(LONG) as page:
        page.evaluate("s.setView('gradients')")
        assert (
            strip(page, "r").get_attribute("aria-label") == "gradient of r, reset gate, over time"
        )
        assert page.locator(".rv-strip-name").first.text_content() == "dL/dht"
        gradients = LONG.backward(dh_T=np.ones((1, 2)))
        numbers = gradients["n"][:, 0].T
        away = np.vectorize(lightness, signature="(n)->()")(pixels(page, "n"))
        assert np.argmin(away) in (np.argmax(numbers), np.argmin(numbers))
        ends = page.locator(".rv-strip-group:has([data-name=n]) .rv-scale").inner_text().split()
        most = page.evaluate("Math.max(...s.gradients.values.n.map(Math.abs))")
        assert ends[1] == f"{most:.3f}"
        assert np.isclose(most, np.abs(numbers).max(), rtol=1e-12)
        assert "dL/dr" in strip(page, "r").get_attribute("aria-valuetext")


# Pointing


@pytest.mark.parametrize(("t", "unit"), [(0, 0), (2, 1), (1, 0)])
def test_a_click_goes_to_the_timestep_and_follows_the_unit(t, unit):
    with strips() as page:
        click(page, "f", t, unit)
        assert where(page) == [t, unit]


def test_a_click_finds_its_cell_among_many():
    big = traced(cell_named("lstm"), steps=3, hidden=8)
    long = rv.trace("lstm", np.random.default_rng(1).normal(size=(300, 3)), big.params)
    with strips(long) as page:
        for t, unit in ((0, 7), (299, 0), (123, 4)):
            click(page, "c", t, unit)
            assert where(page) == [t, unit]


def test_a_unit_that_is_not_shown_comes_into_the_picture():
    params = rv.Params(np.ones((40, 1)) / 9, np.eye(40) / 2)
    with strips(rv.trace(cell_named("rnn", biases=0), np.ones((4, 1)), params)) as page:
        assert page.evaluate("s.units") == [0, 1, 2, 3]
        click(page, "h", 2, 30)
        assert where(page) == [2, 30]
        assert page.evaluate("s.units") == [0, 1, 2, 30]


def test_dragging_over_a_strip_goes_through_time():
    with strips(LONG) as page:
        box = strip(page, "z").bounding_box()
        y = box["y"] + 5
        page.mouse.move(box["x"] + 2, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2 + 1, y)
        assert where(page)[0] == 20
        page.mouse.move(box["x"] + box["width"] + 50, y)
        assert where(page)[0] == 39
        page.mouse.up()


def test_what_is_under_the_pointer_is_told_with_all_its_digits():
    with strips() as page:
        box = strip(page, "f").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75)
        value = float(values(page)["f"][1, 1])
        assert page.evaluate("tips.at(-1)") == f"f, unit 2, t = 2: {value!r}".replace(
            "np.float64(", ""
        ).rstrip(")")
        mark = strip(page, "f").locator(".rv-cell-under").bounding_box()
        assert mark["x"] == pytest.approx(box["x"] + box["width"] / 3, abs=1)
        assert mark["y"] == pytest.approx(box["y"] + box["height"] / 2, abs=1)
        page.mouse.move(0, 0)
        assert page.evaluate("tips.at(-1)") is None


# Keys


def test_keys_move_through_time_and_units_and_step_no_beat_besides():
    with strips() as page:
        page.evaluate("window.heard = null")
        page.evaluate("document.addEventListener('keydown', (e) => { window.heard = e.key; })")
        strip(page, "f").focus()
        for key, expected in (
            ("ArrowRight", [1, 0]),
            ("ArrowDown", [1, 1]),
            ("ArrowDown", [1, 1]),
            ("End", [2, 1]),
            ("ArrowRight", [2, 1]),
            ("ArrowUp", [2, 0]),
            ("PageUp", [0, 0]),
            ("ArrowLeft", [0, 0]),
            ("PageDown", [2, 0]),
            ("Home", [0, 0]),
        ):
            page.keyboard.press(key)
            assert where(page) == expected, key
        assert page.evaluate("window.heard") is None
        page.keyboard.press("a")
        assert page.evaluate("window.heard") == "a"


def test_a_strip_says_where_it_is_and_what_is_there():
    with strips() as page:
        page.evaluate("s.goTo(2); s.follow(1)")
        one = strip(page, "f")
        assert one.get_attribute("aria-label") == "f, forget gate, over time"
        assert one.get_attribute("aria-valuenow") == "3"
        assert one.get_attribute("aria-valuetext") == f"t = 3, unit 2: f = {LSTM['f'][2, 0, 1]:.3f}"


# The followed unit


def test_the_unit_that_is_followed_is_drawn_as_a_line_a_value():
    with strips(LONG) as page:
        page.evaluate("s.follow(1)")
        for name in ("h", "r", "z", "n"):
            line = page.locator(f".rv-series[data-name={name}] polyline")
            points = np.array([p.split(",") for p in line.get_attribute("points").split()], float)
            assert len(points) == 40
            numbers = LONG[name][:, 0, 1]
            slope, start = np.polyfit(numbers, points[:, 1], 1)
            assert slope < 0
            np.testing.assert_allclose(slope * numbers + start, points[:, 1], atol=0.02)
            assert np.ptp(np.diff(points[:, 0])) < 0.03  # two decimals each


def test_lines_differ_by_their_dash_and_the_legend_has_the_same():
    with strips() as page:
        dashes = "(lines) => lines.map((line) => line.getAttribute('stroke-dasharray'))"
        drawn = page.locator(".rv-series polyline").evaluate_all(dashes)
        assert len(set(drawn)) == len(drawn) == 6
        assert set(page.locator(".rv-sample line").evaluate_all(dashes)) == set(drawn)
        page.evaluate("s.goTo(1)")
        told = page.locator(".rv-legend-value").all_text_contents()
        names = ("h", "c", "i", "f", "g", "o")
        assert told == [f"{LSTM[name][1, 0, 0]:.3f}".replace("-", "−") for name in names]


def test_the_scale_of_the_lines_names_their_heights():
    with strips() as page:
        ticks = page.locator(".rv-tick")
        heights = ticks.evaluate_all("(all) => all.map((one) => Number(one.getAttribute('y')))")
        numbers = [float(text.replace("−", "-")) for text in ticks.all_text_contents()]
        assert 0 in numbers
        slope, start = np.polyfit(numbers, heights, 1)
        np.testing.assert_allclose(np.array(numbers) * slope + start, heights, atol=1e-6)


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ([-0.41, 0.98], [-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([0, 0], [0, 0.1]),
        ([0, 100], [0, 20, 40, 60, 80, 100]),
        ([-3e-7, 0], [-3e-7, -2.5e-7, -2e-7, -1.5e-7, -1e-7, -5e-8, 0]),
    ],
)
def test_ticks_are_round_numbers_around_the_values(ends, ticks):
    with strips() as page:
        found = page.evaluate("([low, high]) => unitchart.roundTicks(low, high, 8)", ends)
        assert found[0] <= ends[0]
        assert found[-1] >= ends[1]
        assert len(found) <= 9
        assert found == pytest.approx(ticks, rel=1e-9, abs=1e-20)


def test_lines_of_very_different_sizes_have_charts_of_their_own():
    with strips(rv.trace("lstm", LSTM["x"], LSTM.params, c0=[[300.0, 300.0]])) as page:
        charts = page.locator(".rv-chart")
        assert charts.count() == 2
        drawn = (
            "(chart) => [...chart.querySelectorAll('.rv-series')].map((line) => line.dataset.name)"
        )
        assert charts.nth(0).evaluate(drawn) == ["c"]
        assert charts.nth(1).evaluate(drawn) == ["h", "i", "f", "g", "o"]


# Sizes


def test_the_marks_stand_on_the_current_column_and_the_followed_row():
    with strips(LONG) as page:
        page.evaluate("s.goTo(30); s.follow(1)")
        box = strip(page, "z").bounding_box()
        now = strip(page, "z").locator(".rv-now").bounding_box()
        row = strip(page, "z").locator(".rv-followed").bounding_box()
        assert now["x"] == pytest.approx(box["x"] + box["width"] * 30 / 40, abs=1)
        assert now["width"] == pytest.approx(box["width"] / 40, abs=1)
        assert row["y"] == pytest.approx(box["y"] + box["height"] / 2, abs=1)
        assert row["height"] == pytest.approx(box["height"] / 2, abs=1)


@pytest.mark.parametrize(("steps", "hidden"), [(1, 1), (3, 2), (12, 8), (1000, 4)])
@pytest.mark.parametrize("width", [360, 1280])
def test_columns_are_neither_stretched_nor_wider_than_the_page(steps, hidden, width):
    with strips(traced(cell_named("gru"), steps=steps, hidden=hidden), width=width) as page:
        box = strip(page, "h").bounding_box()
        assert box["width"] / steps <= 48
        assert 28 <= box["height"] <= 128
        assert page.evaluate("document.documentElement.scrollWidth") == width
        dense = page.locator(".rv-heat.rv-dense").count()
        assert (dense > 0) == (steps > box["width"])
        assert page.evaluate("part.strips.every(({ canvas }) => canvas.width === s.T)")


def test_another_convention_has_its_own_strips():
    with strips(rv.trace("rnn")) as page:
        assert page.locator(".rv-strip").count() == 1
        page.evaluate("s.setVariant(2)")  # relu
        scale = page.locator(".rv-scale").inner_text().split()
        most = np.abs(values(page)["h"]).max()
        assert scale[0] == "−" + scale[1]
        assert scale[1] == f"{most:.3f}"


# What is not finite, or very small


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1e300), (-1e300, 1e300), (0, 5e-324), (-1e-310, 0), (-1e-280, 1e-280)]
)
def test_ticks_end_at_the_ends_of_float64(low, high):
    with strips() as page:
        found = page.evaluate("(ends) => unitchart.roundTicks(...ends, 7)", [low, high])
        assert 2 <= len(found) <= 8
        assert found[0] <= low + 1e-290
        assert found[-1] >= high - 1e-290
        assert np.isfinite(found).all()


def test_ticks_of_what_is_not_finite_are_refused():
    with strips() as page:
        for ends in ("[0, Infinity]", "[NaN, 1]", "[-Infinity, Infinity]"):
            told = page.evaluate(
                f"(() => {{ try {{ return unitchart.roundTicks(...{ends}, 7); }}"
                " catch (error) { return error.message; } })()"
            )
            assert told.startswith("wanted the ends of a scale, got")


def test_numbers_that_are_not_finite_are_left_out_and_said_to_be():
    with strips(LONG) as page:
        page.evaluate("""() => {
          const r = s.result.values.r.slice();
          r[4 * s.H] = Infinity;
          r[9 * s.H] = NaN;
          r[11 * s.H] = -Infinity;
          s.result = { ...s.result, values: { ...s.result.values, r } };
          part.update();
        }""")
        lines = page.locator(".rv-series[data-name=r] polyline")
        runs = [
            len(text.split())
            for text in lines.evaluate_all("(all) => all.map((one) => one.getAttribute('points'))")
        ]
        assert runs == [4, 4, 1, 28]
        assert page.locator(".rv-series[data-name=r] circle").count() == 1
        assert "NaN" not in page.locator(".rv-unit-chart").inner_html().replace("NaN</span>", "")
        assert (
            "Left out: numbers that are not finite" in page.locator(".rv-unit-chart").text_content()
        )
        scale = page.locator(".rv-strip-group:has([data-name=r]) .rv-extent").text_content()
        assert scale.endswith("3 not finite, left blank")
        blank = """(name) => { const canvas = document.querySelector(`[data-name=${name}] canvas`);
          const data = canvas.getContext("2d").getImageData(0, 0, 40, 1).data;
          return Array.from({ length: 40 }, (_, t) => t).filter((t) => data[4 * t + 3] === 0); }"""
        assert page.evaluate(blank, "r") == [4, 9, 11]
        assert page.evaluate(blank, "h") == []


def test_gradients_that_all_overflow_or_vanish_are_drawn_to_an_end():
    with strips(LONG) as page:
        page.evaluate("s.setView('gradients')")
        for number in ("Infinity", "NaN", "1e308", "-1e-322"):
            page.evaluate(f"""() => {{
              const all = Object.keys(s.gradients.values);
              const filled = () => new Float64Array(s.T * s.H).fill({number});
              s.swept = {{ ...s.gradients, values: Object.fromEntries(all.map((k) =>
                [k, filled()])) }};
              part.stale = true;
              part.update();
            }}""")
            drawn = page.locator(".rv-series polyline").count()
            assert drawn == (4 if number == "-1e-322" else 0), number


def test_both_ends_of_the_values_have_equally_many_decimals():
    with strips() as page:
        text = page.evaluate("heat.extentText([-0.9991, 0.99991], [-0.9991, 0.99991], 3, [-1, 1])")
        assert text == "values −0.9991 to 0.9999"


# Very many timesteps


THOUSAND = traced(cell_named("lstm"), steps=1000, hidden=2)


@pytest.mark.parametrize(
    ("t", "first"), [(0, 0), (30, 0), (500, 460), (509, 460), (511, 480), (999, 920)]
)
def test_of_a_thousand_timesteps_those_around_the_current_one_are_drawn(t, first):
    with strips(THOUSAND) as page:
        page.evaluate("(t) => { s.setDetail('brief'); s.goTo(t); }", t)
        text = page.locator(".rv-series[data-name=c] polyline").get_attribute("points")
        points = np.array([pair.split(",") for pair in text.split()], float)
        assert len(points) == 80
        numbers = THOUSAND["c"][first : first + 80, 0, 0]
        slope, start = np.polyfit(numbers, points[:, 1], 1)
        np.testing.assert_allclose(slope * numbers + start, points[:, 1], atol=0.02)
        named = page.locator(".rv-axis-name").text_content()
        assert named == f"t (timesteps {first + 1} to {first + 80} of 1000)"
        ticks = [int(one) for one in page.locator(".rv-chart-box .rv-times span").all_inner_texts()]
        assert all(first < tick <= first + 80 for tick in ticks)
        box = page.locator(".rv-chart-box .rv-times").bounding_box()
        tick = page.locator(".rv-chart-box .rv-times span").last.bounding_box()
        centre = (tick["x"] + tick["width"] / 2 - box["x"]) / box["width"]
        assert centre == pytest.approx((ticks[-1] - 0.5 - first) / 80, abs=0.002)
        now = page.locator(".rv-chart-frame .rv-now").first.bounding_box()
        assert (now["x"] - box["x"]) / box["width"] == pytest.approx((t - first) / 80, abs=0.002)


# Lines on and off


def test_the_legend_switches_lines_and_keeps_the_focus():
    with strips() as page:
        button = page.locator(".rv-switch-line[data-key='line f']")
        dash = page.locator(".rv-series[data-name=g] polyline").get_attribute("stroke-dasharray")
        button.focus()
        page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "false"
        assert page.locator(".rv-series[data-name=f]").count() == 0
        assert page.evaluate("document.activeElement.dataset.key") == "line f"
        same = page.locator(".rv-series[data-name=g] polyline").get_attribute("stroke-dasharray")
        assert same == dash
        page.evaluate("s.goTo(1); s.follow(1)")
        assert page.locator(".rv-series[data-name=f]").count() == 0
        assert page.evaluate("document.activeElement.dataset.key") == "line f"
        page.keyboard.press("Enter")
        assert page.locator(".rv-series[data-name=f]").count() == 1
        for one in page.locator(".rv-switch-line").all():
            one.click()
        assert page.locator(".rv-series").count() == 0
        assert "No line is switched on." in page.locator(".rv-unit-chart").text_content()


def test_a_strip_under_the_focus_gives_it_back_in_another_convention():
    with strips(rv.trace("gru")) as page:
        for name in ("z", "h"):
            strip(page, name).focus()
            page.evaluate("s.setVariant(1 - Math.min(1, s.variantIndex))")
            assert page.evaluate("document.activeElement.dataset.name") == name
