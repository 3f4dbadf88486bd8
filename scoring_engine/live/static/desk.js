// What the head judge's page and the organizer's console share.

import { $, ask, dialog, encode, field, fill, h, label, named, newId, t, write } from "./base.js";

/** Every change at a desk has a reason. */
export const reasonField = () => field(t("Reason"), h("textarea", { name: "reason", required: true }));

/** What the events would change, in words. */
export async function preview(events, state) {
  const called = (id) => state.contestants.find((one) => one.id === id)?.name || id;
  const found = await ask("POST", "/api/preview", encode(events.map((event) => ({ id: newId(), ...event }))));
  const items = [];
  for (const one of found.refused) items.push(h("li", { "data-soft": "false" }, label(one.message)));
  for (const one of found.standings) {
    const words = Object.entries(one.changes).filter(([name]) => ["rank", "total", "status"].includes(name)).map(([name, [was, now]]) => `${{ rank: t("Rank"), total: t("Final score"), status: t("Status") }[name]} ${was ?? "–"} → ${now ?? "–"}`);
    if (words.length) items.push(h("li", { "data-soft": "true" }, h("strong", {}, one.name || one.contestant), one.competition !== state?.competition && h("small", {}, ` (${one.competition})`), " ", words.join(" · ")));
  }
  const said = (side) => (side ? `${named(`granted:${side.status}`)}${side.value ? ` ${side.value}` : ""}` : "–");
  for (const one of found.decisions) items.push(h("li", { "data-soft": "true" }, h("strong", {}, called(one.contestant)), ` ${named(`outcome:${one.name}`, "") || named(`rule:${one.rule}`)} `, one.competition !== state?.competition && h("small", {}, `(${one.competition}) `), `${said(one.before)} → ${said(one.after)}`));
  for (const one of found.carried) items.push(h("li", { "data-soft": "true" }, h("strong", {}, called(one.contestant)), ` ${named(`kind:${one.kind}`)} → ${one.to}: ${one.before?.value ?? "–"} → ${one.after?.value ?? "–"}`));
  for (const one of found.rejected) items.push(h("li", { "data-soft": "true" }, `${one.id}: ${one.counts ? t("would count again") : t("would not count any more")}`));
  return h("div", { class: "preview" }, h("h3", {}, t("What this would change")), items.length ? h("ul", { class: "blockers" }, items) : h("p", { class: "empty" }, t("Nothing in ranks, awards, bars or what is carried on.")));
}

/** Void an event with a reason, after a look at what that would change. */
export async function voidEvent(id, heading, state) {
  const region = h("div", { role: "status" });
  const event = (reason) => ({ kind: "voided", event: id, reason });
  await dialog(heading, h("div", {}, reasonField(), region), t("Void"), {
    also: [[t("Preview"), async ({ reason }) => fill(region, await preview([event(reason || "–")], state))]],
    check: async ({ reason }) => (await write(event(reason)), ""),
  });
}

/** The standings as a table, with these measures beside the score. */
export function standingsTable(now, measures = now.measures.filter((measure) => measure.name !== "total")) {
  const tied = (row) => row.rank !== null && now.standings.filter((other) => other.rank === row.rank && other.scope === row.scope).length > 1;
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Standings") }, h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Rank")), h("th", { scope: "col" }, label(now.contestant_label, t("Contestant"))), h("th", { scope: "col", class: "number" }, t("Final score")), measures.map((measure) => h("th", { scope: "col", class: "number" }, label(measure.label, measure.name))))),
    h("tbody", {}, now.standings.map((row) => h("tr", {}, h("td", {}, row.rank ?? named(`status:${row.status}`), tied(row) && h("small", {}, ` ${t("tied")}`)), h("th", { scope: "row" }, row.scope ? h("small", {}, `${row.scope} `) : "", row.name || row.contestant), h("td", { class: "number" }, h("strong", {}, row.total ?? "–")), measures.map((measure) => h("td", { class: "number" }, row[measure.name] ?? "–"))))),
  ));
}

/** Whether the page hears from the server. */
export function line(online) {
  $("line").dataset.online = String(online);
  $("line").textContent = online ? t("live") : t("Connection lost, trying again …");
}
