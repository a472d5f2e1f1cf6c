// What plays: beats one after another, their motion, and the time that a caption takes to read.

const MOVING = 1.1; // seconds in which a beat's numbers fly
const STEPPED = 0.7; // the same when one steps by hand
const READING = 15; // letters a second
const SHORTEST = 1.2; // seconds that a caption stands

export class Playing {
  /**
   * `acts` are move(seconds), which shows the motion of the beat that the session is at, settle(),
   * which ends it, and told(), the caption. `changed` is called when something starts or ends to
   * play or to move.
   */
  constructor(session, acts, changed) {
    this.session = session;
    this.acts = acts;
    this.changed = changed;
    this.isPlaying = false;
    this.isMoving = false;
    this.speed = 1;
    this.turn = 0; // of whoever moves now: who finds another one has been overtaken
  }

  /** Go on or back by some beats; one step forwards moves its numbers. */
  step(by) {
    this.pause();
    if (by === 1) this.advance(STEPPED);
    else this.seek(this.session.index + by);
  }

  seek(index) {
    this.pause();
    this.session.go(Math.max(0, Math.min(index, this.session.beats.length - 1)));
  }

  seekEnd() {
    this.seek(this.session.beats.length - 1);
  }

  seekTimestep(t) {
    this.pause();
    this.session.goTo(Math.max(0, Math.min(t, this.session.T - 1)));
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.start();
  }

  pause() {
    this.isPlaying = false;
    this.halt();
  }

  /** Bring what moves to its end, and what was to come to nothing. */
  halt() {
    this.turn += 1;
    clearTimeout(this.timer);
    this.settle();
  }

  settle() {
    if (this.isMoving) {
      this.isMoving = false;
      this.acts.settle();
    }
    this.changed();
  }

  get isAtEnd() {
    return this.session.index === this.session.beats.length - 1;
  }

  async start() {
    const turn = (this.turn += 1);
    this.isPlaying = true;
    if (this.isAtEnd) this.session.go(0);
    this.changed();
    for (;;) {
      await this.held();
      if (this.turn !== turn) return;
      if (this.isAtEnd) return this.pause();
      await this.advance(MOVING / this.speed, turn);
      if (this.turn !== turn) return;
    }
  }

  /** Wait as long as the caption takes to read. */
  held() {
    const seconds = Math.max(SHORTEST, this.acts.told().length / READING) / this.speed;
    return new Promise((done) => {
      this.timer = setTimeout(done, seconds * 1000);
    });
  }

  async advance(seconds, turn = (this.turn += 1)) {
    if (this.isAtEnd) return;
    this.isMoving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.session.go(this.session.index + 1);
    if (this.isMoving) await this.acts.move(seconds);
    if (this.turn === turn) this.settle();
  }
}
