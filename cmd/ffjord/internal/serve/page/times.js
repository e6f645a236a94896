// Times are numbers on the axes, and text, as RFC 3339 has it, in the fields and for the service: days since 1970-01-01 of
// a "date", seconds since midnight of a "time of day", of others seconds since 1970-01-01.

const day = 86400;
const [firstTime, lastTime] = [-62135596800, 253402300799]; // 0001-01-01 and 9999-12-31, in seconds

// parse has the number of a text, NaN of one that is no such time.
export function parse(kind, text) {
  if (kind === "time of day") {
    const parts = /^(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(text);
    return parts ? 3600 * parts[1] + 60 * parts[2] + Number(parts[3] ?? 0) : NaN;
  }
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return NaN;
  const zone = kind === "date" ? "T00:00:00Z" : kind === "datetime" ? "Z" : "";
  const seconds = Date.parse(text.replace(" ", "T") + zone) / 1000;
  return kind === "date" ? seconds / day : seconds;
}

// format has the text of a number, to the millisecond.
export function format(kind, v) {
  const seconds = kind === "date" ? Math.floor(v) * day : v;
  const [least, most] = kind === "time of day" ? [0, day - 0.001] : [firstTime, lastTime];
  const text = new Date(Math.round(1000 * Math.min(most, Math.max(least, seconds)))).toISOString().replace(/\.?0*Z$/, (end) => (end.startsWith(".") ? "" : "Z"));
  const bare = text.replace(/Z$/, "");
  switch (kind) {
    case "date":
      return bare.slice(0, 10);
    case "time of day":
      return bare.slice(11);
    case "datetime":
      return bare;
  }
  return `${bare}Z`;
}

// steps are distances of ticks, in order: seconds from midnight, days from the first of a month, months from January.
const steps = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map((seconds) => ({ seconds, size: seconds })),
  ...[1, 2, 3, 6, 12].map((hours) => ({ seconds: 3600 * hours, size: 3600 * hours })),
  ...[1, 2, 5, 10, 15].map((days) => ({ days, size: day * days })),
  ...[1, 2, 3, 6, ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((years) => 12 * years)].map((months) => ({ months, size: 30.436875 * day * months })),
];

// places has the ticks of a step between two times in seconds.
function places({ seconds, days, months }, from, to) {
  const out = [];
  const add = (at) => at >= from && at <= to && out.push(at);
  if (seconds) {
    for (let k = Math.ceil(from / seconds); k * seconds <= to; k++) add(k * seconds);
    return out;
  }
  const begin = new Date(1000 * from);
  const month = 12 * begin.getUTCFullYear() + begin.getUTCMonth();
  const first = (m) => new Date(0).setUTCFullYear(Math.floor(m / 12), m % 12, 1) / 1000;
  const every = months ?? 1;
  for (let m = month - (month % every); first(m) <= to; m += every) {
    for (let d = 0; d < 31; d += days ?? 31) {
      // a day that is nearer to the next month's first is no place
      if (!d || first(m) + (d + Math.floor((days + 1) / 2)) * day <= first(m + 1)) add(first(m) + d * day);
    }
  }
  return out;
}

// texts has what stands at a tick: in full, what is left out behind a tick that begins with it, and the rest.
function texts(kind, { seconds, days, months }, at) {
  if (kind === "time of day" && at === day) return ["24:00"];
  const text = format("datetime", at); // 2026-01-31T18:30:00
  const [date, clock] = [text.slice(0, 10), text.slice(11, seconds >= 60 ? 16 : undefined)];
  if (months) return [months % 12 ? date.slice(0, 7) : String(Number(date.slice(0, 4)))];
  if (kind === "time of day") return [clock];
  if (days || at % day === 0) return [date, date.slice(0, 5), date.slice(5)];
  return [`${date} ${clock}`, date, clock];
}

// ticks has places on an axis of a kind, where years, months, days or hours begin, and their texts: about so many, at least two
// where there are as many milliseconds.
export function ticks(kind, range, count) {
  const unit = kind === "date" ? day : 1;
  const [first, last] = kind === "time of day" ? [0, day] : [firstTime, lastTime];
  const [from, to] = [Math.max(range[0] * unit, first), Math.min(range[1] * unit, last)];
  let k = steps.findIndex((s) => s.size >= (kind === "date" ? day : 0) && s.size * Math.max(2, count) >= to - from);
  let at = [];
  for (; k >= 0 && at.length < 2; k--) at = places(steps[k], from, to);
  let before = "";
  return at.map((v) => {
    const [full, upper, rest] = texts(kind, steps[k + 1], v);
    const text = upper && before.startsWith(upper) ? rest : full;
    before = full;
    return [v / unit, text];
  });
}
