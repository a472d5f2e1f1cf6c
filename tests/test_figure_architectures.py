"""The four architectures: that what is shown is what the models write when they are run again."""

from functools import cache

import numpy as np
import pytest

from rnnviz.figures import architectures_models as models
from rnnviz.figures.architectures import BITS, FLIPPED, PICTURES, SENTENCE, SIGNAL
from rnnviz.figures.architectures_forcing import SENTENCE as LONGER
from rnnviz.figures.architectures_forcing import WANTED
from rnnviz.figures.catalogue import figure_named
from rnnviz.figures.marks import Heat, Number, Pill, Words


@cache
def drawn():
    return figure_named("architectures").drawn()


def shown(beat, key, row):
    """Return the words in a row of bubbles of a beat, from left to right."""
    marks = drawn()[beat].marks
    found = [
        mark
        for mark in marks
        if isinstance(mark, Words) and mark.id.startswith(f"{key}.{row}") and mark.id[-2:] == ".t"
    ]
    return [mark.text for mark in sorted(found, key=lambda mark: mark.x)]


def numbers(beat, start):
    found = [
        mark
        for mark in drawn()[beat].marks
        if isinstance(mark, Number) and mark.id.startswith(start)
    ]
    return [mark.value for mark in sorted(found, key=lambda mark: mark.x)]


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)


def one_hot(words, vocabulary):
    return np.eye(len(vocabulary))[[vocabulary.index(word) for word in words]]


@pytest.mark.parametrize(("beat", "features"), [("a.run", PICTURES[0]), ("a.other", PICTURES[1])])
def test_the_writer_writes_the_most_likely_word_after_the_inputs_shown(beat, features):
    read, wrote = shown(beat, "a", "x"), shown(beat, "a", "y")
    assert read == wrote[:-1]
    vector = np.concatenate([features, np.zeros(len(models.CAPTIONS))])
    words = one_hot(read, models.CAPTIONS)
    x = np.vstack([vector, np.hstack([np.zeros((len(words), 2)), words])])
    logits = models.writer().trace(x).logits[:, 0]
    assert wrote == [models.CAPTIONS[k] for k in logits.argmax(-1)]
    assert numbers(beat, "a.y") == pytest.approx(softmax(logits).max(-1), rel=1e-12)


def test_the_picture_alone_decides_between_the_sentences():
    assert shown("a.run", "a", "y") == ["a", "yellow", "school", "bus", "."]
    assert shown("a.other", "a", "y") == ["a", "herd", "of", "elephants", "."]
    features = [
        [mark.value for mark in drawn()[beat].marks
         if isinstance(mark, Pill)]
        for beat in ("a.run", "a.other")
    ]  # fmt: skip
    assert features == [list(picture) for picture in PICTURES]


@pytest.mark.parametrize(("beat", "bits"), [("b.run", BITS), ("b.flip", FLIPPED)])
def test_the_last_output_tells_the_parity_and_there_is_no_other(beat, bits):
    assert shown(beat, "b", "x") == list(bits)
    assert shown(beat, "b", "y") == [("even", "odd")[bits.count("1") % 2]]
    trace = models.parity().trace(np.array([[float(bit)] for bit in bits]))
    assert numbers(beat, "b.y") == pytest.approx([softmax(trace.logits[-1, 0]).max()], rel=1e-12)
    halves = trace.hidden[:, 0] @ [0.5, -0.5]
    assert numbers(beat, "half") == pytest.approx(halves, rel=1e-12)


def test_the_parity_model_is_right_about_all_numbers_of_eight_bits():
    numbers = [f"{number:08b}" for number in range(256)]
    x = np.array([[float(bit) for bit in bits] for bits in numbers]).T[:, :, None]
    odd = models.parity().trace(x).output[-1].argmax(-1)
    assert odd.tolist() == [bits.count("1") % 2 for bits in numbers]


def decoded(sentence, read):
    """Return the decoder's logits on given inputs, from the encoder's h, by a loop in numpy."""
    pair, h = models.translator(), np.zeros(9)
    for model, words, names in (
        (pair.encoder, sentence.split(), models.ENGLISH),
        (pair.decoder, read, models.ITALIAN),
    ):
        params, found = model.layers[0].params["forward"], []
        for x in one_hot(words, names):
            h = np.tanh(params.weight_ih @ x + params.weight_hh @ h + params.bias_ih)
            found.append(h)
    readout = pair.decoder.readout
    return np.array(found) @ readout.weight.T + readout.bias


def test_the_decoder_goes_on_from_the_encoder_and_reads_what_it_wrote():
    read, wrote = shown("c.decode", "c.dec", "x"), shown("c.decode", "c.dec", "y")
    assert shown("c.decode", "c.enc", "x") == SENTENCE.split()
    assert read == ["<s>", *wrote[:-1]]
    logits = decoded(SENTENCE, read)
    assert wrote == [models.ITALIAN[k] for k in logits.argmax(-1)]
    assert numbers("c.decode", "c.dec.y") == pytest.approx(softmax(logits).max(-1), rel=1e-12)


def test_nothing_is_written_while_the_encoder_reads():
    assert shown("c.encode", "c.dec", "y") == shown("c.encode", "c.enc", "y") == []


@pytest.mark.parametrize("key", ["free", "forced"])
def test_the_decoder_writes_the_most_likely_word_with_and_without_teacher_forcing(key):
    logits = decoded(LONGER, shown("forced", key, "x"))
    assert shown("forced", key, "y") == [models.ITALIAN[k] for k in logits.argmax(-1)]
    assert numbers("forced", f"{key}.y") == pytest.approx(softmax(logits).max(-1), rel=1e-12)


def test_forced_inputs_are_the_targets_one_timestep_later_and_free_ones_its_own_outputs():
    assert shown("forced", "forced", "x") == ["<s>", *WANTED.split()[:-1]]
    assert shown("forced", "free", "x") == ["<s>", *shown("forced", "free", "y")[:-1]]


def test_they_part_where_the_marked_column_is():
    free, forced = (shown("forced", key, "x") for key in ("free", "forced"))
    first = next(k for k, (a, b) in enumerate(zip(free, forced, strict=False)) if a != b)
    marks = {mark.id: mark for mark in drawn()["forced"].marks}
    assert marks["differ"].left < marks[f"free.x{first}.t"].x < marks["differ"].right
    assert first == 3


def test_the_decoder_would_be_right_if_it_did_not_forget(monkeypatch):
    monkeypatch.setattr(models, "FADE", 2.0)
    wrote = models.translated(LONGER, steps=5).wrote
    assert [column.wrote for column in wrote] == WANTED.split()


def test_the_echo_is_the_signal_three_timesteps_later():
    assert shown("d.run", "d", "x") == list(SIGNAL)
    assert shown("d.run", "d", "y") == [*"000", *SIGNAL[:-3]]
    trace = models.echo().trace(np.array([[float(bit)] for bit in SIGNAL]))
    assert numbers("d.run", "d.y") == pytest.approx(softmax(trace.logits[:, 0]).max(-1), rel=1e-12)


def test_the_bubbles_of_h_hold_the_units_of_the_trace():
    trace = figure_named("architectures").demo()
    heats = {mark.id: mark.values for mark in drawn()["d.run"].marks if isinstance(mark, Heat)}
    for t, h in enumerate(trace["h"][:, 0]):
        assert [row[0] for row in heats[f"d.h{t}.v"]] == pytest.approx(h, rel=1e-12)


def test_the_recap_holds_what_the_runs_held():
    for beat, key, small in (("a.run", "a", "sa"), ("b.run", "b", "sb"), ("d.run", "d", "sd")):
        for row in "xy":
            assert shown("recap", small, row) == shown(beat, key, row)
    assert shown("recap", "sc.dec", "y") == shown("c.decode", "c.dec", "y")
