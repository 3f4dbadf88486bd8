// Paper sheets: typed twice, compared, then stored; and codes from devices without a network.

import { act, ask, encode, field, fill, h, label, say, t, write } from "./base.js";
import { unpack } from "./code.js";
import { fault } from "./exact.js";

const entry = { judge: "", keys: {}, pass: 1, first: new Map(), second: new Map(), sheet: null };
const cellOf = (contestant, criterion) => JSON.stringify([contestant, entry.keys, criterion]);
const plain = (typed) => typed.normalize("NFKC").replace(/[,。、·]/g, ".").replace(/\s/g, "");
const sameNumber = (a, b) => a === b || (a !== "" && b !== "" && Number(a) === Number(b) && a.replace(/\.?0+$/, "") === b.replace(/\.?0+$/, ""));

export async function paper(region, desk) {
  const { state } = desk;
  if (!state.judges.length || !desk.form?.sheet) return fill(region, h("p", { class: "empty" }, desk.form?.sheet ? t("Enter the judges first.") : t("This stage has no score sheet.")), takeOver());
  entry.judge ||= state.judges[0].id;
  entry.sheet = await ask("GET", `/api/sheet?judge=${encodeURIComponent(entry.judge)}`);
  for (const key of entry.sheet.sheet.keys) entry.keys[key.id] ??= key.one_of ? key.one_of[0] : key.type === "integer" ? 1 : "";
  const again = () => paper(region, desk);
  const start = (judge) => {
    Object.assign(entry, { judge, pass: 1, first: new Map(), second: new Map() });
    again();
  };
  fill(
    region,
    h(
      "section",
      { class: "card" },
      h("p", {}, t("Type the sheets of one judge; Enter goes on. Then type them a second time without looking at the first; what differs is shown.")),
      h(
        "div",
        { class: "row" },
        field(t("Judge"), h("select", { id: "paper-judge", onchange: (event) => start(event.target.value) }, state.judges.map((judge) => h("option", { value: judge.id, selected: judge.id === entry.judge }, judge.name)))),
        entry.sheet.sheet.keys.map((key) => field(label(key.label, key.id), key.one_of ? h("select", { onchange: (event) => { entry.keys[key.id] = event.target.value; again(); } }, key.one_of.map((value) => h("option", { value, selected: value === entry.keys[key.id] }, value))) : h("input", { value: String(entry.keys[key.id]), onchange: (event) => { entry.keys[key.id] = key.type === "integer" ? Number(event.target.value) : event.target.value; again(); } }))),
      ),
      grid(again),
    ),
    takeOver(),
  );
}

function grid(again) {
  const { sheet } = entry;
  const lines = sheet.sheet.criteria;
  const values = entry.pass === 1 ? entry.first : entry.second;
  const rows = sheet.contestants.filter((one) => !one.status);
  const open = (one) => ["blank", "draft", "returned"].includes(sheet.states[one.id] ?? "blank");
  const compare = entry.pass === 3;
  const known = (one, line) => sheet.marks.find((mark) => mark.contestant === one.id && mark.criterion === line.id && Object.entries(mark.keys).every(([name, value]) => String(entry.keys[name]) === String(value)))?.value;
  const check = (input, one, line) => {
    const value = plain(input.value), where = cellOf(one.id, line.id);
    (compare ? entry.second : values).set(where, value);
    if (compare) entry.first.set(where, value);
    input.setAttribute("aria-invalid", value !== "" && fault(value, line) ? "true" : "false");
    if (entry.pass === 2) input.dataset.same = value === "" ? "" : String(sameNumber(value, entry.first.get(where) ?? ""));
  };
  const cell = (one, line) => {
    if (!open(one)) return h("td", { class: "number" }, known(one, line) ?? "–");
    const where = cellOf(one.id, line.id);
    const differs = compare && !sameNumber(entry.first.get(where) ?? "", entry.second.get(where) ?? "");
    return h("td", { class: "number" }, h("input", {
      value: compare && differs ? "" : values.get(where) ?? entry.second.get(where) ?? "", inputmode: "decimal", autocomplete: "off", "aria-label": `${one.name || one.id}, ${label(line.label, line.id)} (${line.low}–${line.high})`, "data-same": differs ? "false" : null,
      placeholder: differs ? `${entry.first.get(where) || "–"} / ${entry.second.get(where) || "–"}` : known(one, line) ?? "",
      oninput: (event) => check(event.target, one, line),
      onkeydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        const all = [...event.target.closest("table").querySelectorAll("input")];
        all[all.indexOf(event.target) + 1]?.focus();
      },
    }));
  };
  const bad = () => rows.some((one) => open(one) && lines.some((line) => {
    const value = (entry.pass === 1 ? entry.first : entry.second).get(cellOf(one.id, line.id)) ?? "";
    return value !== "" && fault(value, line);
  }));
  const differing = () => rows.filter(open).flatMap((one) => lines.map((line) => cellOf(one.id, line.id))).filter((where) => !sameNumber(entry.first.get(where) ?? "", entry.second.get(where) ?? "")).length;
  const onward = act(async () => {
    if (bad()) return say(t("Some marks are out of range or off the step; they are framed in red."), "error");
    if (entry.pass === 1) entry.pass = 2;
    else if (differing()) {
      const count = differing();
      entry.pass = 3;
      say(t("Marks that differ: {count}. Look at the paper and type them once more.", { count }), "error");
    } else {
      const stored = await store(rows.filter(open), lines);
      Object.assign(entry, { pass: 1, first: new Map(), second: new Map() });
      say(t("{count} marks stored.", { count: stored }));
    }
    again();
  });
  return h(
    "form",
    { class: "paper-entry", onsubmit: onward },
    h("h2", {}, { 1: t("First entry"), 2: t("Second entry"), 3: t("Comparison") }[entry.pass]),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Paper sheets") }, h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Order")), h("th", { scope: "col" }, t("Name")), lines.map((line) => h("th", { scope: "col", class: "number" }, label(line.label, line.id), h("small", {}, ` ${line.low}–${line.high}`))))),
      h("tbody", {}, rows.map((one) => h("tr", {}, h("td", {}, one.order ?? "–"), h("th", { scope: "row" }, one.name || one.id), lines.map((line) => cell(one, line))))),
    )),
    h("div", { class: "buttons" }, entry.pass > 1 && h("button", { type: "button", onclick: () => { Object.assign(entry, { pass: 1, second: new Map() }); again(); } }, t("Back to the first entry")), h("button", { type: "submit", class: "primary" }, { 1: t("Go on to the second entry"), 2: t("Compare and store"), 3: t("Compare and store") }[entry.pass])),
  );
}

async function store(rows, lines) {
  const events = [];
  for (const one of rows) {
    const given = lines.map((line) => [line, entry.first.get(cellOf(one.id, line.id)) ?? ""]).filter(([, value]) => value !== "");
    for (const [line, value] of given) events.push({ kind: "score", judge: entry.judge, contestant: one.id, criterion: line.id, ...entry.keys, value });
    if (given.length === lines.length && !entry.sheet.sheet.keys.length) events.push({ kind: "submitted", judge: entry.judge, contestant: one.id });
  }
  if (events.length) await write(...events);
  return events.filter((event) => event.kind === "score").length;
}

function takeOver() {
  const told = h("div", { role: "status" });
  const text = h("textarea", { rows: "4", "aria-label": t("Codes"), autocomplete: "off", spellcheck: false });
  return h(
    "section",
    { class: "card" },
    h("h2", {}, t("Take over a code")),
    h("p", {}, t("A judge whose phone has no network shows codes. Scan them with a hand scanner, or paste their text, one a line.")),
    text,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", onclick: act(async () => {
      let found;
      try {
        found = await unpack(text.value);
      } catch {
        return say(t("That is not one of our codes, or a sign in it is wrong."), "error");
      }
      if (found.missing) return say(found.count ? t("Parts are missing: {parts}", { parts: found.missing.join(", ") }) : t("There is no code yet."), "error");
      const { events } = JSON.parse(found.text, (name, value, context) => (name === "value" && context?.source ? context.source : value));
      const { results } = await ask("POST", "/api/events", encode(events.map((event) => ({ ...event, value: event.value === undefined ? undefined : String(event.value) }))));
      const count = (status) => results.filter((one) => one.status === status).length;
      fill(told, h("p", {}, t("{accepted} taken over, {duplicate} were there already, {rejected} refused.", { accepted: count("accepted"), duplicate: count("duplicate"), rejected: count("rejected") })), h("ul", { class: "blockers" }, results.filter((one) => one.status === "rejected").map((one) => h("li", {}, label(one.message)))));
    }) }, t("Take over"))),
    told,
  );
}
