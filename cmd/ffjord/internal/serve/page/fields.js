// Fields are inputs for the values of columns: a number, a time, or a category; an empty one is a missing value.

import * as times from "/page/times.js";

export class Fields {
  constructor(form, columns, changed) {
    this.columns = columns;
    this.inputs = columns.map((c) => (c.levels ? choices(c) : c.time ? timeInput(c) : numberInput()));
    form.replaceChildren(...columns.map((c, i) => labelled(c.name, this.inputs[i])));
    form.addEventListener("input", () => this.valid() && changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  // values are those of JSON: a number, the text of a time, the name of a category, or null.
  values() {
    return this.inputs.map((input, i) => {
      if (input.value === "") return null;
      return this.columns[i].levels || this.columns[i].time ? input.value : Number(input.value);
    });
  }

  // codes are numbers: categories by their place, NaN for what is missing.
  codes() {
    return this.values().map((v, i) => (v === null ? NaN : code(this.columns[i], v)));
  }

  valid() {
    let all = true;
    this.inputs.forEach((input, i) => {
      const c = this.columns[i];
      const empty = input.value === "" && !c.may_miss;
      const wrong = input.value !== "" && c.time && Number.isNaN(times.parse(c.time, input.value));
      input.setCustomValidity(empty ? "want a value" : wrong ? `want a ${c.time} such as ${input.placeholder}` : "");
      all &&= input.validity.valid;
    });
    return all;
  }

  set(values) {
    values.forEach((v, i) => this.setOne(i, v));
    this.valid();
  }

  setOne(i, v) {
    const { time } = this.columns[i];
    this.inputs[i].value = v === null ? "" : time && typeof v === "number" ? times.format(time, v) : String(v);
  }
}

// code is the number of a value of JSON.
export const code = (c, v) => (c.levels ? c.levels.indexOf(v) : c.time ? times.parse(c.time, v) : v);

function timeInput(column) {
  const input = document.createElement("input");
  input.type = "text";
  input.spellcheck = false;
  input.classList.toggle("long", column.time === "timestamp" || column.time === "datetime");
  input.placeholder = times.format(column.time, column.time === "date" ? 20000 : 64800);
  return input;
}

function numberInput() {
  const input = document.createElement("input");
  input.type = "number";
  input.step = "any";
  input.inputMode = "decimal";
  return input;
}

function choices(column) {
  const select = document.createElement("select");
  const options = column.levels.map((level) => new Option(level, level));
  if (column.may_miss) options.unshift(new Option("missing", ""));
  select.replaceChildren(...options);
  return select;
}

function labelled(name, input) {
  const label = document.createElement("label");
  label.append(name, input);
  return label;
}
