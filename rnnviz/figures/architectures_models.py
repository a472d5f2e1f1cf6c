"""Small models whose weights are made by hand, and what they read and write as columns.

A unit for a word is near 1 after that word was read and near −1 after any other; a readout of 3
from it speaks for a word that may follow. What has to last longer is in units that read themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.arrays import Array
from rnnviz.cells import rnn
from rnnviz.generation import EncoderDecoder, PairTrace, one_hot
from rnnviz.model import Layer, Model, Readout
from rnnviz.model_trace import ModelTrace
from rnnviz.params import Params

CAPTIONS = ("a", "yellow", "school", "bus", "herd", "of", "elephants", ".")
ENGLISH = ("today", "I", "am", "very", "happy", "sad")
ITALIAN = ("<s>", "oggi", "sono", "molto", "felice", "triste", ".")
PARITY, BITS = ("even", "odd"), ("0", "1")
FADE = 0.7  # what "very" keeps of itself a timestep: too little, so that it is forgotten
FEATURES = 2  # of a picture
TAPS = 4  # units of the shift register: the echo comes TAPS - 1 timesteps later


@dataclass(frozen=True)
class Column:
    """A timestep: what is read (a symbol or features), h, and the symbol written with its share."""

    read: str
    hidden: tuple[float, ...]
    wrote: str = ""
    chance: float = 0.0
    features: tuple[float, ...] = ()


def columns(
    trace: ModelTrace, read: Sequence[str], vocabulary: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Return the timesteps of sample 0; without a vocabulary nothing is written."""
    made = []
    for t, symbol in enumerate(read):
        hidden = tuple(map(float, trace.hidden[t, 0]))
        if not vocabulary:
            made.append(Column(symbol, hidden))
            continue
        best = int(trace.output[t, 0].argmax())
        made.append(Column(symbol, hidden, vocabulary[best], float(trace.output[t, 0, best])))
    return tuple(made)


def layer(weight_ih: Array, weight_hh: Array, bias: Array) -> tuple[Layer]:
    """Return one RNN layer with one bias."""
    return (Layer(rnn(biases=1), {"forward": Params(weight_ih, weight_hh, bias)}),)


def follow(
    names: Sequence[str], after: Mapping[str, Sequence[str]], kept: int
) -> tuple[Array, Array]:
    """Return a readout (V, kept + V) and bias (V,) from what may follow which word."""
    weight, bias = np.zeros((len(names), kept + len(names))), np.zeros(len(names))
    for word, earlier in after.items():
        row = names.index(word)
        weight[row, [kept + names.index(one) for one in earlier]] = 3.0
        bias[row] = 3.0 * (len(earlier) - 1)  # one of them is 1, the others are -1
    return weight, bias


def writer() -> Model:
    """Return the model of (a): reads features and the last word, keeps which picture it was."""
    size = len(CAPTIONS)
    weight_ih = np.zeros((1 + size, FEATURES + size))
    weight_ih[0, :FEATURES] = 3.0, -3.0
    weight_ih[1:, FEATURES:] = 4.0 * np.eye(size)
    weight_hh = np.zeros((1 + size, 1 + size))
    weight_hh[0, 0] = 2.0
    bias = np.array([0.0, *[-2.0] * size])
    after = {"yellow": ["a"], "school": ["yellow"], "bus": ["school"], "herd": ["a"]}
    after |= {"of": ["herd"], "elephants": ["of"], ".": ["bus", "elephants"]}
    readout, shift = follow(CAPTIONS, after, 1)
    readout[1, 0], readout[4, 0] = 3.0, -3.0  # the picture says: yellow or herd
    readout[0, 1:], shift[0] = -3.0, -20.0  # no word before: a
    return Model(layer(weight_ih, weight_hh, bias), readout=Readout(readout, shift, "softmax"))


def written(features: Sequence[float], steps: int = 5) -> tuple[ModelTrace, tuple[Column, ...]]:
    """Return what the writer makes of a picture's features, each word read again."""
    model, size = writer(), len(CAPTIONS)
    first = np.concatenate([features, np.zeros(size)])[None]

    def feed(output: Array) -> Array:
        return np.concatenate([np.zeros((len(output), FEATURES)), one_hot(output)], axis=1)

    trace = model.generate(first, steps - 1, feed)
    read = ["", *(CAPTIONS[k] for k in trace.x[1:, 0, FEATURES:].argmax(axis=-1))]
    made = columns(trace, read, CAPTIONS)
    start = Column("", made[0].hidden, made[0].wrote, made[0].chance, tuple(map(float, features)))
    return trace, (start, *made[1:])


def parity() -> Model:
    """Return the model of (b): two units whose difference is 1 after an odd number of ones."""
    readout = Readout(np.array([[0.0, 0.0], [4.0, -4.0]]), np.array([0.0, -4.0]), "softmax")
    steep = 6.0
    weight_hh = steep / 2 * np.array([[1.0, -1.0], [1.0, -1.0]])
    weight_ih = np.full((2, 1), steep)
    return Model(layer(weight_ih, weight_hh, steep * np.array([-0.5, -1.5])), readout=readout)


def judged(bits: str) -> tuple[ModelTrace, tuple[Column, ...]]:
    """Return what the parity model makes of some bits; only the last output counts."""
    trace = parity().trace(np.array([[float(bit)] for bit in bits]))
    made = columns(trace, bits, PARITY)
    return trace, (*(Column(one.read, one.hidden) for one in made[:-1]), made[-1])


def echo() -> Model:
    """Return the model of (d): a shift register, each unit reads the one before it."""
    weight_ih = np.array([[4.0], *[[0.0]] * (TAPS - 1)])
    weight_hh = 2.0 * np.eye(TAPS, k=-1)
    bias = np.array([-2.0, *[0.0] * (TAPS - 1)])
    readout = np.zeros((2, TAPS))
    readout[1, -1] = 6.0
    return Model(
        layer(weight_ih, weight_hh, bias),
        readout=Readout(readout, np.array([0.0, -1.0]), "softmax"),
    )


def echoed(bits: str) -> tuple[ModelTrace, tuple[Column, ...]]:
    """Return what the echo model writes while it reads some bits."""
    trace = echo().trace(np.array([[float(bit)] for bit in bits]))
    return trace, columns(trace, bits, BITS)


def translator() -> EncoderDecoder:
    """Return the models of (c): an encoder that keeps mood and "very", a decoder that reads both.

    Units: the mood, "very" (fading), and one for each word that was read last.
    """
    words = max(len(ENGLISH), len(ITALIAN))
    size = 2 + words
    weight_hh = np.zeros((size, size))
    weight_hh[0, 0], weight_hh[1, 1] = 2.0, FADE
    reading, bias = np.zeros((size, len(ENGLISH))), np.array([0.0, 0.0, *[-2.0] * words])
    reading[0, ENGLISH.index("happy")], reading[0, ENGLISH.index("sad")] = 3.0, -3.0
    reading[1, ENGLISH.index("very")] = 2.0
    reading[2 : 2 + len(ENGLISH)] = 4.0 * np.eye(len(ENGLISH))
    writing = np.zeros((size, len(ITALIAN)))
    writing[2:] = 4.0 * np.eye(words)
    after = {"oggi": ["<s>"], "sono": ["oggi"], "molto": ["sono"], ".": ["felice", "triste"]}
    after |= {"felice": ["sono", "molto"], "triste": ["sono", "molto"]}
    readout, shift = follow(ITALIAN, after, 2)
    readout[ITALIAN.index("felice"), 0], readout[ITALIAN.index("triste"), 0] = 3.0, -3.0
    readout[ITALIAN.index("molto"), 1] = 6.0
    shift += np.array([-9.0, 0.0, 0.0, -2.0, -2.0, -2.0, 0.0])  # <s> is never written
    encoder = Model(layer(reading, weight_hh, bias), embedding=np.eye(len(ENGLISH)))
    decoder = Model(
        layer(writing, weight_hh, bias),
        embedding=np.eye(len(ITALIAN)),
        readout=Readout(readout, shift, "softmax"),
    )
    return EncoderDecoder(encoder, decoder)


@dataclass(frozen=True)
class Translation:
    """A sentence read by the encoder and what the decoder wrote, with their columns."""

    pair: PairTrace
    read: tuple[Column, ...]
    wrote: tuple[Column, ...]


def translated(sentence: str, targets: str = "", steps: int = 4) -> Translation:
    """Return a translation: with targets by teacher forcing, without them on its own outputs."""
    tokens = np.array([[ENGLISH.index(word)] for word in sentence.split()])
    start = np.array([ITALIAN.index("<s>")])
    if targets:
        wanted = np.array([[ITALIAN.index(word)] for word in targets.split()])
        pair = translator().trace(tokens, start, targets=wanted)
    else:
        pair = translator().trace(tokens, start, steps=steps)
    assert pair.decoder.tokens is not None  # it has an embedding
    heard = [ITALIAN[token] for token in pair.decoder.tokens[:, 0]]
    return Translation(
        pair, columns(pair.encoder, sentence.split()), columns(pair.decoder, heard, ITALIAN)
    )


def kept(column: Column) -> float:
    """Return what a translator's h still has of "very"."""
    return column.hidden[1]
