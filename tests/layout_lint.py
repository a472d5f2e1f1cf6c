"""Faults of a picture that a viewer would see: overlaps, small or faint text, text out of frame."""

from picture import Picture, Text
from rnnviz.diagram import HEIGHT, WIDTH
from rnnviz.stage.theme import contrast

SMALLEST, SMALLEST_NUMBER, CONTRAST = 20.0, 24.0, 4.5


def faults(picture: Picture) -> list[str]:
    """Return every fault of one beat's picture, as sentences."""
    found = []
    for k, text in enumerate(picture.texts):
        found += [f"{picture.beat.id}: {fault}" for fault in alone(text)]
        for other in picture.texts[k + 1 :]:
            if text.box.overlaps(other.box, -0.5):
                found.append(f"{picture.beat.id}: {text.text!r} overlaps {other.text!r}")
    return found


def alone(text: Text) -> list[str]:
    """Return the faults of one text by itself."""
    found = []
    box = text.box
    if box.left < 0 or box.top < 0 or box.right > WIDTH or box.bottom > HEIGHT:
        found.append(f"{text.text!r} leaves the frame")
    smallest = SMALLEST_NUMBER if text.ref else SMALLEST
    if text.size < smallest - 1e-6:
        found.append(f"{text.text!r} is {text.size:.1f} px, wanted {smallest}")
    ratio = contrast(text.colour, text.ground)
    if ratio < CONTRAST:
        found.append(f"{text.text!r} has contrast {ratio:.2f} ({text.colour} on {text.ground})")
    return found
