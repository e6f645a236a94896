// The page: one state, changed by its inputs, and drawn again.

import * as api from "/page/api.js";
import { curve, kernels, slice } from "/page/density.js";
import { code, Fields } from "/page/fields.js";
import { Film } from "/page/film.js";
import { Plot } from "/page/plot.js";
import { percent, Rows } from "/page/rows.js";

const $ = (id) => document.getElementById(id);
const first = { draws: 1000, seed: 1 }; // what the view is chosen by
const many = 4000; // draws for the density of all rows
const fine = 128; // points of the image along a side
const coarse = 32; // of the first one, which is there at once
const actors = 400; // rows of the film

const plot = new Plot($("plot"), $("ramp"));
const state = { model: null, drawn: [], across: 0, up: 1 };
let point, given; // Fields

// latest makes of a job one of which only the last call counts: those before are given up.
function latest(job) {
  let running = new AbortController();
  return async (...args) => {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      await job(signal, ...args);
    } catch (error) {
      if (!signal.aborted) trouble(error);
    }
  };
}

function trouble(error) {
  $("trouble").hidden = !error;
  $("trouble").textContent = error ? error.message : "";
  if (error && !(error instanceof api.Trouble)) console.error(error);
}

const condition = () => (state.model.given.length ? given.values() : undefined);
const numeric = () => state.model.columns.map((c, i) => i).filter((i) => !state.model.columns[i].levels);
const name = (i) => state.model.columns[i].name;
// number has the value of a row in a column of quantities: times are text in rows, but in a film.
const number = (row, i) => (typeof row[i] === "string" ? code(state.model.columns[i], row[i]) : row[i]);
const isCurve = () => numeric().length === 1;
const whole = () => state.model.columns.length === 2 && numeric().length === 2; // the picture is all of the density

// load fetches what the service serves, and begins anew.
const load = latest(async (signal) => {
  state.model = await api.describe();
  const { model, columns, given: conditions } = state.model;
  $("model").textContent = `model ${model}: ${columns.map((c) => c.name).join(", ")}` +
    (conditions.length ? ` given ${conditions.map((c) => c.name).join(", ")}` : "");
  point = new Fields($("point"), columns, () => moved());
  given = new Fields($("given"), conditions, () => conditioned());
  $("given-panel").hidden = conditions.length === 0;
  given.set(conditions.map((c) => (c.levels ? c.levels[0] : 0)));
  axes();
  await begin(signal);
});

// axes offers the columns that hold quantities.
function axes() {
  const options = () => numeric().map((i) => new Option(name(i), i));
  $("x").replaceChildren(...options());
  $("y").replaceChildren(...options());
  const [a, b] = numeric();
  $("x").value = state.across = a;
  $("y").value = state.up = b ?? a;
  $("axes").hidden = numeric().length < 2 || whole();
}

// begin draws rows, and chooses by them what is seen and the point to start from: the densest of them.
async function begin(signal) {
  const { rows } = await api.sample(first.draws, first.seed, condition(), signal);
  state.drawn = rows;
  const { log_density: logp } = await api.score(rows, condition(), signal);
  const best = logp.reduce((at, v, i) => (v !== null && (logp[at] === null || v > logp[at]) ? i : at), 0);
  point.set(rows[best].map((v) => (typeof v === "number" ? Number(v.toPrecision(5)) : v)));
  view();
  moved();
}

// view fits the axes to the middle of the draws.
function view() {
  const range = (i) => {
    const all = state.drawn.map((row) => number(row, i)).filter((v) => v !== null).sort((a, b) => a - b);
    const at = (p) => all[Math.round(p * (all.length - 1))];
    const [low, high] = [at(0.005), at(0.995)];
    const room = 0.22 * (high - low) || 1;
    return [low - room, high + room];
  };
  plot.view = { x: range(state.across), y: isCurve() ? [0, 1] : range(state.up) };
  plot.times = { x: state.model.columns[state.across].time, y: isCurve() ? undefined : state.model.columns[state.up].time };
  plot.names = { x: name(state.across), y: isCurve() ? "density" : name(state.up) };
}

const chosen = () => ($("axes").hidden ? "slice" : $("show").value);

// paint computes what is behind the points.
const paint = latest(async (signal) => {
  const axesNow = [state.across, state.up];
  const row = [...point.codes(), ...given.codes()];
  const limits = state.model.limits;
  if (isCurve()) {
    const values = await curve(row, state.across, plot.view.x, 400, limits, signal);
    plot.curve = { values };
    plot.view.y = [0, 1.08 * values.reduce((a, b) => Math.max(a, b), 1e-300)];
    caption(`Density of ${name(state.across)}${others()}.`);
  } else if (chosen() === "draws") {
    const { rows } = await api.sample(Math.min(many, limits.rows), first.seed, condition(), signal);
    const points = rows.map((r) => axesNow.map((i) => number(r, i))).filter((p) => !p.includes(null));
    plot.image = kernels(points, plot.view, fine);
    caption(`Density of ${name(state.across)} and ${name(state.up)} over all values of the other columns, estimated from ` +
      `${points.length} draws by normal kernels: smoother than the truth.`, "most");
  } else {
    for (const size of [coarse, fine]) {
      const { image, top } = await slice(row, axesNow, plot.view, size, limits, signal);
      plot.image = image;
      caption(`${whole() ? "Density" : "Slice of the density"} of ${name(state.across)} and ${name(state.up)}${others()}.`,
        `log-density ${top.toFixed(2)}`);
      plot.draw();
    }
  }
  plot.draw();
});

// others says what the columns that are not on an axis are held at.
function others() {
  const on = isCurve() ? [state.across] : [state.across, state.up];
  const rest = state.model.columns.filter((c, i) => !on.includes(i)).length;
  return rest ? `, the ${rest === 1 ? "other column" : `${rest} other columns`} as in the point` : "";
}

function caption(text, most = "") {
  $("caption").textContent = text;
  $("most").textContent = most;
  $("ramp").parentElement.hidden = isCurve();
  plot.canvas.setAttribute("aria-label", text);
}

// read asks for the log-density of the point.
const read = latest(async (signal) => {
  const row = point.values();
  const answer = await api.score([row], condition(), signal);
  const [logp, stdErr, share] = [answer.log_density[0], answer.std_err[0], answer.percentile[0]];
  $("logp").textContent = logp === null ? answer.failed[0].reason : logp.toFixed(4);
  $("logp").dataset.value = logp === null ? "" : String(logp);
  $("logp").dataset.point = JSON.stringify(row);
  $("logp").title = logp === null ? "" : String(logp);
  $("percentile").textContent = share === null ? "–" : `${percent(share)} of the training rows`;
  $("stderr").textContent = stdErr === null ? "–" : stdErr === 0 ? "0, the trace is exact" : stdErr.toPrecision(2);
  trouble(null);
  if (answer.model !== state.model.model) load(); // another model is served by now
});

let painted = ""; // what the picture was painted for

// moved is called when the point has changed.
function moved() {
  if (!point.valid()) return;
  const codes = point.codes();
  plot.probe = [codes[state.across], isCurve() ? 0 : codes[state.up]];
  plot.draw();
  read();
  repaint();
}

// repaint paints where the picture depends on what has changed.
function repaint() {
  const axesNow = isCurve() ? [state.across] : [state.across, state.up];
  const rest = chosen() === "slice" ? point.codes().filter((v, i) => !axesNow.includes(i)) : [];
  const key = JSON.stringify([state.model.model, axesNow, chosen(), rest.map(String), given.codes(), plot.view.x, isCurve() || plot.view.y]);
  if (key === painted) return;
  painted = key;
  paint();
}

// conditioned is called when the condition has changed: the draws are of another density.
const conditioned = latest(async (signal) => {
  if (!given.valid()) return;
  clearDraws();
  await begin(signal);
});

function choosePoint(event) {
  const [x, y] = plot.toUnits(event.clientX, event.clientY);
  put(x, y);
}

// put moves the point, to as many digits as the picture can tell apart.
function put(x, y) {
  const rounded = (v, [from, to]) => Number(v.toFixed(Math.max(0, Math.min(15, 4 - Math.floor(Math.log10(to - from))))));
  point.setOne(state.across, rounded(x, plot.view.x));
  if (!isCurve()) point.setOne(state.up, rounded(y, plot.view.y));
  moved();
}

function steer(event) {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (!by) return;
  event.preventDefault();
  const part = event.shiftKey ? 0.1 : 0.01;
  const { x, y } = plot.view;
  const clamp = (v, [from, to]) => Math.min(to, Math.max(from, v));
  put(clamp((plot.probe[0] ?? x[0]) + by[0] * part * (x[1] - x[0]), x), clamp((plot.probe[1] ?? y[0]) + by[1] * part * (y[1] - y[0]), y));
}

// Draws and the film.

const onAxes = (rows) => rows.map((row) => [number(row, state.across), isCurve() ? 0 : number(row, state.up)]).filter((p) => !p.includes(null));

function showPoints(rows, faded) {
  state.shown = rows;
  plot.points = rows ? onAxes(rows) : [];
  plot.faded = faded;
  plot.draw();
}

const draw = latest(async (signal) => {
  const n = $("draw-n").valueAsNumber;
  film.clear();
  const { rows, seed } = await api.sample(n, $("draw-seed").valueAsNumber, condition(), signal); // an empty field is no seed
  showPoints(rows, false);
  $("drawn").textContent = `${rows.length} rows drawn with seed ${seed}.`;
  trouble(null);
});

function clearDraws() {
  film.clear();
  showPoints(null, false);
  $("drawn").textContent = "";
}

const film = new Film($("play"), $("time"), (rows, time) => showPoints(rows, time < 1));

const fetchFilm = latest(async (signal, still) => {
  if (!film.frames) {
    const each = 12; // frames of each block
    const { frames, seed } = await api.trajectory(actors, $("draw-seed").valueAsNumber, each, condition(), signal);
    film.load(frames);
    $("drawn").textContent = `${actors} rows drawn with seed ${seed}, on their way.`;
    trouble(null);
  }
  if (still) film.seek(Number($("time").value));
  else film.play();
});
film.wanted = fetchFilm;

// Inputs.

$("plot").addEventListener("click", choosePoint);
$("plot").addEventListener("keydown", steer);
for (const [id, axis] of [["x", "across"], ["y", "up"]]) {
  $(id).addEventListener("change", () => {
    const before = state[axis];
    state[axis] = Number($(id).value);
    const other = axis === "across" ? "up" : "across";
    if (state[other] === state[axis]) $(other === "up" ? "y" : "x").value = state[other] = before;
    view();
    if (state.shown) showPoints(state.shown, plot.faded);
    moved();
  });
}
$("show").addEventListener("change", repaint);
$("axes").addEventListener("submit", (event) => event.preventDefault());
$("draw").addEventListener("submit", (event) => {
  event.preventDefault();
  draw();
});
$("draw-clear").addEventListener("click", clearDraws);
new Rows($("drop"), {
  ask: api.strangest,
  trouble,
  choose(values) {
    const n = state.model.columns.length;
    const conditionChanged = state.model.given.length && JSON.stringify(values.slice(n)) !== JSON.stringify(given.values());
    if (conditionChanged) {
      given.set(values.slice(n));
      clearDraws();
    }
    point.set(values.slice(0, n));
    moved();
    $("plot").scrollIntoView({ block: "nearest" });
  },
});

load();
