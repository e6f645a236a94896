// Rows of a file that was dropped on the page, scored, the strangest of them listed.

const shown = 20;
const columnsShown = 6;

export class Rows {
  constructor(panel, { ask, choose, trouble }) {
    this.panel = panel;
    this.ask = ask;
    this.choose = choose;
    this.trouble = trouble;
    this.status = panel.querySelector("[role=status]");
    this.list = panel.querySelector(".scroll");
    this.remarks = panel.querySelector("ul");
    const input = panel.querySelector("input");
    input.addEventListener("click", () => (input.value = "")); // so that one file may be chosen again
    input.addEventListener("change", () => input.files.length && this.read(input.files[0]));
    const over = (on) => (event) => {
      event.preventDefault();
      panel.classList.toggle("over", on);
    };
    panel.addEventListener("dragover", over(true));
    panel.addEventListener("dragleave", over(false));
    panel.addEventListener("drop", (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length) this.read(event.dataTransfer.files[0]);
    });
    for (const type of ["dragover", "drop"]) document.addEventListener(type, (event) => event.preventDefault());
  }

  async read(file) {
    this.status.textContent = `Reading ${file.name} …`;
    this.list.hidden = true;
    this.remarks.replaceChildren();
    try {
      this.fill(file.name, await this.ask(await file.text(), shown));
    } catch (error) {
      this.status.textContent = `${file.name} was not scored.`;
      this.trouble(error);
    }
  }

  fill(name, answer) {
    const failed = answer.failed.length ? `, ${answer.failed.length} without a density` : "";
    const least = answer.row.length ? `The ${answer.row.length} least dense, strangest first:` : "";
    this.status.textContent = `${name}: ${answer.rows} rows${failed}. ${least}`.trimEnd();
    this.remarks.replaceChildren(...remarks(answer).map((text) => element("li", text)));
    const columns = answer.columns.slice(0, columnsShown);
    const [head, body] = [this.list.querySelector("thead"), this.list.querySelector("tbody")];
    head.replaceChildren(line("th", ["row", "log-density", "denser than", "what is strange", ...columns]));
    body.replaceChildren(...answer.row.map((row, i) => {
      const values = answer.values[i];
      const tr = line("td", ["", answer.log_density[i].toFixed(3), percent(answer.percentile[i]), because(answer.why[i]), ...values.slice(0, columnsShown).map(short)]);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = String(row + 1);
      button.setAttribute("aria-label", `Row ${row + 1}: show it in the plot`);
      button.addEventListener("click", () => this.choose(values));
      tr.firstChild.append(button);
      return tr;
    }));
    this.list.hidden = answer.row.length === 0;
  }
}

function element(tag, text) {
  const out = document.createElement(tag);
  out.textContent = text;
  return out;
}

function line(tag, texts) {
  const tr = document.createElement("tr");
  tr.append(...texts.map((text) => element(tag, text)));
  return tr;
}

const told = 3; // rows that failed for another reason than a category

// remarks say why rows have no density: by categories that the training rows do not have, and of some others one by one.
// Rows count from 1 here.
function remarks(answer) {
  const unseen = answer.unseen.map(({ column, category, rows, first }) => {
    const so = `${rows === 1 ? "1 row" : `${rows} rows`}, row ${first + 1} the first, ${rows === 1 ? "has" : "have"}`;
    if (category === "") return `${so} more categories that the training rows do not have`;
    return `${column}: ${so} “${category}”, which the training rows do not have`;
  });
  const others = answer.failed.filter((f) => !f.unseen);
  const few = others.slice(0, told).map((f) => f.reason.replace(`row ${f.row}`, `row ${f.row + 1}`));
  if (others.length > told) few.push(`and ${others.length - told} more rows`);
  return [...unseen, ...few];
}

// because tells the columns that make a row strange: the first, and one more that gains a tenth of it at least.
function because(why) {
  return why
    .slice(0, 2)
    .filter((w) => w.gain >= why[0].gain / 10)
    .map((w) => `${w.column} ${short(w.value)} (+${w.gain.toFixed(1)} at ${short(w.usual)})`)
    .join(", ");
}

export const percent = (v) => (v === null ? "–" : `${v.toFixed(v > 0 && v < 1 ? 2 : 1)} %`);
export const short = (v) => (v === null ? "missing" : typeof v === "number" ? String(Number(v.toPrecision(5))) : v);
