// The big screen. It shows what the frame holds and nothing else: what the operator has not let through is not in the frame.

import { $, chain, h, label, listen, t } from "./base.js";

const PAGE = 10; // rows that can be read from the back of a hall
const TURN = 9000; // ms for each page of a longer table

let frame = null;
let page = 0;
let last = "";

const unit = (row) => Object.values(row.fields ?? row).filter(Boolean).join(" ");
const own = ["id", "name", "order", "lot", "status", "current", "ticks"];
const about = (person) => Object.entries(person).filter(([name, value]) => !own.includes(name) && value).map(([, value]) => value).join(" ");

function draw() {
  if (!frame) return;
  $("competition-name").textContent = frame.name ?? "";
  $("stage-name").textContent = frame.state === "none" ? "" : [label(frame.label), frame.state === "published" && t("result published"), frame.frozen && t("table as of the freeze")].filter(Boolean).join(" · ");
  const view = frame.state === "none" ? empty(t("The contest has not been opened yet.")) : frame.ranking !== "hidden" ? board() : frame.current ? onStage() : empty(frame.name, frame.next);
  // what is the same is not drawn again, so that nothing flickers
  const made = h("div", {}, view);
  if (made.innerHTML === last) return;
  last = made.innerHTML;
  $("main").replaceChildren(...made.childNodes);
}

const empty = (words, next) => [h("p", { class: "screen-empty" }, words), next && h("p", { class: "screen-note" }, t("First: {name}", { name: next.name || next.id }))];

function onStage() {
  const who = frame.current;
  const result = frame.revealed?.find((row) => row.contestant === who.id);
  const head = [
    who.order && h("p", { class: "on-order" }, h("small", {}, `${t("Order")} `), who.order),
    h("h2", { class: "on-name" }, who.name || who.id),
    h("p", { class: "on-unit" }, about(who)),
  ];
  if (result) return h("section", { class: "on appear" }, head, score(result));
  return [
    h(
      "section",
      { class: "on" },
      head,
      h("ul", { class: "on-ticks", "aria-label": t("Sheets handed in") }, who.ticks.map((tick) => h("li", { "data-done": String(tick.done) }, `${tick.done ? "✓" : "…"} ${tick.name}`, h("span", { class: "skip" }, tick.done ? t("handed in") : t("not yet"))))),
    ),
    frame.next && h("p", { class: "on-next" }, t("Next: {name}", { name: [frame.next.order, frame.next.name || frame.next.id].filter(Boolean).join(" ") })),
  ];
}

function score(row) {
  const shown = frame.measures.filter((measure) => !chain.includes(measure.name) && row[measure.name] !== null && row[measure.name] !== undefined && row[measure.name] !== row.total);
  return [
    h("p", { class: "on-score" }, row.total ?? "–"),
    h("dl", { class: "on-measures" }, shown.slice(0, 5).map((measure) => h("div", {}, h("dt", {}, label(measure.label, measure.name)), h("dd", {}, row[measure.name]))), row.rank && h("div", {}, h("dt", {}, frame.state === "open" ? t("Rank so far") : t("Rank")), h("dd", {}, row.rank))),
  ];
}

function board() {
  const steps = frame.ranking === "steps";
  const rows = frame.standings;
  const hidden = steps ? Math.max(0, frame.ranked - rows.filter((row) => row.rank !== null).length) : 0;
  const all = [...Array.from({ length: hidden }, () => null), ...rows];
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const from = steps ? Math.max(0, Math.min(hidden - 2, all.length - PAGE)) : (page % pages) * PAGE;
  const view = all.slice(from, from + PAGE);
  const tied = (row) => rows.filter((other) => other.rank === row.rank && other.scope === row.scope).length > 1;
  const awards = rows.some((row) => row.awards?.length);
  if (!all.length) return empty(t("No results yet."));
  const table = h(
    "table",
    { class: "board" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "rank" }, t("Rank")), h("th", { scope: "col" }, label(frame.contestant_label, t("Contestant"))), awards && h("th", { scope: "col" }, t("Award")), h("th", { scope: "col", class: "score" }, t("Score")))),
    h("tbody", {}, view.map((row, i) => (row ? line(row, tied(row), steps && from + i === hidden, awards) : h("tr", { "data-hidden": "true" }, h("td", { class: "rank" }, "·"), h("td", { colspan: awards ? 3 : 2 }, "· · ·"))))),
  );
  table.style.setProperty("--board", `${Math.min(5.2, 72 / (Math.min(PAGE, all.length) * 1.76 + 1.4))}vh`); // a row is 1.76 em high
  return [table, !steps && pages > 1 && h("p", { class: "screen-note" }, `${(page % pages) + 1} / ${pages}`)];
}

function line(row, tied, fresh, awards) {
  const away = { absent: t("absent"), excused: t("excused"), withdrawn: t("withdrawn"), disqualified: t("disqualified"), unscored: t("no score yet"), unranked: t("not ranked") }[row.status];
  return h(
    "tr",
    { "data-new": fresh ? "true" : null, class: fresh ? "appear" : null },
    h("td", { class: "rank" }, row.rank ?? "–", tied && row.rank && h("span", { class: "tied" }, t("tied"))),
    h("th", { scope: "row" }, row.name || row.contestant, " ", h("span", { class: "unit" }, row.scope ? `${row.scope} ` : "", unit({ fields: row.fields ?? {} }))),
    awards && h("td", { class: "award" }, (row.awards ?? []).map((award) => label(award)).join(" · ")),
    h("td", { class: "score" }, row.rank === null ? away ?? "" : row.total ?? ""),
  );
}

setInterval(() => {
  page += 1;
  if (frame?.ranking === "live") draw();
}, TURN);
listen(
  (state) => {
    frame = state;
    draw();
  },
  (online) => {
    $("line").dataset.online = String(online);
    $("line").textContent = online ? "" : t("Connection lost, trying again …");
  },
  "?as=screen",
);
