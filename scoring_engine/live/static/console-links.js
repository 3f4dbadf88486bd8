// Cards and links: who has one, whether it was used, and taking it back.

import { act, address, ask, clock, competitions, dialog, everywhere, field, fill, h, named, say, t } from "./base.js";
import { card, issue } from "./cards.js";

export async function links(region, desk) {
  const { state } = desk;
  const { links: all } = await ask("GET", "/api/links");
  const several = everywhere && competitions.length > 1;
  const fresh = h("div", { class: "cards" });
  const wanted = [
    ...state.judges.map((judge) => ({ role: judge.role === "head" ? "head" : "judge", judge: judge.id, title: judge.name })),
    ...["timekeeper", "screen", "auditor", "organizer"].map((role) => ({ role, judge: "", title: named(`role:${role}`) })),
  ];
  const words = { open: t("not used yet"), used: t("signed in"), revoked: t("revoked") };
  const rows = all.map((link) => h(
    "tr",
    {},
    h("th", { scope: "row" }, link.name),
    h("td", {}, named(`role:${link.role}`)),
    several && h("td", {}, link.competition ? (competitions.find((one) => one.id === link.competition)?.title ?? link.competition) : t("all competitions")),
    h("td", {}, h("span", { class: "chip", "data-state": { open: "draft", used: "done", revoked: "refused" }[link.state] }, words[link.state] ?? link.state), link.wrong ? h("small", {}, ` ${t("{count} wrong PINs", { count: link.wrong })}`) : ""),
    h("td", {}, clock((link.used || link.made) * 1000)),
    h("td", {}, link.state !== "revoked" && h("button", { type: "button", class: "small danger", onclick: act(async () => {
      if (!(await dialog(t("Revoke the link of {name}?", { name: link.name }), h("p", {}, t("Whoever is signed in with it is signed out at once. Unsent marks stay on that device.")), t("Revoke")))) return;
      await ask("DELETE", `/api/links/${link.id}`);
      say(t("Revoked."));
      desk.redraw();
    }) }, t("Revoke"))),
  ));
  fill(
    region,
    h("section", { class: "card" }, h("h2", {}, t("Cards for everybody")), h("p", {}, t("One card for each judge with a QR code and a PIN. A card works once, on one device.")), h("a", { class: "button primary", href: address("/print/cards") }, t("Make and print cards …"))),
    h("section", { class: "card" }, h("h2", {}, t("One new card")), h(
      "form",
      { class: "row", onsubmit: act(async (event) => {
        const given = new FormData(event.target);
        const one = wanted[Number(given.get("who"))];
        const all = given.get("reach") === "all";
        fresh.append(card(await issue(one.role, one.judge, one.title, all), all ? t("all competitions") : state.name));
      }) },
      h("label", { class: "field" }, h("span", { class: "field-label" }, t("For")), h("select", { name: "who" }, wanted.map((one, i) => h("option", { value: String(i) }, one.judge ? `${one.title} · ${named(`role:${one.role}`)}` : one.title)))),
      several && field(t("Competition"), h("select", { name: "reach" }, h("option", { value: "one" }, state.name), h("option", { value: "all" }, t("all competitions")))),
      h("button", { type: "submit" }, t("Make a card")),
    ), fresh),
    h("section", { class: "card" }, h("h2", {}, t("Links")), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Links") }, h("table", {}, h("thead", {}, h("tr", {}, [t("Name"), t("Role"), ...(several ? [t("Competition")] : []), t("Status"), t("Time"), t("Actions")].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, rows)))),
  );
}
