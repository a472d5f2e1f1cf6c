"""Settings of all tests: hypothesis has no deadline, so that no test measures the clock."""

import gc
import sys

import pytest
from hypothesis import settings

settings.register_profile("rnnviz", deadline=None, print_blob=True)
settings.load_profile("rnnviz")


def pytest_collection():
    """What is imported stays: the garbage collector need not look through it."""
    gc.disable()


def pytest_collection_finish():
    """Spare later searches for garbage what has been imported, and renders what is not needed."""
    if "manim" in sys.modules:
        from manim.mobject.opengl.opengl_compatibility import ConvertToOpenGL

        # whose classes are given the same bases again before and after each render
        ConvertToOpenGL._converted_classes.clear()
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    """Keep renders of tests out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
