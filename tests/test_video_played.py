"""What a render writes plays in a real browser: every frame where it belongs, at any seek."""

import base64

import numpy as np
import pytest
from manim import WHITE, Square
from PIL import Image

from browser import opened
from picture import view
from rnnviz.stage import TracedScene
from rnnviz.video.render import render
from rnnviz.video.settings import Settings

LEVELS = (40, 90, 140, 190, 230)  # of a square that fills the frame, a section each
READ = """async ([source, times]) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = source;
  await new Promise((done, failed) => {
    video.onloadeddata = done;
    video.onerror = () => failed(new Error(video.error.message));
  });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const levels = [];
  for (const time of times) {
    const shown = new Promise((done) => video.requestVideoFrameCallback(done));
    video.currentTime = time;
    await new Promise((done) => { video.onseeked = done; });
    // on a busy machine the frame comes after the event; one that stays does not come again
    await Promise.race([shown, new Promise((done) => setTimeout(done, 2000))]);
    pen.drawImage(video, 0, 0);
    levels.push(pen.getImageData(5, 5, 1, 1).data[0]);
  }
  video.currentTime = 0;
  await new Promise((done) => { video.onseeked = done; });
  video.playbackRate = 8;
  const ended = new Promise((done) => { video.onended = done; });
  await video.play();
  await ended;
  return { levels, size: [video.videoWidth, video.videoHeight], length: video.duration };
}"""


class Grey(TracedScene):
    """A grey that gets a little lighter and is then held, for each level."""

    cell = "rnn"

    def construct(self):
        for level in LEVELS:
            self.next_section(f"grey {level}")
            square = Square(20, fill_opacity=1, stroke_width=0).set_fill(WHITE, level / 255)
            self.add(square)
            self.play(square.animate.shift((0.1, 0, 0)), run_time=0.5)
            self.wait(2.0)
            self.remove(square)


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_every_moment_shows_the_frame_of_that_time(tmp_path, kind):
    path = render(Grey, view("rnn"), tmp_path / f"grey.{kind}", Settings(128, 96, 20, kind)).path
    source = f"data:video/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    times = [2.5 * k + offset for k in (3, 0, 4, 1, 2) for offset in (0.31, 0.93, 1.71, 2.41)]
    with opened() as page:
        seen = page.evaluate(READ, [source, times])
    assert seen["size"] == [128, 96]
    assert abs(seen["length"] - 2.5 * len(LEVELS)) < 0.06
    wanted = [LEVELS[int(time / 2.5)] for time in times]
    assert np.abs(np.array(seen["levels"]) - wanted).max() <= 6


def test_a_gif_holds_what_is_held(tmp_path):
    path = render(Grey, view("rnn"), tmp_path / "grey.gif", Settings(128, 96, 10, "gif")).path
    with Image.open(path) as picture:
        lasting = []
        for number in range(picture.n_frames):
            picture.seek(number)
            lasting.append(picture.info["duration"])
    assert abs(sum(lasting) - 2500 * len(LEVELS)) <= 100
