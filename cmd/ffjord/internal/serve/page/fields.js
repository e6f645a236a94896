// Fields are inputs for the values of columns: a number, or a category; an empty one is a missing value.

export class Fields {
  constructor(form, columns, changed) {
    this.columns = columns;
    this.inputs = columns.map((c) => (c.levels ? choices(c) : numberInput()));
    form.replaceChildren(...columns.map((c, i) => labelled(c.name, this.inputs[i])));
    form.addEventListener("input", () => this.valid() && changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  // values are those of JSON: a number, the name of a category, or null.
  values() {
    return this.inputs.map((input, i) => {
      if (input.value === "") return null;
      return this.columns[i].levels ? input.value : Number(input.value);
    });
  }

  // codes are numbers: categories by their place, NaN for what is missing.
  codes() {
    return this.values().map((v, i) => (v === null ? NaN : this.columns[i].levels ? this.columns[i].levels.indexOf(v) : v));
  }

  valid() {
    let all = true;
    this.inputs.forEach((input, i) => {
      const wrong = input.value === "" && !this.columns[i].may_miss;
      input.setCustomValidity(wrong ? "want a value" : "");
      all &&= input.validity.valid;
    });
    return all;
  }

  set(values) {
    values.forEach((v, i) => this.setOne(i, v));
    this.valid();
  }

  setOne(i, v) {
    this.inputs[i].value = v === null ? "" : String(v);
  }
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
