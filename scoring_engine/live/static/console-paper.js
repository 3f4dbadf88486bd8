// Paper sheets: typed twice, by two people or twice by one; the server compares the entries and stores what agrees. And codes from devices
// without a network.

import { act, ask, choices, clock, dialog, encode, field, fill, firstOf, h, label, newId, plain, Refused, say, t } from "./base.js";
import { unpack } from "./code.js";
import { fault } from "./exact.js";

// what is in view: the judge, the keys, what was typed of this entry (cell → text), comments, and the answer of the server
const pile = { judge: "", keys: {}, typed: new Map(), comments: new Map(), submit: false, sheet: null, found: null };
const cellOf = (contestant, criterion) => JSON.stringify([contestant, criterion]);

export async function paper(region, desk) {
  const { state } = desk;
  if (!state.judges.length || !desk.form?.sheet) return fill(region, h("p", { class: "empty" }, desk.form?.sheet ? t("Enter the judges first.") : t("This stage has no score sheet.")), takeOver());
  if (!state.judges.some((judge) => judge.id === pile.judge)) begin({ judge: state.judges[0].id });
  for (const key of desk.form.sheet.keys) pile.keys[key.id] ??= firstOf(key);
  await load();
  const again = () => paper(region, desk);
  const turn = (changes) => act(async () => {
    if (pile.typed.size && !(await dialog(t("Leave this entry?"), h("p", {}, t("What you typed of it is not kept.")), t("Leave it")))) return again();
    begin(changes);
    await again();
  });
  fill(
    region,
    h(
      "section",
      { class: "card" },
      h("p", {}, t("Type the sheets of one judge; Enter goes on. Then somebody else types them again, or you without looking: what agrees is stored.")),
      h(
        "div",
        { class: "row" },
        field(t("Judge"), h("select", { id: "paper-judge", onchange: (event) => turn({ judge: event.target.value })(event) }, state.judges.map((judge) => h("option", { value: judge.id, selected: judge.id === pile.judge }, judge.name)))),
        pile.sheet.sheet.keys.map((key) => {
          const pick = (event) => turn({ keys: { ...pile.keys, [key.id]: key.type === "integer" ? Number(event.target.value) : event.target.value } })(event);
          return field(label(key.label, key.id), key.one_of
            ? h("select", { id: `paper-key-${key.id}`, onchange: pick }, choices(key.one_of).map(([value, words]) => h("option", { value, selected: value === String(pile.keys[key.id]) }, words)))
            : h("input", { id: `paper-key-${key.id}`, value: String(pile.keys[key.id]), onchange: pick }));
        }),
      ),
      grid(again, desk.form.sheet),
    ),
    takeOver(),
  );
}

function begin(changes) {
  Object.assign(pile, { typed: new Map(), comments: new Map() }, changes);
}

/** The sheet with the marks that are stored, and the entries so far. */
async function load() {
  const keys = Object.entries(pile.keys).map(([name, value]) => `&${encodeURIComponent(`key.${name}`)}=${encodeURIComponent(value)}`).join("");
  const judge = encodeURIComponent(pile.judge);
  [pile.sheet, pile.found] = await Promise.all([ask("GET", `/api/sheet?judge=${judge}`), ask("GET", `/api/paper?judge=${judge}${keys}`)]);
}

/** Which entry this is: the first, the second, or a look at the cells that differ. */
const round = () => Math.min(pile.found.entries.length, 2);

function grid(again, form) {
  const lines = form.criteria;
  const compare = round() === 2;
  const differing = new Map(pile.found.differences.map((one) => [cellOf(one.contestant, one.criterion), one.values]));
  const open = (one) => !one.status && ["blank", "draft", "returned"].includes(pile.sheet.states[one.id] ?? "blank");
  const rows = pile.sheet.contestants.filter((one) => !one.status);
  const known = (one, line) => pile.sheet.marks.find((mark) => mark.contestant === one.id && mark.criterion === line.id && Object.entries(mark.keys).every(([name, value]) => String(pile.keys[name]) === String(value)))?.value;
  const cell = (one, line) => {
    const where = cellOf(one.id, line.id), values = differing.get(where);
    if (!open(one)) return h("td", { class: "number" }, known(one, line) ?? "–");
    if (compare && !values) return h("td", { class: "number agreed" }, "✓");
    return h("td", { class: "number" }, h("input", {
      value: pile.typed.get(where) ?? "", inputmode: "decimal", autocomplete: "off", "aria-label": `${one.name || one.id}, ${label(line.label, line.id)} (${line.low}–${line.high})`, "data-same": compare ? "false" : null,
      placeholder: known(one, line) ?? "",
      oninput: (event) => {
        const value = plain(event.target.value);
        pile.typed.set(where, value);
        event.target.setAttribute("aria-invalid", value !== "" && fault(value, line) ? "true" : "false");
      },
      onkeydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        const all = [...event.target.closest("form").querySelectorAll("td.number input, button[type=submit]")];
        all[all.indexOf(event.target) + 1]?.focus();
      },
    }), values && h("small", {}, values.map((value) => value || t("blank")).join(" / ")));
  };
  const comments = form.comment !== "none" && round() === 0;
  const shown = rows.filter((one) => !compare || lines.some((line) => differing.has(cellOf(one.id, line.id))));
  const title = [t("First entry"), t("Second entry"), t("Comparison")][round()];
  if (!rows.some(open)) return h("p", { class: "empty" }, t("All sheets of this judge are handed in."));
  const due = form.keys.length > 0 && !form.complete;
  return h(
    "form",
    { class: "paper-entry", onsubmit: act(() => send(rows.filter(open), lines, compare ? differing : null, again)) },
    h("h2", {}, title),
    pile.found.entries.length > 0 && h("p", { class: "hint", id: "paper-entries" }, pile.found.entries.map((one, i) => t("Entry {number}: {by}, {time}", { number: i + 1, by: one.by, time: clock(one.at) })).join(" · ")),
    compare && h("p", { class: "notice", role: "status" }, t("Marks that differ: {count}. Look at the paper and type them once more.", { count: differing.size })),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Paper sheets") }, h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Order")), h("th", { scope: "col" }, t("Name")), lines.map((line) => h("th", { scope: "col", class: "number" }, label(line.label, line.id), h("small", {}, ` ${line.low}–${line.high}`))), comments && h("th", { scope: "col" }, t("Comment")))),
      h("tbody", {}, shown.map((one) => h("tr", {}, h("td", {}, one.order ?? "–"), h("th", { scope: "row" }, one.name || one.id), lines.map((line) => cell(one, line)), comments && h("td", {}, open(one) ? h("input", { class: "words", maxlength: "2000", autocomplete: "off", "aria-label": `${one.name || one.id}, ${t("Comment")}`, value: pile.comments.get(one.id) ?? "", oninput: (event) => pile.comments.set(one.id, event.target.value) }) : pile.sheet.comments[one.id] ?? "")))),
    )),
    due && h("label", { class: "check" }, h("input", { type: "checkbox", id: "paper-submit", checked: pile.submit, onchange: (event) => (pile.submit = event.target.checked) }), h("span", {}, t("These are the last sheets of this judge: hand in those that are full"))),
    h("div", { class: "buttons" }, pile.found.entries.length > 0 && h("button", { type: "button", class: "quiet", onclick: act(() => discard(again)) }, t("Begin anew …")), h("button", { type: "submit", class: "primary" }, round() === 0 ? t("Keep the first entry") : t("Compare and store"))),
  );
}

async function send(rows, lines, differing, again) {
  const marks = {};
  let wrong = 0;
  for (const one of rows) {
    for (const line of lines) {
      const where = cellOf(one.id, line.id);
      if (differing && !differing.has(where)) continue;
      const value = pile.typed.get(where) ?? "";
      if (value !== "" && fault(value, line)) wrong += 1;
      (marks[one.id] ??= {})[line.id] = value;
    }
  }
  if (wrong) return say(t("Some marks are out of range or off the step; they are framed in red."), "error");
  if (!Object.values(marks).some((row) => Object.values(row).some((value) => value !== "")) && !differing) return say(t("Nothing is typed yet."), "error");
  pile.attempt ??= newId(); // a second try after a broken line is the same entry
  let answer;
  try {
    answer = await ask("POST", "/api/paper", { id: pile.attempt, judge: pile.judge, keys: pile.keys, marks, comments: Object.fromEntries(pile.comments), submit: pile.submit });
  } catch (error) {
    if (error instanceof Refused && error.status !== 0) pile.attempt = null;
    throw error;
  }
  pile.attempt = null;
  begin({});
  if (answer.stored) say(t("{count} marks stored, {sheets} sheets handed in.", { count: answer.stored.marks, sheets: answer.stored.sheets }));
  else if (answer.differences.length) say(t("Marks that differ: {count}. Look at the paper and type them once more.", { count: answer.differences.length }), "error");
  else say(t("The first entry is kept. Now the second one: by somebody else, or without looking."));
  await again();
}

async function discard(again) {
  if (!(await dialog(t("Begin anew?"), h("p", {}, t("The entries of these sheets are forgotten; nothing of them counts yet.")), t("Begin anew")))) return;
  await ask("POST", "/api/paper", { judge: pile.judge, keys: pile.keys, discard: true });
  begin({});
  await again();
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
