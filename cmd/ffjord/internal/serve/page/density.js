// What the plot shows behind the points: the density itself on a grid where there are two columns, a slice of it through
// the chosen point where there are more, or all rows as their draws tell.

import * as api from "/page/api.js";

// grid returns rows over two columns, all other columns as in the chosen row: row by row from the lower left.
function grid(row, [x, y], view, size) {
  const width = row.length;
  const out = new Float64Array(size * size * width);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const at = (i * size + j) * width;
      out.set(row, at);
      out[at + x] = centre(view.x, j, size);
      out[at + y] = centre(view.y, i, size);
    }
  }
  return out;
}

const centre = ([from, to], i, size) => from + ((to - from) * (i + 0.5)) / size;

// inParts asks for the densities of many rows, in as many requests as the service's limits make of them.
async function inParts(values, width, limits, signal) {
  const most = Math.max(1, Math.min(limits.rows, Math.floor((limits.body_bytes - 512) / (8 * width)), 8192));
  const out = new Float64Array(values.length / width);
  for (let at = 0; at < out.length; at += most) {
    const part = values.subarray(at * width, Math.min(out.length, at + most) * width);
    out.set(await api.densities(part, width, signal), at);
  }
  return out;
}

// shares makes densities of log-densities, as shares of the greatest.
function shares(logp) {
  const top = logp.reduce((a, b) => (b > a ? b : a), -Infinity);
  return { values: logp.map((v) => (Number.isNaN(v) ? 0 : Math.exp(v - top))), top };
}

// slice has the density over two columns, at size × size points.
export async function slice(row, axes, view, size, limits, signal) {
  const { values, top } = shares(await inParts(grid(row, axes, view, size), row.length, limits, signal));
  return { image: { values, size }, top };
}

// curve has the density over one column, at n points.
export async function curve(row, x, range, n, limits, signal) {
  const values = new Float64Array(n * row.length);
  for (let i = 0; i < n; i++) {
    values.set(row, i * row.length);
    values[i * row.length + x] = range[0] + ((range[1] - range[0]) * i) / (n - 1);
  }
  const logp = await inParts(values, row.length, limits, signal);
  return logp.map((v) => (Number.isNaN(v) ? 0 : Math.exp(v)));
}

// kernels has an estimate of the density of points by normal kernels, as wide as Scott's rule says: σ n^(-1/6).
export function kernels(points, view, size) {
  let values = new Float64Array(size * size);
  const place = (v, [from, to]) => Math.floor(((v - from) / (to - from)) * size);
  for (const [x, y] of points) {
    const [j, i] = [place(x, view.x), place(y, view.y)];
    if (i >= 0 && i < size && j >= 0 && j < size) values[i * size + j]++;
  }
  const wide = [0, 1].map((k) => {
    const all = points.map((p) => p[k]);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length);
    const range = k ? view.y : view.x;
    return ((deviation * all.length ** (-1 / 6)) / (range[1] - range[0])) * size;
  });
  values = blur(blur(values, size, 1, wide[0]), size, size, wide[1]);
  const top = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  return { values: values.map((v) => v / top), size };
}

// blur spreads values along one direction, in which neighbours are so many places apart.
function blur(values, size, apart, deviation) {
  const reach = Math.max(1, Math.ceil(3 * deviation));
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / Math.max(deviation, 0.3)) ** 2));
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (!values[i]) continue;
    const along = Math.floor(i / apart) % size;
    weights.forEach((w, k) => {
      const to = along + k - reach;
      if (to >= 0 && to < size) out[i + (k - reach) * apart] += w * values[i];
    });
  }
  return out;
}
