// The outbox: what a judge enters is kept on the device first and sent from there, under ids made here, in the order of entry.
// What was not acknowledged is sent again under the same id, so it counts once however often it arrives. Entries that were
// acknowledged stay for a while as the proof of delivery.

import { ask, encode, label, newId, Refused } from "./base.js";

const KEPT_DONE = 400;
export const WAITING = "waiting";
export const DONE = "done";
export const REFUSED = "refused";

/** The device's store: IndexedDB, or the memory of this page where the browser keeps nothing. */
class Store {
  constructor() {
    this.lasting = true;
    this.entries = new Map();
    this.notes = new Map();
  }

  async open() {
    try {
      this.base = await new Promise((resolve, reject) => {
        const request = indexedDB.open("scoring-engine", 1);
        request.onupgradeneeded = () => {
          request.result.createObjectStore("entries", { keyPath: "id" });
          request.result.createObjectStore("notes");
        };
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(request.error);
      });
      for (const entry of await this.run("entries", "readonly", (store) => store.getAll())) this.entries.set(entry.id, entry);
      navigator.storage?.persist?.().catch(() => {});
    } catch {
      this.base = null;
      this.lasting = false;
    }
  }

  run(name, mode, task) {
    return new Promise((resolve, reject) => {
      let transaction;
      try {
        transaction = this.base.transaction(name, mode, { durability: "strict" });
      } catch {
        transaction = this.base.transaction(name, mode);
      }
      const request = task(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  async put(...entries) {
    for (const entry of entries) this.entries.set(entry.id, entry);
    if (this.base) {
      await this.run("entries", "readwrite", (store) => {
        for (const entry of entries) store.put(entry);
      });
    }
  }

  async drop(...ids) {
    for (const id of ids) this.entries.delete(id);
    if (this.base) {
      await this.run("entries", "readwrite", (store) => {
        for (const id of ids) store.delete(id);
      });
    }
  }

  async note(key, value) {
    if (value === undefined) {
      return this.base ? this.run("notes", "readonly", (store) => store.get(key)) : this.notes.get(key);
    }
    this.notes.set(key, value);
    if (this.base) await this.run("notes", "readwrite", (store) => void store.put(value, key));
    return value;
  }
}

export class Outbox {
  /** `owner` names whose entries these are; `onchange` is called after every change. */
  constructor(owner, onchange) {
    this.owner = owner;
    this.onchange = onchange;
    this.store = new Store();
    this.reached = true;
    this.ended = false;
    this.wait = 1000;
    this.n = 0;
  }

  async open() {
    await this.store.open();
    this.device = (await this.store.note("device")) ?? (await this.store.note("device", newId()));
    this.n = Math.max(0, ...[...this.store.entries.values()].map((entry) => entry.n), (await this.store.note("n")) ?? 0);
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden || this.flush());
    this.flush();
    return this;
  }

  get lasting() {
    return this.store.lasting;
  }

  /** The own entries in the order in which they were made. */
  all() {
    return [...this.store.entries.values()].filter((entry) => entry.owner === this.owner).sort((a, b) => a.n - b.n);
  }

  waiting() {
    return this.all().filter((entry) => entry.state === WAITING);
  }

  refused() {
    return this.all().filter((entry) => entry.state === REFUSED);
  }

  /** Entries of somebody else that this device still keeps. */
  foreign() {
    return [...this.store.entries.values()].filter((entry) => entry.owner !== this.owner && entry.state === WAITING);
  }

  /** Keep an event, then send it. `line` says what it is about: an entry of the same line that was never sent gives way to it. */
  async add(event, line = "") {
    const stale = line ? this.waiting().filter((entry) => entry.line === line && !entry.tried) : [];
    const entry = { id: newId(), owner: this.owner, n: ++this.n, line, state: WAITING, tried: 0, made: Date.now(), event };
    await this.store.put(entry);
    await this.store.note("n", this.n);
    if (stale.length) await this.store.drop(...stale.map((one) => one.id));
    this.onchange();
    this.flush();
    return entry;
  }

  /** Take back entries of a line that were never sent; true where the server cannot know of any. */
  async withdraw(line) {
    const entries = this.waiting().filter((entry) => entry.line === line);
    const unsent = entries.filter((entry) => !entry.tried);
    await this.store.drop(...unsent.map((entry) => entry.id));
    this.onchange();
    return entries.length === unsent.length;
  }

  async forget(id) {
    await this.store.drop(id);
    this.onchange();
  }

  /** An event as it is sent. */
  event(entry) {
    return { id: entry.id, ...entry.event, device: this.device, n: entry.n };
  }

  /** Send what waits. Calls while one is on its way make it go round once more. */
  async flush() {
    clearTimeout(this.timer);
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        const batch = this.waiting().slice(0, 200);
        if (!batch.length) break;
        await this.store.put(...batch.map((entry) => Object.assign(entry, { tried: entry.tried + 1 })));
        const clock = `,"clock":${JSON.stringify(new Date().toISOString())}`;
        const { results, notice } = await ask("POST", "/api/events", encode(batch.map((entry) => this.event(entry)), clock));
        this.notice = notice ?? null;
        await this.settle(batch, results);
        this.again ||= this.waiting().length > 0 && results.length > 0;
      } while (this.again);
      this.reached = true;
      this.ended = false;
      this.wait = 1000;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.reached = error.status !== 0;
      this.ended = error.status === 401;
      this.trouble = error.message;
      this.timer = setTimeout(() => this.flush(), this.wait * (0.75 + Math.random() / 2));
      this.wait = Math.min(this.wait * 2, 15000);
    } finally {
      this.busy = false;
      this.onchange();
    }
  }

  async settle(batch, results) {
    const answers = new Map(results.map((result) => [result.id, result]));
    const changed = [];
    for (const entry of batch) {
      const answer = answers.get(entry.id);
      if (!answer) continue;
      const refused = answer.status === "rejected";
      changed.push(Object.assign(entry, {
        state: refused ? REFUSED : DONE, seq: answer.seq ?? null, acknowledged: Date.now(), message: answer.message ?? null, rule: answer.rule ?? "",
      }));
    }
    await this.store.put(...changed);
    const done = this.all().filter((entry) => entry.state === DONE);
    if (done.length > KEPT_DONE) await this.store.drop(...done.slice(0, done.length - KEPT_DONE).map((entry) => entry.id));
    this.onsettled?.(changed);
  }

  /** The last sheet that the server gave, for a start without a network. */
  keep(name, value) {
    return this.store.note(`${this.owner}/${name}`, value);
  }

  kept(name) {
    return this.store.note(`${this.owner}/${name}`);
  }
}

/** Why an entry was refused, in words. */
export const reason = (entry) => label(entry.message) || entry.rule || "";
