// Who is on stage, and what the big screen shows.

import { act, address, ask, chain, fill, h, named, t } from "./base.js";
import { standingsTable } from "./desk.js";

export function stage(region, desk) {
  const { state } = desk;
  const show = state.show;
  const people = state.contestants;
  const at = people.findIndex((one) => one.id === state.current);
  const on = people[at];
  const here = people.filter((one) => !one.status);
  const after = (by) => {
    const place = here.findIndex((one) => one.id === state.current);
    return here[place < 0 ? (by > 0 ? 0 : -1) : place + by];
  };
  const call = (id) => act(() => ask("POST", "/api/current", { contestant: id }));
  const reveal = (wish) => act(() => ask("POST", "/api/reveal", wish));
  const judges = state.judges.filter((judge) => on && state.sheets[on.id]?.[judge.id] !== "recused");
  const done = judges.filter((judge) => ["submitted", "locked"].includes(state.sheets[on.id]?.[judge.id])).length;
  const shown = on && show.revealed.includes(on.id);
  const row = on && state.standings.find((line) => line.contestant === on.id);
  const ranked = state.standings.filter((line) => line.rank !== null).length;
  const mode = (value, words) => h("button", { type: "button", id: `ranking-${value}`, "aria-pressed": String(show.ranking === value), onclick: reveal({ ranking: value }) }, words);
  fill(
    region,
    h(
      "div",
      { class: "two" },
      h(
        "section",
        { class: "card" },
        h("h2", {}, t("On stage")),
        on ? h("div", { class: "now" }, h("b", {}, on.order ?? "–"), h("strong", { id: "on-stage" }, on.name || on.id), h("span", {}, t("{done} of {all} sheets handed in", { done, all: judges.length }), row?.total ? ` · ${t("Final score")} ${row.total}` : "")) : h("p", { class: "empty" }, t("Nobody.")),
        h(
          "div",
          { class: "buttons" },
          h("button", { type: "button", id: "stage-back", disabled: !after(-1), onclick: call(after(-1)?.id) }, t("← Before")),
          h("button", { type: "button", id: "stage-next", class: "primary", disabled: !after(1), onclick: call(after(1)?.id) }, after(1) ? t("Call {name} →", { name: after(1).name || after(1).id }) : t("That was the last")),
          on && h("button", { type: "button", id: "stage-none", onclick: call("") }, t("Nobody on stage")),
        ),
        on && h("div", { class: "buttons" }, h("button", { type: "button", id: "reveal-one", class: shown ? "" : "primary", "aria-pressed": String(shown), onclick: reveal({ contestant: on.id, revealed: !shown }) }, shown ? t("Hide the score again") : t("Reveal the score")), !shown && done < judges.length && h("span", { class: "hint" }, t("Not all sheets are in."))),
        h("h3", {}, t("All")),
        h("ol", { class: "people" }, people.map((one) => h("li", {}, h("button", { type: "button", id: `call-${one.id}`, "aria-current": one.id === state.current ? "true" : null, onclick: call(one.id) }, h("span", { class: "n" }, one.order ?? "–"), h("span", {}, one.name || one.id), h("small", {}, one.status ? named(`status:${one.status}`) : show.revealed.includes(one.id) ? t("revealed") : ""), h("span", {}, `${Object.values(state.sheets[one.id] ?? {}).filter((sheet) => ["submitted", "locked"].includes(sheet)).length}/${state.judges.length}`))))),
      ),
      h(
        "section",
        { class: "card" },
        h("h2", {}, t("Big screen")),
        h("h3", {}, t("Ranking")),
        h("div", { class: "buttons" }, mode("hidden", t("Hidden")), mode("live", t("Live")), mode("steps", t("Step by step"))),
        show.ranking === "steps" && h(
          "div",
          { class: "buttons" },
          h("button", { type: "button", id: "step-back", disabled: show.steps <= 0, onclick: reveal({ steps: show.steps - 1 }) }, t("← One back")),
          h("button", { type: "button", id: "step-on", class: "primary", disabled: show.steps >= ranked, onclick: reveal({ steps: show.steps + 1 }) }, t("Next place ({count} of {all})", { count: show.steps, all: ranked })),
          h("button", { type: "button", id: "step-all", onclick: reveal({ steps: Math.max(ranked, state.standings.length) }) }, t("All")),
        ),
        h("h3", {}, t("Freeze")),
        h("p", { class: "hint" }, t("The screen's table stays as it is now; marks go on being stored and counted.")),
        h("button", { type: "button", id: "freeze", "aria-pressed": String(show.freeze !== null), onclick: act(() => ask("POST", "/api/freeze", { frozen: show.freeze === null })) }, show.freeze === null ? t("Freeze the table") : t("Lift the freeze")),
        h("p", {}, h("a", { href: address("/screen"), target: "_blank" }, t("Open the big screen in a window of its own"))),
        h("h3", {}, t("Standings (only you see them here)")),
        standingsTable(state, state.measures.filter((measure) => !chain.includes(measure.name))),
      ),
    ),
  );
}
