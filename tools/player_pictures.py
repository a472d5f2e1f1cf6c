"""Photograph the player in Chromium for the gallery: ``player_pictures.py FOLDER``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import rnnviz as rv
from browser import HOST, opened
from rnnviz.web.page import page_of
from rnnviz.web.record import record

PICTURES = (  # name, beat, view, theme
    ("player", "t1.f", "values", "light"),
    ("player-gradients", "t2.c", "gradients", "dark"),
)


def main() -> None:
    folder = Path(sys.argv[1])
    page_text = page_of([record(rv.trace("lstm"))])
    for name, beat, view, theme in PICTURES:
        context = {"color_scheme": theme, "reduced_motion": "reduce"}
        with opened({"p.html": page_text}, width=1280, height=800, **context) as page:
            page.goto(HOST + "p.html")
            page.locator(".rv-player").wait_for()
            page.get_by_role("button", name=view.capitalize(), exact=True).click()
            page.goto(f"{HOST}p.html#{beat}")
            page.wait_for_timeout(200)
            page.screenshot(path=folder / f"{name}.png")
            print(folder / f"{name}.png")


if __name__ == "__main__":
    main()
