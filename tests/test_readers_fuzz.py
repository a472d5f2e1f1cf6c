"""Real files with changed bytes: only an RnnvizError or contents that hold together come out.

Each example is a small file of one format in which some bytes are changed, cut out or put in. The
readers run in this process with every warning an error, so a reader that crashes, hangs or asks
for memory without end ends the test.
"""

import contextlib
import resource
import shutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz import RnnvizError, RnnvizWarning, contents
from rnnviz.model import Model
from weight_files import state, write

FILES = Path(__file__).parent / "files"
ROOM = 2**30  # bytes that an example may take beyond what the process has
SOURCES = {  # what is changed, and the library without which it is not read
    "w.npz": None,
    "w.json": None,
    "rnn.safetensors": "safetensors",
    "gru.safetensors": "safetensors",
    "rnn.pt": "torch",
    "legacy.pt": "torch",
    "checkpoint.pt": "torch",
    "single.keras": "h5py",
    "single.h5": "h5py",
    "single.weights.h5": "h5py",
    "onnx_gru_legacy.onnx": "onnx",
    "onnx_lstm_dynamo.onnx": "onnx",
}


@st.composite
def edits(draw):
    """What to do to a file: (place from 0 to 1, bytes removed, bytes put in), a few times."""
    near_an_end = st.sampled_from([0.0, 0.002, 0.01, 0.98, 0.99, 1.0])
    places = st.one_of(near_an_end, st.floats(0, 1))
    inserted = st.one_of(
        st.binary(max_size=4),
        st.sampled_from([b"\xff" * 8, b"\x00" * 8, b"\x7f\xff\xff\xff", b"9999999999"]),
    )
    return draw(st.lists(st.tuples(places, st.integers(0, 9), inserted), min_size=1, max_size=4))


def changed(content, edits_):
    for place, removed, inserted in edits_:
        start = int(place * len(content))
        content = content[:start] + inserted + content[start + removed :]
    return content


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The bytes of each source."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("w.npz", "w.json"):
        write(folder / name, state("gru", 2) | {"fc.weight": np.ones((2, 2))})
    for name in SOURCES:
        if not (folder / name).exists():
            shutil.copy(FILES / name, folder / name)
    return {name: (folder / name).read_bytes() for name in SOURCES}


def check(path):
    """Whether the file is read; what it holds then must hold together."""
    try:
        found = contents(path)
    except RnnvizError as error:
        message = str(error)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        return False
    for part in found.parts:
        assert isinstance(part.model, Model) != bool(part.refusal)
        for layer in part.model.layers if part.model else ():
            for params in layer.params.values():
                assert all(np.isfinite(array).all() for array in params.arrays.values())
    assert all(length >= 0 for _, shape in found.others for length in shape)
    return True


@contextlib.contextmanager
def limited():
    """Let the process have ROOM more address space than it has, where the system can say that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, hard))
    except OSError:
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.filterwarnings("default::rnnviz.RnnvizWarning")  # changed bytes can make it 16 bits
@pytest.mark.parametrize("name", SOURCES)
def test_changed_files_are_read_or_refused(name, sources, tmp_path):
    library = SOURCES[name]
    if library:
        import_module(library)
    path = tmp_path / name
    path.write_bytes(sources[name])
    assert check(path)  # as it is; and the library is loaded before memory is limited

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(edits_=edits())
    def fuzz(edits_):
        path.write_bytes(changed(sources[name], edits_))
        check(path)

    with limited():
        fuzz()


def test_what_a_reader_must_not_do_is_caught(tmp_path, monkeypatch):
    path = write(tmp_path / "w.json", state("rnn"))
    assert check(path)
    for wrong in (ValueError("x"), RnnvizError("no path"), RnnvizError(f"{path}: two\nlines")):
        monkeypatch.setattr("test_readers_fuzz.contents", lambda _, wrong=wrong: raising(wrong))
        with pytest.raises((ValueError, AssertionError)):
            check(path)
    assert RnnvizWarning.__mro__[1] is UserWarning
    with limited(), pytest.raises(MemoryError):
        np.ones(2 * ROOM, np.uint8)


def raising(error):
    raise error
