"""What manim is imported without, and that it is there all the same."""

import pytest

from own_process import process

NAMES = """
    import sys
    {first}
    from rnnviz.video.lean import import_manim
    import_manim()
    import manim
    print(*sorted(name for name in vars(manim) if not name.startswith("__")))
    """


def test_what_no_picture_needs_is_not_read_until_it_is_used():
    code = """
        import sys
        from rnnviz.video.lean import LATER, import_manim

        before = [*sys.meta_path]
        import_manim()
        assert sys.meta_path == before
        assert "IPython" not in sys.modules
        lazy = [name for name in LATER if type(sys.modules[name]).__name__ == "_LazyModule"]
        assert {*lazy} == LATER, lazy
        assert "scipy" not in sys.modules

        import bs4, manim
        import IPython
        turned = manim.Square(2).rotate(manim.PI / 2, axis=[0, 1, 0])
        assert abs(turned.width) < 1e-12 < 2 == turned.height
        from scipy.spatial.transform import Rotation
        assert manim.utils.space_ops.Rotation.from_rotvec == Rotation.from_rotvec
        print(bs4.BeautifulSoup("<p><b>1</b></p>", "html.parser").select("p > b"))
        print(manim.Graph([1, 2], [(1, 2)]), IPython.get_ipython())
        """
    said = ["[<b>1</b>]", "Undirected graph on 2 vertices and 1 edges None"]
    assert process(code).splitlines() == said


def test_nothing_else_of_manim_is_left_out():
    lean, whole = ({*process(NAMES.format(first=first)).split()} for first in ("", "import manim"))
    assert whole - lean == {"ManimMagic", "get_ipython", "ipy"}
    assert lean <= whole


@pytest.mark.parametrize("first", ["import manim", "import IPython"])
def test_a_notebook_keeps_its_magic_words(first):
    assert "ManimMagic" in process(NAMES.format(first=first)).split()
