// Publishing, printing, files, and the log with its undo.

import { act, address, ask, clock, dialog, fill, h, label, named, say, t } from "./base.js";
import { standingsTable, stateWords, voidEvent } from "./desk.js";

const FILES = () => [["result.xlsx", t("Workbook of the result")], ["standings.csv", t("Standings")], ["decisions.csv", t("Decisions")], ["rejected.csv", t("Rejected events")], ["notices.csv", t("Notices")], ["log.jsonl", t("Log")], ["log.csv", t("Log")], ["result.json", t("Whole result")]];
const LATEST = 60;

export async function publish(region, desk) {
  const { state } = desk;
  const [blocking, probe] = await Promise.all([ask("GET", "/api/blockers"), ask("GET", "/api/events?limit=1")]);
  const { events } = await ask("GET", `/api/events?after=${Math.max(0, probe.head - LATEST)}&limit=${LATEST}`);
  const voided = new Set(events.filter((event) => event.kind === "voided").map((event) => event.event));
  const hard = blocking.publish.filter((blocker) => !blocker.soft), soft = blocking.publish.filter((blocker) => blocker.soft);
  const who = (event) => state.contestants.find((one) => one.id === event.contestant)?.name ?? event.contestant ?? "";
  const { sheet, deductions } = desk.form ?? {};
  const judge = (id) => state.judges.find((one) => one.id === id)?.name || id;
  const criterion = (id) => label(sheet?.criteria.find((one) => one.id === id)?.label, id);
  const keys = (event) => (sheet?.keys ?? []).map((key) => event[key.id] !== undefined && label(key.one_of?.[event[key.id]], String(event[key.id]))).filter(Boolean);
  const reason = (event) => (event.kind === "deduction" ? label(deductions?.reasons?.[event.reason], event.reason) : event.reason);
  const said = (event) => [event.kind === "contestant" || event.kind === "judge" ? event.name : who(event), event.judge && event.kind !== "judge" && judge(event.judge), ...keys(event), event.criterion && criterion(event.criterion), event.value, event.text, reason(event)].filter((text) => text !== undefined && text !== null && text !== "" && text !== false).join(" · ");
  fill(
    region,
    h(
      "div",
      {},
      h(
        "section",
        { class: "card" },
        h("h2", {}, t("Publish")),
        h("p", {}, h("span", { class: "chip", "data-state": state.state === "open" ? "draft" : "done" }, stateWords(state))),
        hard.length > 0 && [h("h3", {}, t("Cannot be published because ({count})", { count: hard.length })), h("ul", { class: "blockers" }, hard.map((blocker) => h("li", {}, label(blocker.message))))],
        soft.length > 0 && h("ul", { class: "blockers" }, soft.map((blocker) => h("li", { "data-soft": "true" }, label(blocker.message)))),
        h("button", { type: "button", class: "primary", id: "publish", disabled: hard.length > 0, onclick: act(async () => {
          if (!(await dialog(t("Publish the result?"), h("div", {}, h("p", {}, t("The result becomes a numbered version. A later change makes a new version that names the one it replaces.")), soft.length > 0 && h("ul", { class: "blockers" }, soft.map((blocker) => h("li", { "data-soft": "true" }, label(blocker.message))))), t("Publish")))) return;
          await ask("POST", "/api/publish", { accept: [...new Set(soft.map((blocker) => blocker.code))] }, 60000);
          say(t("Published."));
          desk.redraw();
        }) }, state.state === "published" ? t("Publish a new version") : t("Publish")),
        h("h3", {}, t("Print")),
        h("div", { class: "buttons" }, [["/print/summary", t("Summary of scores")], ["/print/sheets", t("Blank score sheets")], ["/print/cards", t("Cards")], ["/print/certificates", t("Certificates")]].map(([path, words]) => h("a", { class: "button small", href: address(path), target: "_blank" }, words))),
        h("h3", {}, t("Files")),
        h("div", { class: "buttons" }, FILES().map(([name, words]) => h("a", { class: "button small", href: address(`/export/${name}`), download: name }, `${words} `, h("small", {}, name)))),
        h("h3", {}, t("Check the ledger")),
        h("button", { type: "button", class: "small", onclick: act(async (event) => {
          const place = event.currentTarget.nextElementSibling;
          const found = await ask("GET", "/api/verify", undefined, 60000);
          fill(place, h("p", {}, found.ok ? t("Whole up to event {seq}.", { seq: found.seq }) : label(found.problem)), h("code", {}, found.hash));
        }) }, t("Verify")),
        h("div", { role: "status" }),
      ),
    ),
    h("section", { class: "card" }, h("h2", {}, t("Standings")), standingsTable(state)),
    h(
      "section",
      { class: "card log" },
      h("h2", {}, t("Latest events")),
      h("p", { class: "hint" }, t("Nothing is ever deleted: undoing is an event that voids another one, with a reason.")),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Latest events") }, h(
        "table",
        {},
        h("thead", {}, h("tr", {}, [t("No."), t("Time"), t("Kind"), t("What"), t("By"), t("Actions")].map((word) => h("th", { scope: "col" }, word)))),
        h("tbody", {}, [...events].reverse().map((event) => h("tr", {}, h("td", {}, event.seq), h("td", {}, clock(event.at)), h("td", {}, named(`kind:${event.kind}`)), h("td", { class: voided.has(event.id) ? "dropped" : "" }, said(event)), h("td", {}, event.by ?? ""), h("td", {}, !voided.has(event.id) && !["opened", "voided"].includes(event.kind) && h("button", { type: "button", class: "small quiet", onclick: act(async () => { await voidEvent(event.id, t("Undo this event?"), state); desk.redraw(); }) }, t("Undo …")))))),
      )),
    ),
  );
}
