// The judge's page: one contestant's sheet at a time. What is shown is the server's sheet with the outbox laid over it, so a mark
// looks the same before and after it has arrived; only the badge tells.

import { $, act, ask, choices, dialog, field, fill, firstOf, h, label, listen, me, plain, Refused, say, t } from "./base.js";
import { add, compare, div, fault, mul, parse, sub, text } from "./exact.js";
import { DONE, Outbox, WAITING } from "./outbox.js";
import { badge, contestantBar, notices, rosterOf, showOutbox, statusWords, worker } from "./phone.js";

const PAUSE = 350; // ms of rest after which what is typed is kept
const SLIDER = 400; // steps up to which a slider helps

let form = null; // the answer of /api/sheet
let frame = {}; // the latest state of the stream
let chosen = ""; // id of the contestant in view
let keys = {}; // the chosen value of each key of the sheet
let drawn = ""; // what the sheet in the page was drawn for
const typing = new Map(); // line → timer
const clearing = new Map(); // line → rounds left in which an older mark that comes back is taken out, too

const outbox = new Outbox(`${me.competition}/${me.judge}`, () => refresh());
outbox.onsettled = settled;

// -- what holds now --------------------------------------------------------------------------------------------------------

const lineOf = (contestant, criterion, at = keys) => JSON.stringify(["score", contestant, at, criterion]);
const people = () => form?.contestants ?? [];
const person = (id) => people().find((one) => one.id === id);
const criteria = () => form?.sheet?.criteria ?? [];
const sameKeys = (a, b) => JSON.stringify(Object.entries(a).map(([k, v]) => [k, String(v)]).sort()) === JSON.stringify(Object.entries(b).map(([k, v]) => [k, String(v)]).sort());

/** The latest own entry of a line that the server's answer does not hold yet. */
function overlay(line, since) {
  return outbox.all().filter((entry) => entry.line === line && (entry.state === WAITING || (entry.state === DONE && entry.seq > since))).pop();
}

/** The parts of a sheet that are due: one for each combination of its keys where the rulebook names them, else the one in view. */
function parts() {
  const due = form.sheet.keys;
  if (!due.length || !form.sheet.complete) return [keys];
  return due.reduce((found, key) => found.flatMap((part) => choices(key.one_of).map(([value]) => ({ ...part, [key.id]: value }))), [{}]);
}

/** What a part of a sheet is called; nothing where there is only one. */
const partName = (at) => form.sheet.keys.map((key) => label(key.one_of?.[at[key.id]], String(at[key.id]))).join(" · ");
const full = (contestant, at) => criteria().every((line) => markOf(contestant, line.id, at));

/** The mark as it stands, "" for none. */
function markOf(contestant, criterion, at = keys) {
  const own = overlay(lineOf(contestant, criterion, at), form.seq);
  if (own) return own.event.kind === "voided" ? "" : own.event.value;
  return serverMark(contestant, criterion, at)?.value ?? "";
}

function serverMark(contestant, criterion, at) {
  return form.marks.find((mark) => mark.contestant === contestant && mark.criterion === criterion && sameKeys(mark.keys, at));
}

function commentOf(contestant) {
  return overlay(`comment ${contestant}`, form.seq)?.event.text ?? form.comments[contestant] ?? "";
}

function stateOf(contestant) {
  const since = Math.max(form.seq, frame.mine ?? 0);
  const own = overlay(`state ${contestant}`, since);
  if (own) return own.event.kind;
  const told = (frame.states ?? form.states)[contestant] ?? "blank";
  if (told === "blank" && form.sheet && parts().some((at) => criteria().some((line) => markOf(contestant, line.id, at)))) return "draft";
  return told;
}

const open = (state) => ["blank", "draft", "returned"].includes(state);
const returnedFor = (contestant) => (frame.returned ?? form.returned ?? {})[contestant];

/** The weighted total of a sheet, exactly, and how many lines are blank. */
function totalOf(contestant, at = keys) {
  let sum = parse("0"), best = parse("0"), blank = 0;
  const by = parse(form.sheet.divide ?? "1");
  for (const line of criteria()) {
    const weight = parse(line.weight ?? "1") ?? parse("1");
    const value = parse(markOf(contestant, line.id, at));
    best = add(best, mul(weight, parse(line.high)));
    if (value) sum = add(sum, mul(weight, value));
    else blank += 1;
  }
  return { total: text(div(sum, by), 4), best: text(div(best, by), 4), blank };
}

const SHEETS = () => ({
  blank: t("not marked"), draft: t("draft"), submitted: t("submitted"), returned: t("returned"), locked: t("locked"), recused: t("recused"), out: t("not there"),
});
const chip = (state, extra = "") => h("span", { class: "chip", "data-state": state }, (SHEETS()[state] ?? state) + extra);

// -- writing ---------------------------------------------------------------------------------------------------------------

function type(line, input, at) {
  const contestant = chosen, where = lineOf(contestant, line.id, at);
  clearTimeout(typing.get(where)?.timer);
  const done = () => {
    clearTimeout(typing.get(where)?.timer);
    typing.delete(where);
    return keepMark(contestant, line, plain(input.value), at);
  };
  typing.set(where, { timer: setTimeout(done, PAUSE), done });
  paint(input, line, plain(input.value));
  total();
}

async function keepMark(contestant, line, value, at) {
  const where = lineOf(contestant, line.id, at);
  if (value === "") return clear(contestant, line, at);
  if (fault(value, line) || markOf(contestant, line.id, at) === value) return;
  clearing.delete(where);
  await outbox.add({ kind: "score", competition: me.competition, judge: me.judge, contestant, criterion: line.id, ...at, value }, where);
}

/** Make a line blank again: what the server may have of it is voided, for a blank is no 0. */
async function clear(contestant, line, at) {
  const where = lineOf(contestant, line.id, at);
  if (!markOf(contestant, line.id, at)) return;
  await outbox.withdraw(where);
  const known = outbox.all().filter((entry) => entry.line === where && entry.event.kind === "score" && entry.state !== "refused").map((entry) => entry.id);
  const voided = new Set(outbox.all().filter((entry) => entry.event.kind === "voided").map((entry) => entry.event.event));
  const server = serverMark(contestant, line.id, at);
  const ids = [...new Set([...known, ...(server ? [server.id] : [])])].filter((id) => !voided.has(id));
  if (ids.length) clearing.set(where, 8);
  for (const [i, id] of ids.reverse().entries()) {
    await outbox.add({ kind: "voided", competition: me.competition, event: id, reason: t("cleared by the judge") }, i === ids.length - 1 ? where : `${where} ${i}`);
  }
}

function wipe(line, input, at) {
  const where = lineOf(chosen, line.id, at);
  clearTimeout(typing.get(where)?.timer);
  typing.delete(where);
  input.value = "";
  return clear(chosen, line, at);
}

async function keepComment(contestant, words) {
  const said = words.trim();
  if (!said || said === commentOf(contestant)) return;
  await outbox.add({ kind: "comment", competition: me.competition, judge: me.judge, contestant, text: said }, `comment ${contestant}`);
}

/** Keep everything that is still being typed. */
const rest = () => Promise.all([...typing.values()].map((one) => one.done()));

async function submit() {
  await rest();
  const part = full(chosen, keys) ? parts().find((at) => !full(chosen, at)) : keys;
  if (part && part !== keys) {
    keys = { ...part };
    draw(); // the part that lacks a mark comes into view
  }
  const missing = criteria().find((line) => !markOf(chosen, line.id));
  const wrong = criteria().find((line) => $(`mark-${line.id}`)?.getAttribute("aria-invalid") === "true");
  if (wrong || missing) {
    const line = wrong ?? missing;
    say(wrong ? t("“{criterion}” is not a mark that can be given.", { criterion: label(line.label, line.id) }) : t("“{criterion}” has no mark yet. A 0 must be entered as 0.", { criterion: label(line.label, line.id) }), "error");
    $(`mark-${line.id}`)?.focus();
    return;
  }
  if (form.sheet.comment === "required" && !commentOf(chosen)) {
    say(t("The comment is required."), "error");
    $("comment")?.focus();
    return;
  }
  const who = person(chosen);
  const body = h(
    "div",
    {},
    h("p", {}, h("strong", {}, `${who.order ?? ""} ${who.name || who.id}`)),
    parts().map((at) => {
      const { total: sum, best } = totalOf(chosen, at);
      return [
        form.sheet.keys.length > 0 && h("h3", {}, partName(at)),
        h("table", {}, h("tbody", {}, criteria().map((line) => h("tr", {}, h("th", { scope: "row" }, label(line.label, line.id)), h("td", { class: "number" }, markOf(chosen, line.id, at)))))),
        h("p", {}, t("Weighted total"), " ", h("strong", {}, sum), ` / ${best}`),
      ];
    }),
    h("p", { class: "hint" }, t("After that only the head judge can return the sheet to you.")),
  );
  const contestant = chosen;
  if (await dialog(t("Submit this sheet?"), body, t("Submit"))) {
    await outbox.add({ kind: "submitted", competition: me.competition, judge: me.judge, contestant }, `state ${contestant}`);
    say(outbox.reached ? t("Submitted.") : t("Submitted on this device; it is sent when the network is back."));
  }
}

async function recuse() {
  const contestant = chosen, who = person(contestant);
  const body = h("div", {}, h("p", {}, t("You will not judge {name}. Marks that you gave are left out.", { name: who.name || who.id })), field(t("Reason"), h("textarea", { name: "reason", required: true })));
  const given = await dialog(t("Recuse yourself?"), body, t("Recuse myself"));
  if (given) await outbox.add({ kind: "recused", competition: me.competition, judge: me.judge, contestant, reason: given.reason }, `state ${contestant}`);
}

// -- showing ---------------------------------------------------------------------------------------------------------------

function choose(id) {
  rest();
  chosen = id;
  draw();
  scrollTo({ top: 0 });
}

function head() {
  const waits = overlay(`state ${chosen}`, form.seq)?.state === WAITING;
  contestantBar({
    people: people(), chosen, current: frame.current ?? people().find((one) => one.current)?.id, choose, onopen: listAll,
    chips: () => chip(stateOf(chosen), waits ? ` · ${t("unsent")}` : ""),
  });
}

function listAll() {
  const rows = people().map((one) => {
    const state = stateOf(one.id);
    const { total: sum, blank } = form.sheet ? totalOf(one.id) : { total: "", blank: 1 };
    const given = form.sheet && blank < criteria().length;
    const many = form.sheet ? parts() : [];
    const told = many.length > 1 ? `${many.filter((at) => full(one.id, at)).length}/${many.length}` : given ? sum : "";
    return h("li", {}, h(
      "button",
      { type: "button", "aria-current": one.id === chosen ? "true" : null, onclick: (event) => { event.currentTarget.closest("dialog").close(); choose(one.id); } },
      h("span", { class: "n" }, one.order ?? "–"), h("span", {}, h("strong", {}, one.name || one.id), h("small", {}, rosterOf(people()).map((name) => one[name] && ` ${one[name]}`))),
      h("strong", {}, told), chip(state),
    ));
  });
  dialog(t("All sheets"), h("ul", { class: "people" }, rows), "");
}

/** Draw the sheet anew where it is another one; else bring the fields up to date without touching the one that is typed in. */
function draw() {
  if (!form) return;
  head();
  notes();
  const state = chosen ? stateOf(chosen) : "";
  const wanted = JSON.stringify([chosen, keys, open(state), state === "recused" || state === "out", form.sheet]);
  if (wanted !== drawn) {
    drawn = wanted;
    fill($("sheet"), chosen ? sheet(state) : h("p", { class: "empty" }, t("The organizer has not entered the contestants yet.")));
  }
  for (const line of criteria()) {
    const input = $(`mark-${line.id}`);
    if (!input) continue;
    if (document.activeElement !== input && !typing.has(lineOf(chosen, line.id))) input.value = markOf(chosen, line.id);
    paint(input, line, plain(input.value));
  }
  for (const button of document.querySelectorAll("[data-part]")) button.dataset.full = String(full(chosen, { ...keys, ...JSON.parse(button.dataset.part) }));
  const comment = $("comment");
  if (comment && document.activeElement !== comment) comment.value = commentOf(chosen);
  total();
}

function sheet(state) {
  const who = person(chosen);
  if (!form.sheet) return h("p", { class: "empty" }, t("This stage has no score sheet."));
  if (state === "recused") return h("div", { class: "card unjudged" }, h("p", {}, h("strong", {}, t("Not judged by you")), h("br"), t("You are recused for {name}.", { name: who.name || who.id })));
  if (state === "out") return h("div", { class: "card unjudged" }, h("p", {}, h("strong", {}, t("Not judged")), h("br"), `${who.name || who.id}: ${statusWords(who.status)}`));
  const editable = open(state);
  return [
    form.sheet.keys.length > 0 && h("div", { class: "card keys" }, form.sheet.keys.map(keyField)),
    criteria().map((line) => criterion(line, editable)),
    form.sheet.comment !== "none" && h("div", { class: "card" }, field(
      form.sheet.comment === "required" ? t("Comment (required)") : t("Comment"),
      h("textarea", { id: "comment", maxlength: "2000", disabled: !editable, onchange: act((event) => keepComment(chosen, event.target.value)) }),
    )),
    editable && h("p", {}, h("button", { type: "button", class: "quiet", id: "recuse", onclick: act(recuse) }, t("I must not judge this contestant (recusal)"))),
  ];
}

function keyField(key) {
  const pick = (value) => {
    rest();
    keys = { ...keys, [key.id]: value };
    draw();
  };
  const admitted = choices(key.one_of);
  if (admitted.length > 0 && admitted.length <= 4) {
    return h("div", { class: "field", role: "group", "aria-label": label(key.label, key.id) }, h("span", { class: "field-label" }, label(key.label, key.id)), h("div", { class: "segments" }, admitted.map(([value, words]) => h("button", { type: "button", id: `key-${key.id}-${value}`, "aria-pressed": String(String(keys[key.id]) === value), "data-part": JSON.stringify({ [key.id]: value }), onclick: () => pick(value) }, words))));
  }
  const control = key.one_of
    ? h("select", { onchange: (event) => pick(event.target.value) }, choices(key.one_of).map(([value, words]) => h("option", { value, selected: String(keys[key.id]) === value }, words)))
    : h("input", { value: String(keys[key.id] ?? ""), inputmode: key.type === "text" ? "text" : "decimal", onchange: (event) => pick(key.type === "integer" ? Number(event.target.value) : event.target.value) });
  return field(label(key.label, key.id), control);
}

function criterion(line, editable) {
  const id = `mark-${line.id}`, at = { ...keys };
  const input = h("input", {
    id, class: "mark", inputmode: "decimal", autocomplete: "off", enterkeyhint: "next", disabled: !editable, placeholder: t("no mark"), "aria-describedby": `${id}-range ${id}-foot`,
    oninput: (event) => type(line, event.target, at),
    onchange: () => typing.get(lineOf(chosen, line.id, at))?.done(),
    onkeydown: (event) => event.key === "Enter" && next(line),
  });
  const move = (by) => () => {
    const value = parse(plain(input.value)), step = parse(line.step ?? "1");
    const wanted = value ? add(value, by > 0 ? step : mul(step, parse("-1"))) : parse(by > 0 ? line.low : line.high);
    const low = parse(line.low), high = parse(line.high);
    input.value = text(compare(wanted, low) < 0 ? low : compare(wanted, high) > 0 ? high : wanted, 9);
    type(line, input, at);
  };
  const name = label(line.label, line.id);
  return h(
    "section",
    { class: "card criterion" },
    h("div", { class: "criterion-head" }, h("label", { for: id }, name), h("span", { class: "criterion-range", id: `${id}-range` }, range(line))),
    line.help && h("p", { class: "help" }, label(line.help)),
    h(
      "div",
      { class: "stepper" },
      editable ? h("button", { type: "button", "aria-label": t("{criterion}: less", { criterion: name }), onclick: move(-1) }, "−") : h("span"),
      input,
      editable ? h("button", { type: "button", "aria-label": t("{criterion}: more", { criterion: name }), onclick: move(1) }, "+") : h("span"),
    ),
    editable && h("div", { class: "mark-tools" }, slider(line, input, at, name), h("button", { type: "button", class: "quiet", id: `${id}-clear`, disabled: true, onclick: act(() => wipe(line, input, at)) }, t("Clear"))),
    h("p", { class: "mark-foot", id: `${id}-foot`, role: "status" }),
  );
}

function range(line) {
  const words = [t("{low} to {high}", { low: line.low, high: line.high })];
  if (line.step && line.step !== "1") words.push(t("step {step}", { step: line.step }));
  if (line.weight && line.weight !== "1") words.push(form.sheet.divide === "100" ? t("weight {weight} %", { weight: line.weight }) : t("weight {weight}", { weight: line.weight }));
  return words.join(" · ");
}

function slider(line, input, at, name) {
  if (!line.step) return null;
  const steps = Number(text(div(sub(parse(line.high), parse(line.low)), parse(line.step)), 0));
  if (steps > SLIDER) return null;
  return h("input", {
    type: "range", class: "slider", id: `mark-${line.id}-slider`, min: "0", max: String(steps), step: "1", value: "0", "aria-label": t("{criterion}: slider", { criterion: name }),
    oninput: (event) => {
      input.value = text(add(parse(line.low), mul(parse(event.target.value), parse(line.step))), 9);
      type(line, input, at);
    },
  });
}

/** Blank, zero, given and impossible look different. */
function paint(input, line, value) {
  const wrong = value === "" ? "" : fault(value, line);
  const zero = value !== "" && !wrong && compare(parse(value), parse("0")) === 0;
  input.dataset.mark = value === "" ? "blank" : wrong ? "wrong" : zero ? "zero" : "given";
  input.setAttribute("aria-invalid", wrong ? "true" : "false");
  const words = {
    number: t("That is not a number."), low: t("The least is {low}.", line), high: t("The most is {high}.", line), step: t("Only steps of {step} from {low}.", line),
  }[wrong];
  const foot = $(`mark-${line.id}-foot`);
  const said = words ?? (zero ? t("0 points, given") : "");
  if (foot && foot.textContent !== said) foot.textContent = said;
  if (foot) foot.className = `mark-foot ${words ? "complaint" : zero ? "zero" : ""}`;
  const eraser = $(`mark-${line.id}-clear`), slide = $(`mark-${line.id}-slider`);
  if (eraser) eraser.disabled = value === "";
  if (slide) {
    slide.dataset.mark = input.dataset.mark;
    if (!wrong && value !== "") slide.value = text(div(sub(parse(value), parse(line.low)), parse(line.step)), 0);
    if (value === "") slide.value = "0";
    slide.setAttribute("aria-valuetext", value === "" ? t("no mark") : value);
  }
}

function next(line) {
  const at = criteria().findIndex((one) => one.id === line.id);
  ($(`mark-${criteria()[at + 1]?.id}`) ?? $("comment") ?? $("submit"))?.focus();
}

function total() {
  if (!form?.sheet || !chosen) return fill($("total"));
  const state = stateOf(chosen);
  if (state === "recused" || state === "out") return fill($("total"));
  // what is typed counts at once, also before it is kept
  const { total: sum, best, blank } = totalOf(chosen);
  fill($("total"), h(
    "div",
    { class: "total-in" },
    h("div", {}, h("div", { class: "total-words" }, form.sheet.keys.length ? `${partName(keys)} · ` : "", blank ? t("Weighted total, {count} without a mark", { count: blank }) : t("Weighted total")), h("div", { class: "total-value", id: "total-value" }, blank === criteria().length ? "–" : sum, h("small", {}, ` / ${best}`))),
    open(state) ? h("button", { type: "button", class: "primary", id: "submit", onclick: act(submit) }, state === "returned" ? t("Submit again") : t("Submit")) : chip(state),
  ));
}

function describe(entry) {
  const { event } = entry;
  const who = person(event.contestant)?.name ?? event.contestant ?? "";
  const line = criteria().find((one) => one.id === event.criterion);
  return {
    score: () => [who, form?.sheet?.keys?.length ? partName(event) : "", `${label(line?.label, event.criterion)} ${event.value}`].filter(Boolean).join(" · "), voided: () => t("a mark cleared"), comment: () => `${who} · ${t("Comment")}`,
    submitted: () => `${who} · ${t("submitted")}`, recused: () => `${who} · ${t("recused")}`,
  }[event.kind]?.() ?? event.kind;
}

function notes() {
  const extra = [];
  if (form && chosen && stateOf(chosen) === "returned") {
    extra.push(h("div", { class: "notice", role: "status", id: "returned" }, h("p", {}, h("strong", {}, t("The head judge returned this sheet:"))), h("p", {}, returnedFor(chosen) || "–")));
  }
  if (frame.fault) extra.push(h("div", { class: "notice", "data-kind": "error" }, h("p", {}, label(frame.fault))));
  fill($("notices"), notices(outbox, describe, extra));
}

function refresh() {
  badge(outbox);
  if (form) draw();
  else notes();
}

// -- the server ------------------------------------------------------------------------------------------------------------

async function load() {
  try {
    adopt(await ask("GET", "/api/sheet"));
    await outbox.keep("sheet", form);
    outbox.ended = false;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) outbox.ended = true;
    if (error.status === 0) outbox.reached = false;
    if (!form) {
      const kept = await outbox.kept("sheet");
      if (kept) adopt(kept);
      else if (error.status === 404) fill($("sheet"), h("p", { class: "empty" }, error.message));
    }
    if (error.status === 0) setTimeout(load, 4000);
  }
  refresh();
}

function adopt(answer) {
  form = answer;
  for (const key of form.sheet?.keys ?? []) keys[key.id] ??= firstOf(key);
  if (!person(chosen)) chosen = (frame.current || people().find((one) => one.current)?.id || people()[0]?.id) ?? "";
  for (const [where, rounds] of clearing) {
    const [, contestant, at, criterion] = JSON.parse(where);
    const still = serverMark(contestant, criterion, at);
    if (overlay(where, form.seq)) continue;
    clearing.delete(where);
    if (still && rounds > 1) {
      clearing.set(where, rounds - 1);
      outbox.add({ kind: "voided", competition: me.competition, event: still.id, reason: t("cleared by the judge") }, where);
    }
  }
}

function settled(changed) {
  if (changed.some((entry) => entry.state !== DONE || entry.event.kind !== "score")) load();
}

function news(state) {
  const before = frame;
  frame = state;
  if (!form) return load();
  const acknowledged = Math.max(0, ...outbox.all().map((entry) => entry.seq ?? 0));
  if (state.roster > form.seq || state.mine > Math.max(form.seq, acknowledged) || JSON.stringify(before.returned) !== JSON.stringify(state.returned)) load();
  const left = before.current ?? "";
  if (state.current && state.current !== left && (chosen === left || !left) && !(stateOf(chosen) === "draft" || stateOf(chosen) === "returned")) choose(state.current);
  outbox.ended = false;
  draw();
  outbox.flush();
}

function over() {
  outbox.ended = true;
  refresh();
}

addEventListener("pagehide", rest);
addEventListener("beforeunload", (event) => {
  if (!outbox.lasting && outbox.waiting().length) event.preventDefault();
});
$("judge-name").textContent = me.unit ? `${me.name} · ${me.unit}` : me.name;
$("outbox").addEventListener("click", () => showOutbox(outbox, describe));
badge(outbox);
worker();
await outbox.open();
await load();
listen(news, () => {}, "", over);
