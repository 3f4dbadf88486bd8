// Cards with links and PINs. The secrets come from the server once, when the links are made, and are nowhere but on this page.

import { $, act, ask, fill, h, me, named, say, t } from "./base.js";
import { svg } from "./qr.js";

/** A card as it is printed. */
export function card(link, competition) {
  return h(
    "article",
    { class: "link-card" },
    svg(link.url, t("Code of {name}", { name: link.title })),
    h("div", {}, h("p", {}, competition), h("h2", {}, link.title), h("p", {}, named(`role:${link.role}`)), h("p", {}, "PIN"), h("p", { class: "pin-shown" }, link.pin)),
    h("p", { class: "url" }, link.url),
  );
}

/** A new link, with what its card says. */
export async function issue(role, judge, title, all = false) {
  const link = await ask("POST", "/api/links", { role, judge: judge ?? "", name: title, ...(all ? { competition: "" } : {}) });
  return { ...link, role, title };
}

async function page() {
  const state = await ask("GET", "/api/state");
  const title = state.name ?? "";
  const made = [];
  const wanted = [
    ...(state.judges ?? []).map((judge) => ({ role: judge.role === "head" ? "head" : "judge", judge: judge.id, title: judge.name })),
    ...["timekeeper", "screen", "auditor"].map((role) => ({ role, judge: "", title: named(`role:${role}`) })),
  ];
  const show = () => fill(
    $("cards"),
    h(
      "form",
      { class: "card no-print", onsubmit: act(async (event) => {
        const picked = new FormData(event.target).getAll("who").map((i) => wanted[i]);
        for (const one of picked) made.push(await issue(one.role, one.judge, one.title));
        say(t("{count} cards made. Print them now.", { count: picked.length }));
        show();
      }) },
      h("h2", {}, t("Make cards for")),
      wanted.map((one, i) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "who", value: String(i), checked: Boolean(one.judge) && !made.length }), h("span", {}, one.title, " ", h("small", {}, one.judge ? named(`role:${one.role}`) : "")))),
      h("button", { type: "submit", class: "primary" }, t("Make cards")),
    ),
    made.map((link) => card(link, title)),
  );
  show();
  $("print").addEventListener("click", () => print());
}

if (document.getElementById("cards") && me) page();
