"""What a render should be: size, frame rate, format; checked before any work is done."""

from dataclasses import dataclass

from rnnviz.errors import RnnvizError

QUALITIES = {  # manim's letters: width, height, frames a second
    "l": (854, 480, 15),
    "m": (1280, 720, 30),
    "h": (1920, 1080, 60),
    "p": (2560, 1440, 60),
    "k": (3840, 2160, 60),
}
FORMATS = ("mp4", "webm", "mov", "gif", "png")
ALPHA = ("webm", "mov", "gif", "png")
GIF_FPS = 50  # a GIF's delays are hundredths of a second, and players slow down below two
SIDES, RATES = (64, 7680), (1, 240)


@dataclass(frozen=True)
class Settings:
    """One output: pixels, frames a second, format, transparent background, last frame only."""

    width: int = 1920
    height: int = 1080
    fps: int = 60
    format: str = "mp4"
    transparent: bool = False
    still: bool = False

    def __post_init__(self) -> None:
        for name, value, (least, most) in (
            ("width", self.width, SIDES),
            ("height", self.height, SIDES),
            ("fps", self.fps, RATES),
        ):
            if not least <= value <= most:
                raise RnnvizError(f"{name}: wanted {least} to {most}, got {value}")
        if self.format not in FORMATS:
            raise RnnvizError(f"format: wanted one of {', '.join(FORMATS)}, got {self.format!r}")
        if self.transparent and self.format not in ALPHA:
            raise RnnvizError(
                f"format: wanted one of {', '.join(ALPHA)} for a transparent background, "
                f"got {self.format!r}"
            )
        if self.still and self.format != "png":
            raise RnnvizError(f"format: wanted 'png' for a still, got {self.format!r}")
        if self.format in ("mp4", "webm") and (self.width % 2 or self.height % 2):
            raise RnnvizError(
                f"resolution: wanted even sides for {self.format}, got {self.width},{self.height}"
            )
        if self.format == "gif" and self.fps > GIF_FPS:
            raise RnnvizError(f"fps: wanted at most {GIF_FPS} for gif, got {self.fps}")

    @property
    def is_folder(self) -> bool:
        """Whether the output is a folder of frames."""
        return self.format == "png" and not self.still
