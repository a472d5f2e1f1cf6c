"""Files from outside, a module per format family: sequences to run on and weights to run with.

Reading needs numpy and the standard library only; a format with a library of its own imports that
library inside the function that uses it.
"""

from rnnviz.readers.loading import contents, load
from rnnviz.readers.parts import Contents, Part
from rnnviz.readers.sequence import load_sequence

__all__ = ["Contents", "Part", "contents", "load", "load_sequence"]
