// The head judge's page: which sheets are in, how far the marks lie apart, what must be settled; returning, amending, voiding,
// deducting, confirming. The organizer may see and do the same except confirm; an auditor only sees.

import { $, act, ask, dialog, field, fill, h, label, listen, me, named, say, t, write } from "./base.js";
import { line, preview, reasonField, standingsTable, stateWords, voidEvent } from "./desk.js";

let state = null;
let form = null; // the sheet, for the labels of its lines
let chosen = "";
let panel = null;
let asked = 0;

const desk = me.role !== "auditor";
const STATES = () => ({ blank: ["–", t("not marked")], draft: ["…", t("draft")], submitted: ["✓", t("submitted")], returned: ["↩", t("returned")], locked: ["✓", t("locked")], recused: ["⊘", t("recused")], out: ["", t("not there")] });
const lineName = (id) => label(form?.sheet?.criteria?.find((line) => line.id === id)?.label, id);
const keyName = (value, at) => label(form?.sheet?.keys?.[at]?.one_of?.[value], value);
const person = (id) => state.contestants.find((one) => one.id === id);
const called = (id) => person(id)?.name || id;

function list() {
  const judges = state.judges;
  const states = STATES();
  fill($("list"), !state.contestants.length ? h("p", { class: "empty" }, t("Nobody is on the list yet.")) : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Sheets") }, h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, label(state.contestant_label, t("Contestant"))), h("th", { scope: "col" }, t("Sheets")))),
    h("tbody", {}, state.contestants.map((one) => h(
      "tr",
      {},
      h("th", { scope: "row" }, h("button", { type: "button", class: "pick", id: `pick-${one.id}`, "aria-current": one.id === chosen ? "true" : null, onclick: () => pick(one.id) }, h("span", { class: "n" }, one.order ?? "–"), h("span", {}, `${one.name || one.id} `, one.id === state.current && h("span", { class: "chip", "data-state": "current" }, t("on stage")), state.outliers?.[one.id] && h("span", { class: "chip", "data-state": "waiting", title: t("marks that stand out: {count}", { count: state.outliers[one.id] }) }, `! ${state.outliers[one.id]}`)))),
      h("td", {}, one.status ? h("span", { class: "chip" }, named(`status:${one.status}`)) : h("span", { class: "ticks" }, judges.map((judge) => {
        const [sign, words] = states[state.sheets[one.id]?.[judge.id] ?? "blank"] ?? ["?", ""];
        return h("span", { class: "tick", "data-state": state.sheets[one.id]?.[judge.id] ?? "blank", role: "img", "aria-label": `${judge.name}: ${words}`, title: `${judge.name}: ${words}` }, sign);
      }))),
    ))),
  )));
}

function pick(id) {
  chosen = id;
  panel = null;
  list();
  loadPanel();
}

async function loadPanel() {
  if (!chosen) return;
  const turn = ++asked;
  const answer = await ask("GET", `/api/panel/${encodeURIComponent(chosen)}`).catch(() => null);
  if (turn === asked && answer) {
    panel = answer;
    one();
  }
}

const apart = (text) => (text?.startsWith("-") ? `−${text.slice(1)}` : text === "0" ? "±0" : `+${text}`);

function one() {
  const who = person(chosen);
  if (!who || !panel) return fill($("one"), h("p", { class: "empty" }, t("Choose a contestant.")));
  const row = state.standings.find((line) => line.contestant === chosen);
  const states = STATES();
  const lines = panel.lines;
  const many = lines.some((line) => line.keys.length);
  const cell = (judge, line) => {
    const mark = judge.marks.find((one) => one.criterion === line.criterion && JSON.stringify(one.keys) === JSON.stringify(line.keys));
    if (!mark) return h("td", { class: "number" }, h("span", { class: "hint" }, judge.state === "recused" ? t("recused") : t("blank")));
    const words = [mark.outlier && t("stands out"), mark.dropped && t("left out by the trim"), t("{apart} from the median", { apart: apart(mark.apart) })].filter(Boolean).join(", ");
    return h("td", { class: "number" }, h("button", { type: "button", class: `cell small${mark.dropped ? " dropped" : ""}${mark.outlier ? " outlier" : ""}`, title: words, "aria-label": `${judge.name} ${lineName(line.criterion)} ${mark.value}, ${words}`, disabled: !desk, onclick: act(() => change(judge, line, mark)) }, mark.value), h("small", { "aria-hidden": "true" }, apart(mark.apart), mark.outlier && h("b", { class: "outlier-sign" }, " !")));
  };
  const judges = panel.judges;
  const sheets = judges.some((judge) => judge.sheets.length);
  fill(
    $("one"),
    h("h2", { id: "one-heading" }, `${who.order ?? ""} ${who.name || who.id} `, h("small", {}, Object.entries(who).filter(([name, value]) => value && !["id", "name", "order", "lot", "status", "current"].includes(name)).map(([, value]) => value).join(" "))),
    h("dl", { class: "facts" }, [[t("Final score"), row?.total ?? "–"], [t("Rank"), row?.rank ?? "–"], [t("Panel"), trimWords()], ...(panel.outlier ? [[t("Stands out"), outlierWords()]] : []), [t("Parted from the next by"), row?.decided_by ? named(`link:${row.decided_by}`) : "–"]].map(([word, value]) => h("div", {}, h("dt", {}, word), h("dd", {}, value)))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "one-heading" }, h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Criterion")), judges.map((judge) => h("th", { scope: "col", class: "number" }, judge.name, judge.role === "head" && h("small", {}, t("head")))), h("th", { scope: "col", class: "number" }, t("Median")), h("th", { scope: "col", class: "number" }, t("Spread")))),
      h("tbody", {},
        lines.map((line) => h("tr", {}, h("th", { scope: "row" }, lineName(line.criterion), many && h("small", {}, ` ${line.keys.map(keyName).join(" ")}`)), judges.map((judge) => cell(judge, line)), h("td", { class: "number" }, line.median), h("td", { class: "number spread" }, h("strong", {}, line.spread), h("small", {}, ` ${line.low}–${line.high}`)))),
        sheets && h("tr", {}, h("th", { scope: "row" }, t("Weighted sheet")), judges.map((judge) => h("td", { class: "number" }, judge.sheets.map((sheet) => h(sheet.dropped ? "s" : "strong", { class: sheet.outlier ? "outlier" : null, title: [sheet.outlier && t("stands out"), sheet.dropped && t("left out by the trim")].filter(Boolean).join(", ") || null }, many ? `${sheet.keys.map(keyName).join(" ")} ` : "", sheet.value ?? "–", sheet.outlier && h("b", { class: "outlier-sign" }, " !"), sheet.dropped && h("small", {}, ` ${t("left out")}`))))), h("td"), h("td")),
        h("tr", {}, h("th", { scope: "row" }, t("Sheet")), judges.map((judge) => h("td", { class: "number" }, h("span", { class: "chip", "data-state": judge.state }, (states[judge.state] ?? ["", judge.state])[1]), judge.commented && h("small", {}, ` ${t("commented")}`))), h("td"), h("td")),
        desk && h("tr", {}, h("th", { scope: "row" }, t("Actions")), judges.map((judge) => h("td", { class: "number" }, judge.state === "submitted" && h("button", { type: "button", class: "small", onclick: act(() => giveBack(judge)) }, t("Return …")), ["blank", "draft", "returned"].includes(judge.state) && h("button", { type: "button", class: "small quiet", onclick: act(() => recuse(judge)) }, t("Recuse …")))), h("td"), h("td")),
      ),
    )),
    h("h3", {}, t("Deductions")),
    deductions(),
    desk && h("div", { class: "buttons" }, form?.deductions && h("button", { type: "button", class: "small", onclick: act(deduct) }, t("Add a deduction …")), statusButtons(who), h("button", { type: "button", class: "small", onclick: act(unlock) }, t("Unlock the sheets …"))),
  );
}

function trimWords() {
  if (!panel.trim) return "–";
  const { high = 0, low = 0 } = panel.trim;
  const from = panel.trim.from ?? panel.trim.least ?? 0;
  if (!high && !low) return t("nothing is left out");
  if (from) return t("{high} highest and {low} lowest left out, from {from} judges up", { high, low, from });
  return t("{high} highest and {low} lowest left out", { high, low });
}

/** What the rulebook has pointed out. */
function outlierWords() {
  const { distance, share, from, ref } = panel.outlier;
  const limits = [distance && t("over {distance} from the median", { distance }), share && t("over {share} % of the range from the median", { share })].filter(Boolean).join(t(", or "));
  return [limits, from > 3 && t("from {from} judges up", { from }), ref].filter(Boolean).join(" · ");
}

function deductions() {
  const mine = (state.deductions ?? []).filter((event) => event.contestant === chosen);
  if (!mine.length) return h("p", { class: "empty" }, t("None."));
  return h("ul", { class: "delivery" }, mine.map((event) => h("li", {}, h("span", {}, `−${event.value} · ${reasonWords(event.reason)}`), h("span", { class: "hint" }, t("no. {seq}", { seq: event.seq })), desk && h("button", { type: "button", class: "small danger", onclick: act(() => voidEvent(event.id, t("Take this deduction back?"), state)) }, t("Void …")))));
}

const reasonWords = (reason) => label((form?.deductions?.reasons ?? {})[reason], reason ?? "");

// -- what is done ----------------------------------------------------------------------------------------------------------

async function change(judge, line, mark) {
  const region = h("div", { role: "status" });
  const plan = form?.sheet?.criteria?.find((one) => one.id === line.criterion);
  const body = h(
    "div",
    {},
    h("p", {}, `${called(chosen)} · ${judge.name} · ${lineName(line.criterion)}`),
    h("p", {}, t("Now: {value}", { value: mark.value })),
    field(t("New mark"), h("input", { name: "value", inputmode: "decimal", autocomplete: "off" }), plan ? t("{low} to {high}", { low: plan.low, high: plan.high }) : ""),
    reasonField(),
    region,
  );
  const events = ({ value, reason }) => [value?.trim()
    ? { kind: "amended", event: mark.id, value: value.trim(), reason: reason?.trim() || "–", by: me.name }
    : { kind: "voided", event: mark.id, reason: reason?.trim() || "–" }];
  await dialog(t("Amend or void a mark"), body, t("Amend"), {
    also: [
      [t("Preview"), async (values) => fill(region, await preview(events(values), state))],
      [t("Void the mark"), async (values) => {
        if (!values.reason?.trim()) return say(t("The reason is missing."), "error");
        await write(...events({ reason: values.reason }));
        body.closest("dialog").close();
      }],
    ],
    check: async (values) => {
      if (!values.value?.trim()) return t("Enter the new mark, or void the old one.");
      await write(...events(values));
      return "";
    },
  });
}

async function giveBack(judge) {
  const contestant = chosen;
  await dialog(t("Return the sheet of {name}?", { name: judge.name }), h("div", {}, h("p", {}, called(contestant)), reasonField()), t("Return"), {
    check: async ({ reason }) => {
      await write({ kind: "returned", judge: judge.judge, contestant, reason });
      return "";
    },
  });
}

async function recuse(judge) {
  const contestant = chosen;
  await dialog(t("Recuse {name}?", { name: judge.name }), h("div", {}, h("p", {}, t("{judge} does not judge {name}; marks that are there are left out.", { judge: judge.name, name: called(contestant) })), reasonField()), t("Recuse"), {
    check: async ({ reason }) => {
      await write({ kind: "recused", judge: judge.judge, contestant, reason });
      return "";
    },
  });
}

async function deduct() {
  const contestant = chosen;
  const known = Object.entries(form.deductions.reasons ?? {});
  const body = h("div", {}, h("p", {}, called(contestant)), field(t("Points"), h("input", { name: "value", inputmode: "decimal", required: true, autocomplete: "off" }), form.deductions.most ? t("{low} to {high}", { low: "0", high: form.deductions.most }) : ""), field(t("Reason"), known.length ? h("select", { name: "reason" }, known.map(([value, words]) => h("option", { value }, label(words, value)))) : h("input", { name: "reason", required: true })));
  await dialog(t("Add a deduction"), body, t("Deduct"), { check: async ({ value, reason }) => (await write({ kind: "deduction", contestant, value: value.trim(), reason }), "") });
}

function statusButtons(who) {
  if (who.status) return h("button", { type: "button", class: "small", onclick: act(() => status("reinstated")) }, t("Reinstate …"));
  return h("button", { type: "button", class: "small", onclick: act(() => status("")) }, t("Absent, withdrawn …"));
}

async function status(kind) {
  const contestant = chosen;
  const kinds = ["absent", "excused", "withdrawn", "disqualified"];
  const body = h("div", {}, h("p", {}, called(contestant)), !kind && field(t("Status"), h("select", { name: "kind" }, kinds.map((value) => h("option", { value }, named(`status:${value}`))))), reasonField());
  await dialog(kind ? t("Reinstate?") : t("Change the status"), body, t("Save"), { check: async (values) => (await write({ kind: kind || values.kind, contestant, reason: values.reason }), "") });
}

async function unlock() {
  const contestant = chosen;
  await dialog(t("Unlock the sheets of {name}?", { name: called(contestant) }), reasonField(), t("Unlock"), { check: async ({ reason }) => (await write({ kind: "unlocked", contestant, reason }), "") });
}

// -- confirming ------------------------------------------------------------------------------------------------------------

function closing() {
  const all = state.blockers ?? [];
  const hard = all.filter((blocker) => !blocker.soft), soft = all.filter((blocker) => blocker.soft);
  const item = (blocker) => h("li", { "data-soft": String(blocker.soft) }, blocker.contestant && person(blocker.contestant) ? h("button", { type: "button", class: "small quiet pick", onclick: () => pick(blocker.contestant) }, label(blocker.message)) : label(blocker.message));
  const done = ["confirmed", "published"].includes(state.state) && !state.changed;
  fill(
    $("close"),
    done && h("div", { class: "notice", "data-kind": "done" }, h("p", {}, stateWords(state))),
    state.changed && h("div", { class: "notice", role: "status" }, h("p", {}, t("The result has changed since it was confirmed. Look at it and confirm it again."))),
    state.fault && h("div", { class: "notice", "data-kind": "error" }, h("p", {}, label(state.fault))),
    hard.length > 0 && [h("h3", {}, t("Cannot be confirmed because ({count})", { count: hard.length })), h("ul", { class: "blockers", id: "hard" }, hard.map(item))],
    soft.length > 0 && [h("h3", {}, t("Open, may be confirmed as known ({count})", { count: soft.length })), h("ul", { class: "blockers" }, soft.map(item))],
    !all.length && h("p", {}, t("Nothing stands in the way.")),
    me.role === "head" && h("button", { type: "button", class: "primary wide", id: "confirm", disabled: hard.length > 0 || done, onclick: act(() => confirm(soft)) }, t("Confirm and lock")),
    state.notices?.length > 0 && [h("h3", {}, t("Notices")), h("ul", { class: "blockers" }, grouped(state.notices).map(([words, who]) => h("li", { "data-soft": "true" }, words, who.length > 0 && h("small", {}, ` ${who.join(" · ")}`))))],
  );
}

/** Notices that say the same, with the names of all whom they concern. */
function grouped(notices) {
  const found = new Map();
  for (const notice of notices) {
    const words = label(notice.message);
    found.set(words, [...(found.get(words) ?? []), ...(notice.contestant ? [called(notice.contestant)] : [])]);
  }
  return [...found];
}

async function confirm(soft) {
  const codes = [...new Set(soft.map((blocker) => blocker.code))];
  const body = h("div", {}, h("p", {}, t("All sheets are locked and the result is confirmed. Changes after that are amendments with a reason.")), soft.length > 0 && [h("p", {}, t("Still open and known:")), h("ul", { class: "blockers" }, soft.map((blocker) => h("li", { "data-soft": "true" }, label(blocker.message))))]);
  await dialog(t("Confirm and lock?"), body, t("Confirm and lock"), { check: async () => (await ask("POST", "/api/confirm", { accept: codes }), say(t("Confirmed.")), "") });
}

async function news(next) {
  state = next;
  if (state.state === "none") return fill($("list"), h("p", { class: "empty" }, t("The contest has not been opened yet.")));
  if (!form || form.roster !== state.roster) {
    form = { ...(desk ? await ask("GET", "/api/sheet").catch(() => ({})) : {}), roster: state.roster };
  }
  if (!person(chosen)) chosen = state.current || state.contestants[0]?.id || "";
  list();
  closing();
  fill($("standings"), standingsTable(state, []));
  loadPanel();
}

listen(news, line);
