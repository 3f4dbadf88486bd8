// The lists of contestants and judges, from files or typed in, and the running order by lot.

import { act, ask, choices, dialog, field, fill, h, label, me, named, Refused, say, t, write } from "./base.js";
import { convert } from "./console-setup.js";
import { preview, reasonField, voidEvent } from "./desk.js";

export function roster(region, desk) {
  const fields = desk.stageInfo?.roster ?? [];
  const listed = h("div", {}), judged = h("div", {}), people = h("span", { class: "chip" }), panel = h("span", { class: "chip" });
  const id = h("input", { name: "@id", required: true, autocomplete: "off" });
  const judgeId = h("input", { name: "id", required: true, autocomplete: "off" });
  const entry = (write) => act(async (event) => {
    const form = event.target;
    const name = await write(Object.fromEntries(new FormData(form)));
    say(t("{name} is entered.", { name }));
    form.reset();
    form.elements[1].focus();
  });
  const update = (state) => {
    fill(people, String(state.contestants.length));
    fill(panel, String(state.judges.length));
    fill(listed, table([t("Order"), t("Id"), t("Name"), ...fields.map((one) => label(one.label, one.id)), t("Status"), t("Actions")], t("Contestants"), state.contestants.map((one) => [one.order ?? "–", one.id, h("strong", {}, one.name), ...fields.map((key) => one[key.id] ?? ""), one.status ? named(`status:${one.status}`) : "", actions("contestant", one, [["name", t("Name")], ...fields.map((key) => [key.id, label(key.label, key.id), key])])])));
    fill(judged, table([t("Id"), t("Name"), t("Unit"), t("Role"), t("Actions")], t("Judges"), state.judges.map((one) => [one.id, h("strong", {}, one.name), one.unit, one.role === "head" ? t("Head judge") : "", actions("judge", one, [["name", t("Name")], ["unit", t("Unit")], ["role", t("Role"), { one_of: { judge: t("Judge"), head: t("Head judge") } }]])])));
    id.value = free(state.contestants, "c");
    judgeId.value = free(state.judges, "j");
  };
  // what a row of a list can be corrected by; who was sent here by another competition has no entry of his own
  const actions = (kind, one, parts) => {
    const event = desk.form?.entered?.[kind]?.[one.id];
    return event ? h("span", { class: "buttons tight" }, h("button", { type: "button", class: "small", "aria-label": `${t("Correct …")} ${one.name || one.id}`, onclick: act(() => correct(event, one, parts, desk.state)) }, t("Correct …")), h("button", { type: "button", class: "small quiet", "aria-label": `${t("Take off …")} ${one.name || one.id}`, onclick: act(() => voidEvent(event, t("Take {name} off the list?", { name: one.name || one.id }), desk.state)) }, t("Take off …"))) : "";
  };
  fill(
    region,
    h(
      "section",
      { class: "card" },
      h("h2", {}, t("Contestants"), " ", people),
      listed,
      h(
        "form",
        { class: "row", onsubmit: entry(async (values) => {
          const more = Object.fromEntries(fields.map((one) => [one.id, convert(one, values[one.id])]).filter(([, value]) => value !== ""));
          await write({ kind: "contestant", contestant: values["@id"], name: values["@name"], ...more });
          return values["@name"];
        }) },
        field(t("Id"), id),
        field(t("Name"), h("input", { name: "@name", required: true, autocomplete: "off" })),
        fields.map((one) => field(label(one.label, one.id), one.one_of ? h("select", { name: one.id }, h("option", { value: "" }, "–"), choices(one.one_of).map(([value, words]) => h("option", { value }, words))) : h("input", { name: one.id, required: one.required, autocomplete: "off" }))),
        h("button", { type: "submit" }, t("Add")),
      ),
      importer("contestant"),
      h("h3", {}, t("Running order")),
      h("p", { class: "hint" }, t("Drawn from the seed in the log: the same seed gives the same order to everybody who draws again.")),
      h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", id: "draw", onclick: act(() => draw(desk.state)) }, t("Draw the order by lot")), h("button", { type: "button", onclick: act(() => place(desk.state)) }, t("Set a number by hand …"))),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, t("Judges"), " ", panel),
      judged,
      h(
        "form",
        { class: "row", onsubmit: entry(async (values) => {
          await write({ kind: "judge", judge: values.id, name: values.name, ...(values.unit ? { unit: values.unit } : {}), ...(values.role ? { role: values.role } : {}) });
          return values.name;
        }) },
        field(t("Id"), judgeId),
        field(t("Name"), h("input", { name: "name", required: true, autocomplete: "off" })),
        field(t("Unit"), h("input", { name: "unit", autocomplete: "off" })),
        field(t("Role"), h("select", { name: "role" }, h("option", { value: "" }, t("Judge")), h("option", { value: "head" }, t("Head judge")))),
        h("button", { type: "submit" }, t("Add")),
      ),
      importer("judge"),
    ),
  );
  update(desk.state);
  return update;
}

/** Correct an entry of a list: an event that replaces these fields of the first one, with a reason, after a look at what it changes. */
async function correct(event, one, parts, state) {
  const region = h("div", { role: "status" });
  const now = (name) => String(one[name] ?? "");
  const control = ([name, , plan = {}]) => (plan.one_of
    ? h("select", { name }, choices(plan.one_of).map(([value, words]) => h("option", { value, selected: value === now(name) }, words)))
    : h("input", { name, value: now(name), required: now(name) !== "", autocomplete: "off" }));
  const body = h("div", {}, h("p", { class: "hint" }, `${t("Id")} ${one.id}`), parts.map((part) => field(part[1], control(part))), reasonField(), region);
  const events = (values) => {
    const changed = parts.filter(([name]) => values[name].trim() !== now(name)).map(([name, , plan]) => [name, plan ? convert(plan, values[name]) : values[name].trim()]);
    return changed.length ? [{ kind: "amended", event, ...Object.fromEntries(changed), reason: values.reason.trim() || "–", by: me.name }] : [];
  };
  await dialog(t("Correct {name}", { name: one.name || one.id }), body, t("Correct"), {
    also: [[t("Preview"), async (values) => events(values).length && fill(region, await preview(events(values), state))]],
    check: async (values) => (events(values).length ? (await write(...events(values)), "") : t("Nothing was changed.")),
  });
}

/** The next id that nobody has. */
function free(people, prefix) {
  const taken = new Set(people.map((one) => one.id));
  for (let n = people.length + 1; ; n++) {
    const id = `${prefix}${String(n).padStart(2, "0")}`;
    if (!taken.has(id)) return id;
  }
}

const table = (heads, words, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))));

async function draw(state) {
  if (state.contestants.some((one) => one.order) && !(await dialog(t("Draw again?"), h("p", {}, t("An order is there already. Only what changes is recorded.")), t("Draw")))) return;
  const { drawn } = await ask("POST", "/api/order", { purpose: "order" });
  const names = drawn.slice(0, 5).map((id) => state.contestants.find((one) => one.id === id)?.name || id);
  say(t("Drawn: {names}", { names: names.join(" · ") + (drawn.length > 5 ? " …" : "") }));
}

async function place(state) {
  const body = h("div", {}, field(t("Contestant"), h("select", { name: "contestant" }, state.contestants.map((one) => h("option", { value: one.id }, `${one.order ?? "–"} ${one.name || one.id}`)))), field(t("Number"), h("input", { name: "value", inputmode: "numeric", required: true, pattern: "[1-9][0-9]*" })));
  await dialog(t("Set a number by hand"), body, t("Save"), { check: async ({ contestant, value }) => (await write({ kind: "draw", contestant, value, purpose: "order" }), "") });
}

function importer(kind) {
  const told = h("div", { role: "status", class: "imported" });
  const input = h("input", { type: "file", class: "unseen", id: `file-${kind}`, accept: ".csv,.xlsx,.xlsm,.xls,.ods", onchange: act(async () => {
    const file = input.files[0];
    if (!file) return;
    const path = `/api/roster?kind=${kind}&name=${encodeURIComponent(file.name)}`;
    let found;
    try {
      found = await ask("POST", `${path}&dry=1`, file, 60000);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return fill(told, h("p", {}, h("strong", {}, file.name)), h("ul", { class: "blockers" }, h("li", { "data-soft": "false" }, error.message)));
    } finally {
      input.value = ""; // so that the same file, mended, can be chosen again
    }
    fill(
      told,
      h("p", {}, h("strong", {}, file.name), ": ", t("{new} new, {known} known already.", { new: found.events.length, known: found.known })),
      findings(found.findings),
      found.events.length > 0 && h("button", { type: "button", class: "primary small", onclick: act(async () => {
        const { results } = await ask("POST", path, file, 60000);
        const refused = results.filter((one) => one.status === "rejected");
        fill(told, h("p", {}, t("{count} entered.", { count: results.length - refused.length })), h("ul", { class: "blockers" }, refused.map((one) => h("li", {}, label(one.message)))));
      }) }, t("Enter these")),
    );
  }) });
  return h("div", {}, input, h("label", { class: "button", for: `file-${kind}` }, t("List from a file (.xlsx, .csv) …")), told);
}

/** Where in a file something is: sheet, line and column, or cell. */
const spot = (one) => [one.sheet, one.cell ? t("cell {cell}", { cell: one.cell }) + (one.header ? ` “${one.header}”` : "") : one.line ? t("line {line}", { line: one.line }) : ""].filter(Boolean).join(" · ");

const findings = (list) => list.length > 0 && h("ul", { class: "blockers" }, list.map((one) => h("li", { "data-soft": String(one.severity !== "error") }, spot(one) && h("strong", {}, `${spot(one)} `), label(one.message))));
