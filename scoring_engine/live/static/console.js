// The organizer's console: one part at a time, named in the address.

import { $, act, ask, everywhere, fill, h, listen, me, Refused, t } from "./base.js";
import { links } from "./console-links.js";
import { paper } from "./console-paper.js";
import { publish } from "./console-publish.js";
import { roster } from "./console-roster.js";
import { rulings } from "./console-rulings.js";
import { setup } from "./console-setup.js";
import { stage } from "./console-stage.js";
import { line } from "./desk.js";

// id, words, part, whether the part is drawn anew with every state (those in which people type are not)
const PARTS = [
  ["roster", t("Lists and order"), roster, false],
  ["links", t("Cards and links"), links, false],
  ["stage", t("Stage and screen"), stage, true],
  ["paper", t("Paper sheets"), paper, false],
  ["rulings", t("Ties and objections"), rulings, false],
  ["publish", t("Publish and export"), publish, false],
  ...(everywhere ? [["new", t("New competition"), async (region) => fill(region, await setup()), false]] : []),
];

const desk = { state: null, form: null, stageInfo: null, drawn: "", redraw };
let update = null; // of the part in view, where it can take a new state without being drawn anew

const part = () => PARTS.find(([id]) => `#${id}` === location.hash) ?? PARTS[0];

function tabs() {
  const waiting = (desk.state?.blockers ?? []).filter((blocker) => ["open-tie", "pending", "open-objection"].includes(blocker.code)).length;
  fill($("tabs"), PARTS.map(([id, words]) => h("a", { href: `#${id}`, id: `tab-${id}`, "aria-current": part()[0] === id ? "page" : null }, words, id === "rulings" && waiting > 0 && h("span", { class: "chip", "data-state": "waiting" }, String(waiting)))));
}

async function redraw() {
  if (!me.competition || !desk.state || desk.state.state === "none") return;
  tabs();
  const [id, words, draw] = part();
  const region = h("div", { id: `part-${id}` });
  fill($("main"), h("h1", {}, words), region);
  update = null;
  update = (await draw(region, desk)) ?? null;
}

async function news(state) {
  const before = desk.state;
  desk.state = state;
  if (state.state === "none") {
    $("tabs").replaceChildren();
    if (before?.state !== "none") fill($("main"), h("h1", {}, t("New competition")), await setup());
    return;
  }
  if (!me.competition) return location.reload();
  if (!desk.form || desk.form.roster !== state.roster) {
    try {
      desk.form = { ...(await ask("GET", "/api/sheet")), roster: state.roster };
      desk.stageInfo ??= (await ask("GET", "/api/setup")).rulesets.flatMap((ruleset) => ruleset.stages.map((one) => ({ ...one, ruleset: ruleset.id }))).find((one) => one.ruleset === state.ruleset.id && one.id === state.stage);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  tabs();
  const [id, , , live] = part();
  const key = JSON.stringify([id, state.roster, state.state, state.versions, state.changed, state.objections, state.decisions, (state.blockers ?? []).filter((blocker) => blocker.soft)]);
  if (before && update) return update(state);
  if (before && !live && (key === desk.drawn || id === "paper")) return;
  const typing = $("main").contains(document.activeElement) && ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement.tagName);
  clearTimeout(desk.later);
  if (before && !live && (typing || document.querySelector("dialog[open]"))) {
    desk.later = setTimeout(() => news(desk.state), 500); // when the hands are off
    return;
  }
  desk.drawn = key;
  await redraw();
}

addEventListener("hashchange", act(async () => {
  await redraw();
  $("main").focus({ preventScroll: true });
}));
listen(news, line);
