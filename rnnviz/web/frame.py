"""A player inside somebody else's page: a frame with the whole page in it, over a plain table."""

from collections.abc import Sequence
from html import escape
from typing import Any

from rnnviz.web.page import page_of

HEIGHT = 960  # pixels; the player scrolls inside, and a reader can drag the frame's lower edge


def framed(
    records: Sequence[dict[str, Any]], title: str, instead: str, height: int = HEIGHT
) -> str:
    """Return HTML that shows a player where frames are allowed, and ``instead`` where they are not.

    The frame may run scripts but is of no origin, so it can reach neither the page around it nor
    what that may. Sites that strip frames and styles leave the HTML that lies under it.
    """
    page = escape(page_of(records, title), quote=True)
    return (
        f'<div style="position: relative; height: {height}px; min-height: 320px; overflow: hidden; '
        f'resize: vertical">{instead}<iframe srcdoc="{page}" title="{escape(title, quote=True)}" '
        'sandbox="allow-scripts allow-downloads" allow="clipboard-write; fullscreen" width="100%" '
        f'height="{height}" style="position: absolute; inset: 0; width: 100%; height: 100%; '
        'border: 0; background: Canvas"></iframe></div>'
    )
