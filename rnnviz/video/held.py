"""Packets that repeat the frame before, made without the encoder: a few bytes each.

An encoder looks at every pixel of a frame to find that none has changed. What says so in the
stream is known beforehand.
"""

import re

CYCLE = 16  # frames after which the number in H.264's packets starts again
START = b"\0\0\0\1"
SLICE = 0x41  # a slice of a frame that others refer to
BEFORE, AFTER = "1001101", "0001010"  # a P slice's header, around the number of the frame


def skipped(number: int, macroblocks: int) -> bytes:
    """Return an H.264 packet that repeats the frame before it, the ``number``th of the stream.

    It is a P slice in which every macroblock is skipped, with the header that libx264 writes for
    one reference, no arithmetic coding, a fixed quantizer and no deblocking.
    """
    run = f"{macroblocks + 1:b}"
    bits = f"{_header(number)}{run.zfill(2 * len(run) - 1)}1"
    data = bytes(int(bits[k : k + 8].ljust(8, "0"), 2) for k in range(0, len(bits), 8))
    return START + bytes([SLICE]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", data)


def can_be_skipped(packet: bytes, number: int) -> bool:
    """Tell whether the ``number``th packet of a stream has the header that ``skipped`` writes."""
    start = len(START) + 1
    bits = f"{int.from_bytes(packet[start : start + 3], 'big'):024b}"
    return packet[:start] == START + bytes([SLICE]) and bits.startswith(_header(number))


def shown_again(packet: bytes) -> bytes | None:
    """Return a VP9 packet that shows once more what ``packet`` showed, None where none can.

    A frame is kept in up to eight places, and a packet of one byte shows what is in one of them.
    """
    first, second, third = packet[:3].ljust(3, b"\0")
    hidden, other, careful = not first & 0b10, first & 0b100, first & 0b1
    if first >> 3 != 0b10000 or hidden:  # profile 0, a frame of its own
        return None
    kept = 1  # a key frame is in all places
    if other:
        kept = 0 if careful else (second & 0b111111) << 2 | third >> 6
    if not kept:
        return None
    place = (kept & -kept).bit_length() - 1
    return bytes([0b10001000 | place])


def _header(number: int) -> str:
    return f"{BEFORE}{number % CYCLE:04b}{AFTER}"
