// What people must decide: open ties, decisions that a rule asks for, objections. Each is an event with a reason and a name.

import { act, dialog, field, fill, h, label, me, named, t, write } from "./base.js";
import { preview, reasonField } from "./desk.js";

export function rulings(region, desk) {
  const { state } = desk;
  const name = (id) => state.contestants.find((one) => one.id === id)?.name || id || "";
  const { pending } = state;
  const ties = groups(state);
  fill(
    region,
    h("section", { class: "card" }, h("h2", {}, t("Open ties")), ties.length ? h("ul", { class: "delivery" }, ties.map((group) => h("li", {}, h("span", {}, h("strong", {}, t("Rank {rank}", { rank: group[0].rank })), ` ${group[0].scope} · ${group.map((row) => row.name || row.contestant).join(" = ")} (${group[0].total})`), h("button", { type: "button", class: "small", onclick: act(() => decideTie(group, state)) }, t("Decide …"))))) : h("p", { class: "empty" }, t("None."))),
    h("section", { class: "card" }, h("h2", {}, t("Decisions that wait")), pending.length ? h("ul", { class: "delivery" }, pending.map((one) => h("li", {}, h("span", {}, h("strong", {}, name(one.contestant)), ` · ${named(`rule:${one.rule}`)}`, one.name && one.name !== one.rule ? ` · ${named(`outcome:${one.name}`)}` : "", label(one.note) && h("small", {}, ` ${label(one.note)}`)), h("button", { type: "button", class: "small", onclick: act(() => decide(one, state)) }, t("Decide …"))))) : h("p", { class: "empty" }, t("None."))),
    h(
      "section",
      { class: "card" },
      h("h2", {}, t("Objections")),
      state.objections.length ? h("ul", { class: "delivery" }, state.objections.map((one) => h("li", {}, h("span", {}, h("strong", {}, name(one.contestant)), ` ${one.reason}`, one.ruling && h("small", {}, ` — ${String(one.ruling.upheld) === "true" ? t("upheld") : t("rejected")}: ${one.ruling.reason}`)), one.ruling ? h("span", { class: "chip", "data-state": "done" }, t("ruled")) : h("button", { type: "button", class: "small", onclick: act(() => rule(one)) }, t("Rule …"))))) : h("p", { class: "empty" }, t("None.")),
      h("div", { class: "buttons" }, h("button", { type: "button", onclick: act(() => object(state)) }, t("Record an objection …"))),
    ),
  );
}

/** Ranks that contestants share. */
function groups(state) {
  const found = new Map();
  for (const row of state.standings) if (row.rank !== null) found.set(`${row.scope} ${row.rank}`, [...(found.get(`${row.scope} ${row.rank}`) ?? []), row]);
  return [...found.values()].filter((group) => group.length > 1);
}

const approver = () => field(t("Decided by"), h("input", { name: "approver", required: true, value: me.name, autocomplete: "off" }), t("person or body that decides"));

async function decideTie(group, state) {
  const region = h("div", { role: "status" });
  const body = h("div", {}, h("p", {}, t("Give each a place among themselves: 1 is ahead. Equal numbers stay level.")), group.map((row, i) => field(row.name || row.contestant, h("input", { name: `place-${row.contestant}`, inputmode: "numeric", required: true, pattern: "[1-9][0-9]*", value: String(i + 1) }))), approver(), reasonField(), region);
  const events = (values) => group.map((row) => ({ kind: "discretion", about: "tie", contestant: row.contestant, value: values[`place-${row.contestant}`], approver: values.approver || "–", reason: values.reason || "–" }));
  await dialog(t("Decide the tie"), body, t("Decide"), { also: [[t("Preview"), async (values) => fill(region, await preview(events(values), state))]], check: async (values) => (await write(...events(values)), "") });
}

async function decide(one, state) {
  const region = h("div", { role: "status" });
  const body = h("div", {}, field(t("Decision"), h("select", { name: "grant" }, h("option", { value: "true" }, t("granted")), h("option", { value: "false" }, t("refused")))), field(t("Amount"), h("input", { name: "value", inputmode: "decimal", autocomplete: "off" }), t("only where the rule leaves it open")), approver(), reasonField(), region);
  const events = (values) => [{ kind: "discretion", about: one.rule, ...(one.contestant ? { contestant: one.contestant } : {}), grant: values.grant === "true", ...(values.value?.trim() ? { value: values.value.trim() } : {}), approver: values.approver || "–", reason: values.reason || "–" }];
  await dialog(named(`rule:${one.rule}`), body, t("Decide"), { also: [[t("Preview"), async (values) => fill(region, await preview(events(values), state))]], check: async (values) => (await write(...events(values)), "") });
}

async function rule(objection) {
  const body = h("div", {}, h("p", {}, objection.reason), field(t("Ruling"), h("select", { name: "upheld" }, h("option", { value: "false" }, t("rejected")), h("option", { value: "true" }, t("upheld")))), reasonField(), h("p", { class: "hint" }, t("A ruling changes nothing by itself: where it is upheld, amend or void what was wrong.")));
  await dialog(t("Ruling on the objection"), body, t("Rule"), { check: async ({ upheld, reason }) => (await write({ kind: "ruling", event: objection.id, upheld: upheld === "true", reason }), "") });
}

async function object(state) {
  const body = h("div", {}, field(t("Contestant"), h("select", { name: "contestant" }, h("option", { value: "" }, t("nobody in particular")), state.contestants.map((one) => h("option", { value: one.id }, one.name || one.id)))), field(t("Objection"), h("textarea", { name: "reason", required: true })));
  await dialog(t("Record an objection"), body, t("Record"), { check: async ({ contestant, reason }) => (await write({ kind: "objection", ...(contestant ? { contestant } : {}), reason }), "") });
}

