// Film plays where rows are on the way from the base to the data.

const seconds = 5;

export class Film {
  constructor(button, slider, show) {
    this.button = button;
    this.slider = slider;
    this.show = show; // called with the points at a time, null where there is no film, and the time
    this.frames = null;
    button.addEventListener("click", () => (this.playing ? this.pause() : this.wanted?.()));
    slider.addEventListener("input", () => {
      this.pause();
      if (this.frames) this.seek(Number(slider.value));
      else this.wanted?.(true);
    });
  }

  load(frames) {
    this.frames = frames;
  }

  clear() {
    this.pause();
    this.frames = null;
    this.slider.value = 1;
    this.tell(1);
  }

  play() {
    this.playing = true;
    this.button.textContent = "Pause";
    this.button.setAttribute("aria-pressed", "true");
    let time = Number(this.slider.value);
    if (time >= 1) time = 0;
    let before = null; // the frame's own time, which may lie before the click's
    const tick = (now) => {
      if (!this.playing) return;
      time = Math.min(1, time + (now - (before ?? now)) / 1000 / seconds);
      before = now;
      this.seek(time);
      if (time < 1) requestAnimationFrame(tick);
      else this.pause();
    };
    requestAnimationFrame(tick);
  }

  pause() {
    this.playing = false;
    this.button.textContent = "Play";
    this.button.setAttribute("aria-pressed", "false");
  }

  seek(time) {
    this.slider.value = time;
    this.tell(time);
    this.show(this.at(time), time);
  }

  tell(time) {
    const words = time <= 0 ? "base" : time >= 1 ? "data" : `${Math.round(100 * time)} % of the way`;
    this.slider.setAttribute("aria-valuetext", words);
  }

  // at has the rows at a time, on straight lines between frames.
  at(time) {
    const last = this.frames.length - 1;
    const i = Math.min(last - 1, Math.floor(time * last));
    const part = time * last - i;
    return this.frames[i].rows.map((row, k) => {
      const next = this.frames[i + 1].rows[k];
      return row.map((v, j) => (v === null || next[j] === null ? null : v + (next[j] - v) * part));
    });
  }
}
