// Plot draws in the units of the table: an image of the density or a curve, points over it, the chosen point, axes.

import * as times from "/page/times.js";

const margin = { left: 58, right: 14, top: 14, bottom: 44 };
const timeRoom = 30; // more at the left for times

// colours are those of the page, by its style and the reader's choice of light or dark.
function colours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  return {
    ink: get("--ink"), quiet: get("--quiet"), line: get("--line"), paper: get("--paper"), accent: get("--accent"),
    mark: get("--mark"), dot: get("--dot"), heat: get("--heat").split(/\s+/).map(rgb),
  };
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

// ramp is the colour of a share of the greatest density, from 0 to 1.
export function ramp(stops, share) {
  const at = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1);
  const [a, b] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
  return a.map((v, i) => Math.round(v + (b[i] - v) * (at % 1)));
}

// shade makes small densities visible: the root of their share of the greatest.
const shade = (share) => Math.sqrt(share);

export class Plot {
  constructor(canvas, legend) {
    this.canvas = canvas;
    this.legend = legend;
    this.view = { x: [0, 1], y: [0, 1] };
    this.names = { x: "", y: "" };
    this.times = { x: undefined, y: undefined }; // the kinds of columns that hold times
    this.image = null; // {values, size}: shares of the greatest density
    this.curve = null; // {values}: densities at equal steps, for one column
    this.points = []; // [x, y]
    this.probe = null; // [x, y]
    this.faded = false;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  // box is the area inside of the axes, in pixels of the page.
  box() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const left = margin.left + (this.times.y ? timeRoom : 0);
    return { left, top: margin.top, width: width - left - margin.right, height: height - margin.top - margin.bottom };
  }

  toPixels([x, y]) {
    const b = this.box();
    const part = (v, [from, to]) => (v - from) / (to - from);
    return [b.left + part(x, this.view.x) * b.width, b.top + (1 - part(y, this.view.y)) * b.height];
  }

  // toUnits returns the point of the table's units under a place of the window, inside of the axes.
  toUnits(clientX, clientY) {
    const b = this.box();
    const frame = this.canvas.getBoundingClientRect();
    const clamp = (v) => Math.min(1, Math.max(0, v));
    const px = clamp((clientX - frame.left - b.left) / b.width);
    const py = clamp(1 - (clientY - frame.top - b.top) / b.height);
    const at = (part, [from, to]) => from + part * (to - from);
    return [at(px, this.view.x), at(py, this.view.y)];
  }

  draw() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width) return;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const g = this.canvas.getContext("2d");
    g.scale(scale, scale);
    const c = colours();
    const b = this.box();
    g.save();
    g.beginPath();
    g.rect(b.left, b.top, b.width, b.height);
    g.clip();
    g.globalAlpha = this.faded ? 0.35 : 1;
    if (this.image) this.drawImage(g, c, b);
    if (this.curve) this.drawCurve(g, c);
    g.globalAlpha = 1;
    this.drawPoints(g, c, b);
    this.drawProbe(g, c, b);
    g.restore();
    this.drawAxes(g, c, b);
    this.drawLegend(c);
  }

  drawImage(g, c, b) {
    const { values, size } = this.image;
    const small = new OffscreenCanvas(size, size);
    const pixels = new ImageData(size, size);
    for (let i = 0; i < values.length; i++) {
      const [red, green, blue] = ramp(c.heat, shade(values[i] || 0));
      const row = size - 1 - Math.floor(i / size);
      pixels.data.set([red, green, blue, 255], 4 * (row * size + (i % size)));
    }
    small.getContext("2d").putImageData(pixels, 0, 0);
    g.imageSmoothingQuality = "high";
    g.drawImage(small, b.left, b.top, b.width, b.height);
  }

  drawCurve(g, c) {
    const { values } = this.curve;
    const [from, to] = this.view.x;
    const path = new Path2D();
    values.forEach((v, i) => path.lineTo(...this.toPixels([from + ((to - from) * i) / (values.length - 1), v || 0])));
    g.strokeStyle = c.accent;
    g.lineWidth = 2.5;
    g.lineJoin = "round";
    g.stroke(path);
  }

  drawPoints(g, c, b) {
    g.fillStyle = c.dot;
    const radius = this.points.length > 2000 ? 1.3 : 2.1;
    for (const p of this.points) {
      let [x, y] = this.toPixels(p);
      if (this.curve) y = b.top + b.height - 5; // a row of ticks under the curve
      g.beginPath();
      g.arc(x, y, radius, 0, 2 * Math.PI);
      g.fill();
    }
  }

  drawProbe(g, c, b) {
    if (!this.probe || this.probe.some((v) => v === null || Number.isNaN(v))) return;
    const [x, y] = this.toPixels(this.probe);
    g.strokeStyle = c.mark;
    g.lineWidth = 1;
    g.globalAlpha = 0.55;
    g.beginPath();
    g.moveTo(x, b.top);
    g.lineTo(x, b.top + b.height);
    if (!this.curve) {
      g.moveTo(b.left, y);
      g.lineTo(b.left + b.width, y);
    }
    g.stroke();
    g.globalAlpha = 1;
    if (this.curve) return;
    for (const [colour, wide] of [[c.paper, 5], [c.mark, 2.5]]) {
      g.strokeStyle = colour;
      g.lineWidth = wide;
      g.beginPath();
      g.arc(x, y, 6.5, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  drawAxes(g, c, b) {
    g.strokeStyle = c.line;
    g.lineWidth = 1;
    g.strokeRect(b.left + 0.5, b.top + 0.5, b.width - 1, b.height - 1);
    g.fillStyle = c.quiet;
    g.font = `12px ${getComputedStyle(document.documentElement).fontFamily}`;
    g.textAlign = "center";
    g.textBaseline = "top";
    for (const [v, text] of ticks(this.view.x, b.width / (this.times.x ? 110 : 80), this.times.x)) {
      const [x] = this.toPixels([v, this.view.y[0]]);
      g.fillText(text, x, b.top + b.height + 7);
    }
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (const [v, text] of ticks(this.view.y, b.height / 60, this.times.y)) {
      const [, y] = this.toPixels([this.view.x[0], v]);
      g.fillText(text, b.left - 7, y);
    }
    g.fillStyle = c.ink;
    g.textAlign = "center";
    g.textBaseline = "alphabetic";
    g.fillText(cut(this.names.x), b.left + b.width / 2, b.top + b.height + margin.bottom - 8, b.width);
    g.translate(13, b.top + b.height / 2);
    g.rotate(-Math.PI / 2);
    g.fillText(cut(this.names.y), 0, 0, b.height);
  }

  drawLegend(c) {
    const g = this.legend.getContext("2d");
    for (let i = 0; i < this.legend.width; i++) {
      g.fillStyle = `rgb(${ramp(c.heat, shade(i / this.legend.width)).join()})`;
      g.fillRect(i, 0, 1, 1);
    }
  }
}

const cut = (name) => (name.length > 40 ? name.slice(0, 39) + "…" : name);

// step is the distance of about so many round numbers between two ends.
function step([from, to], count) {
  const raw = (to - from) / Math.max(2, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].find((m) => m * power >= raw) * power;
}

// ticks has places of an axis and their texts.
function ticks(range, count, kind) {
  const dated = kind ? times.ticks(kind, range, count) : [];
  if (dated.length) return dated;
  const by = step(range, count);
  const out = [];
  for (let i = Math.ceil(range[0] / by); i * by <= range[1] + 1e-9 * by; i++) out.push([i * by, label(i * by, range)]);
  return out;
}

function label(v, range) {
  const wide = range[1] - range[0];
  if (Math.abs(v) < 1e-9 * wide) return "0";
  const big = Math.max(Math.abs(range[0]), Math.abs(range[1]));
  if (big >= 1e5 || wide < 1e-3) return v.toExponential(Math.max(0, Math.min(3, Math.ceil(Math.log10(big / wide))))).replace("e+", "e");
  return String(Number(v.toPrecision(6)));
}
