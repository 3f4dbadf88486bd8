// What the pages with an outbox share: its badge, its list, the code of last resort, and the service worker.

import { $, clock, dialog, encode, fill, h, label, t } from "./base.js";
import { pack } from "./code.js";
import { DONE, reason, WAITING } from "./outbox.js";
import { svg } from "./qr.js";

/** The badge with the number of unsent entries. */
export function badge(outbox) {
  const button = $("outbox");
  const waiting = outbox.waiting().length, refused = outbox.refused().length;
  button.dataset.state = waiting ? "waiting" : refused ? "refused" : "done";
  button.dataset.count = String(waiting);
  const words = waiting ? t("{count} unsent", { count: waiting }) : refused ? t("{count} refused", { count: refused }) : t("All sent ✓");
  if (button.textContent !== words) button.textContent = words;
}

/** Everything about the outbox that a person must know now, as notices. `describe(entry)` says what an entry is about. */
export function notices(outbox, describe, extra = []) {
  const made = [...extra];
  const note = (kind, ...parts) => made.push(h("div", { class: "notice", "data-kind": kind, role: kind === "error" ? "alert" : "status" }, parts));
  if (!outbox.lasting) note("error", h("p", {}, t("This browser keeps nothing over a reload (private window?). Do not close the page while something is unsent.")));
  if (outbox.ended) {
    note("error", h("p", {}, t("You are signed out here. What you entered is kept on this device; ask the organizer for a new card and sign in again.")), h("a", { class: "button small", href: "/" }, t("Sign in")));
  }
  for (const entry of outbox.refused()) {
    note(
      "error",
      h("p", {}, h("strong", {}, describe(entry)), " ", t("does not count:"), " ", reason(entry)),
      h("button", { type: "button", class: "small", onclick: () => outbox.forget(entry.id) }, t("I have seen it")),
    );
  }
  if (!outbox.reached && outbox.waiting().length) {
    note("waiting", h("p", {}, t("No connection. Go on: everything is kept on this device and sent as soon as the network is back.")));
  }
  if (outbox.notice) note("waiting", h("p", {}, label(outbox.notice)));
  const foreign = outbox.foreign().length;
  if (foreign) note("waiting", h("p", {}, t("This device still keeps {count} unsent entries of somebody else; they are sent when that person signs in here.", { count: foreign })));
  return made;
}

/** The list of what waits and what arrived, with the way to send by hand. */
export async function showOutbox(outbox, describe) {
  const waiting = outbox.waiting();
  const done = outbox.all().filter((entry) => entry.state === DONE).slice(-30).reverse();
  const list = (entries, tell) => h("ul", { class: "delivery" }, entries.map((entry) => h("li", {}, h("span", {}, describe(entry)), h("span", { class: "hint" }, tell(entry)))));
  const code = h("div", {});
  const body = h(
    "div",
    {},
    h("h3", {}, t("Unsent")),
    waiting.length ? list(waiting, (entry) => clock(entry.made)) : h("p", { class: "empty" }, t("Nothing waits.")),
    code,
    h("h3", {}, t("Arrived")),
    done.length ? list(done, (entry) => t("{time} · no. {seq} ✓", { time: clock(entry.acknowledged), seq: entry.seq ?? "–" })) : h("p", { class: "empty" }, t("Nothing yet.")),
  );
  const also = waiting.length ? [[t("Show as a code"), () => showCode(outbox, code)], [t("Send now"), () => outbox.flush()]] : [];
  await dialog(t("Outbox"), body, "", { also });
}

async function showCode(outbox, region) {
  const events = outbox.all().filter((entry) => entry.state === WAITING).map((entry) => outbox.event(entry));
  const parts = await pack(encode(events));
  fill(
    region,
    h("p", {}, t("Show these codes to the organizer, or copy the text. Entries taken over this way count once, even if they are sent later, too.")),
    parts.map((part, i) => h(
      "div",
      { class: "code" },
      h("strong", {}, t("Code {number} of {count}", { number: i + 1, count: parts.length })),
      svg(part, t("Code {number} of {count}", { number: i + 1, count: parts.length })),
      h("textarea", { readonly: true, rows: "3", "aria-label": t("Text of the code"), onfocus: (event) => event.target.select() }, part),
    )),
  );
}

/** Who is in view: number, name and further facts between two buttons for the neighbours, and the way to who is on stage. `onopen` shows
 * the list of all; without it the name is no button. */
export function contestantBar({ people, chosen, current, choose, chips, onopen = null }) {
  const at = people.findIndex((one) => one.id === chosen);
  const person = people[at], on = people.find((one) => one.id === current);
  if (!person) return fill($("contestant"), h("p", { class: "empty" }, t("Nobody is on the list yet.")));
  const turn = (by, id, words, sign) => {
    const next = people[at + by];
    return h("button", { type: "button", class: "turn", id, disabled: !next, "aria-label": words, onclick: () => choose(next.id) }, sign);
  };
  const facts = [
    h("span", { class: "contestant-order" }, h("span", { class: "skip" }, `${t("Order")} `), person.order ?? "–"),
    h("span", { class: "contestant-name", id: "contestant-name" }, person.name || person.id),
    h("span", { class: "contestant-more" }, rosterOf(people).map((name) => person[name] && h("span", {}, person[name])), chips(person), on?.id === chosen && h("span", { class: "chip", "data-state": "current" }, t("on stage"))),
  ];
  fill(
    $("contestant"),
    turn(-1, "previous", t("Previous contestant"), "‹"),
    onopen ? h("button", { type: "button", class: "contestant-open", id: "all", onclick: onopen, title: t("All sheets") }, facts) : h("div", { class: "contestant-open" }, facts),
    turn(1, "next", t("Next contestant"), "›"),
    on && on.id !== chosen && h("button", { type: "button", class: "to-current small", id: "to-current", onclick: () => choose(on.id) }, t("On stage now: {name} →", { name: `${on.order ?? ""} ${on.name || on.id}`.trim() })),
  );
}

/** Roster fields in the order in which the server names them. */
export function rosterOf(people) {
  const own = new Set(["id", "name", "order", "lot", "status", "current"]);
  return people.length ? Object.keys(people[0]).filter((name) => !own.has(name)) : [];
}

export const statusWords = (status) => ({ absent: t("absent"), excused: t("excused"), withdrawn: t("withdrawn"), disqualified: t("disqualified") })[status] ?? "";

/** Offline reload, where the context is secure. */
export function worker() {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
}

