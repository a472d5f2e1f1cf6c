"""What a render should be: size, frame rate, format; checked before any work is done."""

from dataclasses import dataclass
from pathlib import Path

from rnnviz import subtitles
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
CLIPS = ("mp4", "webm", "mov")
GIF_FPS = 50  # a GIF's delays are hundredths of a second, and players slow down below two
SIDES, RATES = (64, 7680), (1, 240)


@dataclass(frozen=True)
class Settings:
    """One output: pixels, frames a second, format, transparent background, last frame only.

    ``beat`` is the id of the beat at whose end a still is taken; empty is the scene's end.
    ``subtitles`` is the format of a file of captions beside the video, or empty; ``transcript``
    asks for the text of the picture beside it. ``clips`` asks for one video a beat, in a folder.
    """

    width: int = 1920
    height: int = 1080
    fps: int = 60
    format: str = "mp4"
    transparent: bool = False
    still: bool = False
    beat: str = ""
    subtitles: str = ""
    transcript: bool = False
    clips: bool = False

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
        if self.beat and not self.still:
            raise RnnvizError(f"beat: wanted with a still, got {self.beat!r} for a video")
        if self.subtitles not in ("", *subtitles.FORMATS):
            wanted = ", ".join(subtitles.FORMATS)
            raise RnnvizError(f"subtitles: wanted one of {wanted}, got {self.subtitles!r}")
        if self.subtitles and self.still:
            raise RnnvizError(f"subtitles: wanted for a video, got {self.subtitles!r} for a still")
        if self.clips and (self.format not in CLIPS or self.still):
            got = "a still" if self.still else repr(self.format)
            raise RnnvizError(f"format: wanted one of {', '.join(CLIPS)} for clips, got {got}")
        if self.format == "gif" and self.fps > GIF_FPS:
            raise RnnvizError(f"fps: wanted at most {GIF_FPS} for gif, got {self.fps}")

    @property
    def segment_format(self) -> str:
        """The container of one section: of a gif and of frames it is lossless."""
        return self.format if self.format in ("mp4", "webm") else "mov"

    @property
    def written_size(self) -> tuple[int, int]:
        """Width and height of the file: a side that its format wants even has a pixel more."""
        halved = self.format in ("mp4", "webm") or (self.format == "mov" and not self.transparent)
        return self.width + self.width % 2 * halved, self.height + self.height % 2 * halved

    @property
    def is_folder(self) -> bool:
        """Whether the output is a folder: of frames, or of clips."""
        return self.clips or (self.format == "png" and not self.still)

    def beside(self, output: Path) -> dict[str, Path]:
        """Return the files that go beside ``output``, by what they hold: srt, vtt, txt."""
        kinds = [*filter(None, [self.subtitles]), *(["txt"] if self.transcript else [])]
        return {kind: self._sidecar(output, kind) for kind in kinds}

    def stale(self, output: Path) -> list[Path]:
        """Return the files beside ``output`` that look like parts of it but are not written."""
        kinds = ("txt",) if self.still else (*subtitles.FORMATS, "txt")
        others = (kind for kind in kinds if kind not in self.beside(output))
        paths = (self._sidecar(output, kind) for kind in others)
        return [path for path in paths if path.exists()]

    def _sidecar(self, output: Path, kind: str) -> Path:
        name = output.name if self.is_folder else output.stem
        return output.with_name(f"{name}.{kind}")
