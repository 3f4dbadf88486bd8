// What every page uses: texts, elements, requests, and the stream of states.

const data = JSON.parse(document.getElementById("page-data").textContent);

export const lang = data.lang;
export const me = data.me;

/** Whether the session is for every competition of the ledger, and then these: [{id, title}]. */
export const everywhere = data.everywhere;
export const competitions = data.competitions;

/** A path for the competition in view; the session names it where it is for one alone. */
export function address(path) {
  if (!everywhere || !me?.competition) return path;
  const [bare, hash] = path.split("#");
  return `${bare}${bare.includes("?") ? "&" : "?"}competition=${encodeURIComponent(me.competition)}${hash === undefined ? "" : `#${hash}`}`;
}

/** The measures that rank, in their order; those after the first only part who is level. */
export const chain = data.chain;

/** The template in the reader's language with its places filled. */
export function t(text, args = {}) {
  return (data.texts[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => String(args[name] ?? ""));
}

/** A label of the rulebook, {zh, en} or a plain text, in the reader's language. */
export function label(text, otherwise = "") {
  if (!text) return otherwise;
  if (typeof text === "string") return text;
  return text[lang] || text.en || text.zh || otherwise;
}

/** The values that a field admits, or the reasons of a deduction, as [value, words]. */
export const choices = (given) => Object.entries(given ?? {}).map(([value, words]) => [value, label(words, value)]);

/** The value that a key of a sheet has before anything is chosen. */
export const firstOf = (key) => choices(key.one_of)[0]?.[0] ?? (key.type === "integer" ? 1 : "");

/** What people type as a number in the one form of it: full-width digits, a comma for the point. */
export const plain = (typed) => typed.normalize("NFKC").replace(/[,。、·]/g, ".").replace(/\s/g, "");

/** An element. Properties beginning with "on" are listeners, null, undefined and false are left out, children may be lists. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Put children into a region; what had the focus has it again where an element of the same id is there. */
export function fill(region, ...children) {
  const focused = document.activeElement?.id && region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(...h("div", {}, ...children).childNodes);
  if (focused) $(focused)?.focus({ preventScroll: true });
}

/** What the server refused, in words for the person. `status` 0: it was not reached. */
export class Refused extends Error {
  constructor(status, body = {}) {
    super(label(body.message) || (status ? t("The server answered {status}.", { status }) : t("The server cannot be reached.")));
    this.status = status;
    this.rule = body.rule ?? "";
    this.body = body;
  }
}

/** A request; the answer as JSON. `body` is sent as it is where it is a text or a file. */
export async function ask(method, path, body, patience = 15000) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const plain = body === undefined || typeof body === "string" || body instanceof Blob;
  let response;
  try {
    response = await fetch(address(path), {
      method,
      body: plain ? body : JSON.stringify(body),
      headers: body === undefined || body instanceof Blob ? {} : { "Content-Type": "application/json" },
      signal: stop.signal,
      cache: "no-store",
    });
  } catch {
    throw new Refused(0);
  } finally {
    clearTimeout(timer);
  }
  const text = await response.text();
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    throw new Refused(response.ok ? 0 : response.status);
  }
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** An id made on the device; randomUUID is there only where the context is secure. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** JSON of events; the texts of `value` fields that are numbers are written as they were typed, never through a float. */
export function encode(events, more = "") {
  const parts = events.map((event) => {
    const numbers = Object.entries(event).filter(([name, value]) => name === "value" && /^-?\d+(\.\d+)?$/.test(value));
    const rest = Object.fromEntries(Object.entries(event).filter(([name]) => !numbers.some(([number]) => number === name)));
    const body = JSON.stringify(rest).slice(0, -1);
    return body + numbers.map(([name, value]) => `,${JSON.stringify(name)}:${bare(value)}`).join("") + "}";
  });
  return `{"events":[${parts.join(",")}]${more}}`;
}

const bare = (text) => text.replace(/^(-?)0+(?=\d)/, "$1");

/** Write events at a desk: all or none. Throws Refused with the first reason. */
export async function write(...events) {
  const named = events.map((event) => ({ id: newId(), ...event }));
  const { results } = await ask("POST", "/api/events", encode(named, ',"whole":true'));
  const refused = results.find((result) => result.status === "rejected" && result.rule !== "together") ?? results.find((result) => result.status === "rejected");
  if (refused) throw new Refused(422, refused);
  return results;
}

/**
 * Listen to the states that the server sends; `onstate` gets each, `ononline` whether the line stands, `query` asks for another
 * view. `onend` is called when the session is over: the link was revoked, or the server does not know it any more.
 */
export function listen(onstate, ononline = () => {}, query = "", onend = () => location.assign("/")) {
  let source = null;
  let wait = 500;
  const connect = () => {
    source = new EventSource(address(`/api/stream${query}`));
    source.addEventListener("state", (event) => {
      wait = 500;
      ononline(true);
      onstate(JSON.parse(event.data));
    });
    source.addEventListener("open", () => ononline(true));
    source.addEventListener("closed", () => {
      source.close();
      onend();
    });
    source.addEventListener("error", async () => {
      ononline(false); // the browser comes back by itself; not where the server refused
      if (source.readyState !== EventSource.CLOSED) return;
      const ended = await ask("GET", "/api/me").then(() => false, (error) => error.status === 401);
      if (ended) return onend();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 10000);
    });
  };
  connect();
}

/** Say something in the page's status line; it is read out. */
export function say(text, kind = "info") {
  const line = $("toast");
  line.textContent = text;
  line.dataset.kind = kind;
  line.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (line.hidden = true), kind === "error" ? 9000 : 4000);
}

/** Run what a button asks for: it cannot be pressed twice meanwhile, and what is refused is said. */
export function act(task) {
  return async (event) => {
    const button = event?.currentTarget;
    event?.preventDefault();
    if (button?.dataset?.busy) return;
    if (button?.dataset) button.dataset.busy = "1";
    try {
      await task(event);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(error.message, "error");
    } finally {
      if (button?.dataset) delete button.dataset.busy;
    }
  };
}

/**
 * A dialog with a heading, a body and the words of its button; resolves to the form's values when it is confirmed, null when it
 * is closed. `also` are further buttons [words, listener]. `check(values)` may return words that keep the dialog open.
 */
export function dialog(heading, body, words, { also = [], check = async () => "", kind = "primary" } = {}) {
  return new Promise((resolve) => {
    const complaint = h("p", { class: "complaint", role: "alert", hidden: true });
    const form = h(
      "form",
      { method: "dialog", novalidate: true },
      h("h2", { id: "dialog-heading" }, heading),
      h("div", { class: "dialog-body" }, body),
      complaint,
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => shown.close() }, words ? t("Cancel") : t("Close")),
        also.map(([text, listener]) => h("button", { type: "button", onclick: act(() => listener(values())) }, text)),
        words && h("button", { type: "submit", class: kind }, words),
      ),
    );
    const values = () => Object.fromEntries(new FormData(form));
    const shown = h("dialog", { "aria-labelledby": "dialog-heading" }, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      let reason = "";
      try {
        reason = form.checkValidity() ? await check(values()) : t("Please fill in what is marked.");
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        reason = error.message;
      }
      complaint.textContent = reason;
      complaint.hidden = !reason;
      if (reason) return form.querySelector(":invalid")?.focus();
      answer = values();
      shown.close();
    });
    shown.addEventListener("close", () => {
      shown.remove();
      resolve(answer);
    });
    document.body.append(shown);
    shown.showModal();
  });
}

/** A labelled field of a form. */
export function field(words, control, hint = "") {
  return h("label", { class: "field" }, h("span", { class: "field-label" }, words), control, hint && h("span", { class: "hint" }, hint));
}

/** What the rulebook or the program calls something, by a key such as "rule:overtime" or "status:absent". */
export const named = (key, otherwise = key.replace(/^\w+:/, "")) => data.names[key] || otherwise;

/** A time of day as people read it. */
export const clock = (at) => (at ? new Date(at).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB") : "");

$("competition-switch")?.addEventListener("change", (event) => {
  const there = new URL(location.href);
  there.searchParams.set("competition", event.target.value);
  location.assign(there);
});

// Whoever changes the language stays where they are.
document.querySelector("a[hreflang]")?.addEventListener("click", (event) => (event.currentTarget.hash = location.hash));

// The theme: as the device has it, until a person chooses.
const theme = (() => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
})();
if (theme) document.documentElement.dataset.theme = theme;
$("theme")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // a browser that keeps nothing shows the theme of the device next time
  }
});
