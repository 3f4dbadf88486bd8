// What the head judge's page and the organizer's console share.

import { $, ask, dialog, encode, field, fill, h, label, named, newId, t, write } from "./base.js";

/** Every change at a desk has a reason. */
export const reasonField = () => field(t("Reason"), h("textarea", { name: "reason", required: true }));

/** What the events would change, in words: ranks and scores, decisions, what is carried on, competition by competition. */
export async function preview(events, state) {
  const found = await ask("POST", "/api/preview", encode(events.map((event) => ({ id: newId(), ...event }))));
  const called = (competition, id) => found.people[competition]?.[id] || state.contestants.find((one) => one.id === id)?.name || id || "";
  const parts = new Map([[state.competition, []]]);
  const item = (competition, who, words, soft = true) => {
    if (!parts.has(competition)) parts.set(competition, []);
    parts.get(competition).push(h("li", { "data-soft": String(soft) }, who && h("strong", {}, `${who} `), words));
  };
  for (const one of found.refused) item(state.competition, "", label(one.message), false);
  for (const one of found.standings) {
    const columns = { rank: t("Rank"), total: t("Final score"), status: t("Status") };
    const value = (name, text) => (name === "status" && text ? named(`status:${text}`) : text ?? "–");
    const words = Object.entries(one.changes).filter(([name]) => name in columns).map(([name, [was, now]]) => `${columns[name]} ${value(name, was)} → ${value(name, now)}`);
    if (words.length) item(one.competition, one.name || one.contestant, words.join(" · "));
  }
  const said = (side) => (side ? `${named(`granted:${side.status}`)}${side.value ? ` ${side.value}` : ""}` : "–");
  const kinds = { bonus: "kind:bonus", deduction: "kind:deduction", bar: "kind:barred", advance: "kind:advanced" };
  const sent = (one) => found.carried.some((other) => other.source === one.competition && other.contestant === one.contestant && other.rule === one.rule);
  for (const one of found.decisions) {
    if (one.consequence in kinds && sent(one)) continue; // said where it arrives
    const words = [label(one.label), kinds[one.consequence] && named(kinds[one.consequence])].filter(Boolean).join(" · ");
    item(one.competition, called(one.competition, one.contestant), `${words} ${said(one.before)} → ${said(one.after)}`);
  }
  for (const one of found.carried) item(one.to, called(one.to, one.contestant), `${named(`kind:${one.kind}`)} ${carriedValue(one.before)} → ${carriedValue(one.after)}`);
  for (const one of found.rejected) item(state.competition, "", `${named(`kind:${one.kind}`)} ${one.id}: ${one.counts ? t("would count again") : t("would not count any more")}`);
  const lists = [...parts].filter(([, items]) => items.length).map(([competition, items]) => [competition !== state.competition && h("h4", {}, found.titles[competition] ?? competition), h("ul", { class: "blockers" }, items)]);
  return h("div", { class: "preview" }, h("h3", {}, t("What this would change")), lists.length ? lists : h("p", { class: "empty" }, t("Nothing in ranks, awards, bars or what is carried on.")));
}

const carriedValue = (side) => (side === null ? "–" : side.value ?? t("yes"));

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

/** Whether the result is open, confirmed or published, and in which version; a version that is confirmed only is not yet published. */
export function stateWords(state) {
  const { confirmed, published } = state.versions;
  if (confirmed > published && state.state === "published") return named("state:confirmed");
  return [named(`state:${state.state}`), state.state === "published" && t("version {number} of the result", { number: published })].filter(Boolean).join(" · ");
}

/** Whether the page hears from the server. */
export function line(online) {
  $("line").dataset.online = String(online);
  $("line").textContent = online ? t("live") : t("Connection lost, trying again …");
}
