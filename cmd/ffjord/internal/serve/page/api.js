// What the page asks the service for. It has no other way than every client has.

// Trouble is what the service, or the way to it, says is wrong.
export class Trouble extends Error {}

async function post(path, body, type, accept, signal) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body, signal, headers: { "Content-Type": type, Accept: accept } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("The service does not answer. Is it still running?");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Trouble(problem.detail || `The service answers ${answer.status}.`);
  }
  return answer;
}

const json = "application/json";
const npy = "application/x-npy";

export async function describe() {
  const answer = await fetch("/v1/model");
  if (!answer.ok) throw new Trouble(`The service answers ${answer.status}.`);
  return answer.json();
}

async function ask(path, body, signal) {
  return (await post(path, JSON.stringify(body), json, json, signal)).json();
}

// score has the log-density of rows that are arrays of JSON values.
export const score = (rows, given, signal) => ask("/v1/score", { rows, given }, signal);
export const sample = (n, seed, given, signal) => ask("/v1/sample", { n, seed, given }, signal);
export const trajectory = (n, seed, frames, given, signal) => ask("/v1/trajectory", { n, seed, frames, given }, signal);

// strangest has the rows of a text table that are least dense.
export async function strangest(text, top) {
  return (await post(`/v1/score?top=${top}`, text, "text/csv", json)).json();
}

// densities has the log-density of many rows of numbers, NaN where there is none.
export async function densities(values, width, signal) {
  const answer = await post("/v1/score", encode(values, width), npy, npy, signal);
  const table = decode(await answer.arrayBuffer());
  const out = new Float64Array(table.length / 3); // log_density, std_err, percentile
  for (let i = 0; i < out.length; i++) out[i] = table[3 * i];
  return out;
}

// encode writes rows in NumPy's format: magic bytes, version 1.0, the length of the header, the header, the numbers.
function encode(values, width) {
  let header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${values.length / width}, ${width}), }`;
  header = header.padEnd(64 * Math.ceil((10 + header.length + 1) / 64) - 11) + "\n";
  const out = new Uint8Array(10 + header.length + 8 * values.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  out.set(new TextEncoder().encode(header), 10);
  const numbers = new DataView(out.buffer, 10 + header.length);
  values.forEach((v, i) => numbers.setFloat64(8 * i, v, true));
  return out;
}

// decode reads the numbers of an array that the service wrote, of little-endian float64.
function decode(buffer) {
  const view = new DataView(buffer);
  const start = 10 + view.getUint16(8, true);
  const out = new Float64Array((buffer.byteLength - start) / 8);
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(start + 8 * i, true);
  return out;
}
