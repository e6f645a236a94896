// Times are numbers on the axes, and text, as RFC 3339 has it, in the fields and for the service: days since 1970-01-01 of
// a "date", seconds since midnight of a "time of day", of others seconds since 1970-01-01.

const day = 86400;

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
  const least = kind === "time of day" ? 0 : Date.UTC(1, 0, 1) / 1000;
  const most = kind === "time of day" ? day - 0.001 : 253402300799;
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

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];

// step has a distance of ticks of a kind, in its unit, at least so large: a round part of a day, or undefined beyond.
export const step = (kind, least) => (kind === "date" ? (least <= 1 ? 1 : undefined) : steps.find((s) => s >= least));

// label has a short text of a tick, where ticks are so far apart.
export function label(kind, v, apart) {
  const text = format(kind, v);
  if (kind === "date" || kind === "time of day") return text;
  return apart >= day ? text.slice(0, 10) : `${text.slice(5, 10)} ${text.slice(11, apart >= 60 ? 16 : 19)}`;
}
