// The timekeeper's page: deductions and timed records for the contestant in view, through the same outbox as marks.

import { $, act, ask, choices, field, fill, h, label, listen, me, Refused, say, t } from "./base.js";
import { fault } from "./exact.js";
import { Outbox, REFUSED } from "./outbox.js";
import { badge, contestantBar, notices, showOutbox, statusWords, worker } from "./phone.js";

let form = null;
let frame = {};
let chosen = "";
let drawn = "";

const outbox = new Outbox(`${me.competition}/${me.role}`, () => refresh());
const people = () => frame.contestants ?? form?.contestants ?? [];
const person = (id) => people().find((one) => one.id === id);

function choose(id) {
  chosen = id;
  refresh();
}

/** The forms are drawn for a contestant once, so that nothing that is typed is lost; the list below them with every state. */
function forms() {
  if (!chosen) return;
  const wanted = JSON.stringify([chosen, form.deductions, form.records]);
  if (wanted !== drawn) {
    drawn = wanted;
    fill($("sheet"), (form.records ?? []).map(record), form.deductions && deduction(), h("div", { class: "card" }, h("h2", {}, t("Recorded")), h("div", { id: "recorded" })));
  }
  const given = [...(frame.deductions ?? []), ...(frame.records ?? [])].filter((event) => event.contestant === chosen);
  const row = (event) => h("li", {}, h("span", {}, told(event)), h("button", { type: "button", class: "small danger", onclick: act(() => undo(event)) }, t("Take back")));
  fill($("recorded"), given.length ? h("ul", { class: "delivery" }, given.map(row)) : h("p", { class: "empty" }, t("Nothing yet.")));
}

const told = (event) => (event.kind === "record" || event.record
  ? [label(form.records.find((one) => one.id === event.record)?.label, event.record), ...(form.records.find((one) => one.id === event.record)?.fields ?? []).map((one) => event[one.id] && `${label(one.label, one.id)} ${event[one.id]}`)].filter(Boolean).join(" · ")
  : `−${event.value} ${choices(form.deductions?.reasons).find(([id]) => id === event.reason)?.[1] ?? event.reason ?? ""}`);

function record(kind) {
  const inputs = kind.fields.map((one) => {
    const control = one.one_of
      ? h("select", { name: one.id }, choices(one.one_of).map(([value, words]) => h("option", { value }, words)))
      : one.type === "boolean"
        ? h("select", { name: one.id }, h("option", { value: "false" }, t("no")), h("option", { value: "true" }, t("yes")))
        : h("input", { name: one.id, inputmode: ["integer", "decimal"].includes(one.type) ? "decimal" : "text", required: one.required, autocomplete: "off" });
    return field(label(one.label, one.id), control, one.low !== null || one.high !== null ? t("{low} to {high}", { low: one.low ?? "…", high: one.high ?? "…" }) : "");
  });
  return h("form", { class: "card", onsubmit: act(async (event) => {
    const values = Object.fromEntries(new FormData(event.target));
    const made = {};
    for (const one of kind.fields) {
      const value = (values[one.id] ?? "").trim();
      if (!value && !one.required) continue;
      const number = ["integer", "decimal"].includes(one.type);
      if (!value || (number && fault(value, one))) return say(t("“{field}” is missing or out of range.", { field: label(one.label, one.id) }), "error");
      made[one.id] = number ? Number(value) : one.type === "boolean" ? value === "true" : value;
    }
    await outbox.add({ kind: "record", competition: me.competition, record: kind.id, ...(kind.contestant === "none" ? {} : { contestant: chosen }), ...made });
    event.target.reset();
    say(t("Kept."));
  }) }, h("h2", {}, label(kind.label, kind.id)), inputs, h("button", { type: "submit", class: "primary wide" }, t("Record")));
}

function deduction() {
  const { reasons, most } = form.deductions;
  const known = choices(reasons);
  return h("form", { class: "card", onsubmit: act(async (event) => {
    const { value, reason } = Object.fromEntries(new FormData(event.target));
    if (fault(value.trim(), { low: "0", high: most })) return say(t("“{field}” is missing or out of range.", { field: t("Points") }), "error");
    if (!reason?.trim()) return say(t("The reason is missing."), "error");
    await outbox.add({ kind: "deduction", competition: me.competition, contestant: chosen, value: value.trim(), reason: reason.trim() });
    event.target.reset();
    say(t("Kept."));
  }) }, h("h2", {}, t("Deduction")), field(t("Points"), h("input", { name: "value", inputmode: "decimal", autocomplete: "off" }), most ? t("{low} to {high}", { low: "0", high: most }) : ""), field(t("Reason"), known.length ? h("select", { name: "reason" }, known.map(([value, words]) => h("option", { value }, words))) : h("input", { name: "reason" })), h("button", { type: "submit", class: "primary wide" }, t("Deduct")));
}

async function undo(event) {
  await outbox.add({ kind: "voided", competition: me.competition, event: event.id, reason: t("taken back by the timekeeper") });
}

const describe = (entry) => `${person(entry.event.contestant)?.name ?? ""} ${entry.event.kind === "voided" ? t("taken back") : told(entry.event)}`.trim();

function refresh() {
  badge(outbox);
  fill($("notices"), notices(outbox, describe));
  if (!form) return;
  if (!person(chosen)) chosen = frame.current || people()[0]?.id || "";
  contestantBar({ people: people(), chosen, current: frame.current, choose, chips: (who) => who.status && h("span", { class: "chip" }, statusWords(who.status)) });
  forms();
}

async function load() {
  try {
    form = await ask("GET", "/api/sheet");
    await outbox.keep("sheet", form);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    form ??= await outbox.kept("sheet");
    if (error.status === 0) setTimeout(load, 4000);
    if (error.status === 401) outbox.ended = true;
  }
  refresh();
}

outbox.onsettled = (changed) => changed.some((entry) => entry.state === REFUSED) && refresh();
$("outbox").addEventListener("click", () => showOutbox(outbox, describe));
worker();
await outbox.open();
await load();
listen((state) => {
  const moved = state.current && state.current !== frame.current;
  const changed = state.roster > (form?.seq ?? 0);
  frame = state;
  if (moved) chosen = state.current;
  if (changed) load();
  refresh();
}, () => {}, "", () => {
  outbox.ended = true;
  refresh();
});
