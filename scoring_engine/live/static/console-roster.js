// The lists of contestants and judges, from files or typed in, and the running order by lot.

import { act, ask, dialog, field, h, label, named, say, t, write } from "./base.js";
import { convert } from "./console-setup.js";

export function roster(region, desk) {
  const { state, stageInfo } = desk;
  const fields = stageInfo?.roster ?? [];
  const nextId = (people, prefix) => {
    const taken = new Set(people.map((one) => one.id));
    for (let n = people.length + 1; ; n++) {
      const id = `${prefix}${String(n).padStart(2, "0")}`;
      if (!taken.has(id)) return id;
    }
  };
  const contestants = h(
    "section",
    { class: "card" },
    h("h2", {}, t("Contestants"), " ", h("span", { class: "chip" }, String(state.contestants.length))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Contestants") }, h(
      "table",
      {},
      h("thead", {}, h("tr", {}, [t("Order"), t("Id"), t("Name"), ...fields.map((one) => label(one.label, one.id)), t("Status")].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, state.contestants.map((one) => h("tr", {}, h("td", {}, one.order ?? "–"), h("td", {}, one.id), h("th", { scope: "row" }, one.name), fields.map((key) => h("td", {}, one[key.id] ?? "")), h("td", {}, one.status ? named(`status:${one.status}`) : "")))),
    )),
    h(
      "form",
      { class: "row", onsubmit: act(async (event) => {
        const values = Object.fromEntries(new FormData(event.target));
        const more = Object.fromEntries(fields.map((one) => [one.id, convert(one, values[one.id])]).filter(([, value]) => value !== ""));
        await write({ kind: "contestant", contestant: values["@id"], name: values["@name"], ...more });
        event.target.reset();
        event.target.querySelector("[name='@name']").focus();
        say(t("{name} is entered.", { name: values["@name"] }));
      }) },
      field(t("Id"), h("input", { name: "@id", value: nextId(state.contestants, "c"), required: true, autocomplete: "off" })),
      field(t("Name"), h("input", { name: "@name", required: true, autocomplete: "off" })),
      fields.map((one) => field(label(one.label, one.id), one.one_of ? h("select", { name: one.id }, h("option", { value: "" }, "–"), one.one_of.map((value) => h("option", { value }, value))) : h("input", { name: one.id, required: one.required, autocomplete: "off" }))),
      h("button", { type: "submit" }, t("Enter")),
    ),
    importer("contestant"),
    h("h3", {}, t("Running order")),
    h("p", { class: "hint" }, t("Drawn from the seed in the log: the same seed gives the same order to everybody who draws again.")),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", id: "draw", onclick: act(async () => {
      if (state.contestants.some((one) => one.order) && !(await dialog(t("Draw again?"), h("p", {}, t("An order is there already. Only what changes is recorded.")), t("Draw")))) return;
      const { drawn } = await ask("POST", "/api/order", { purpose: "order" });
      say(t("Drawn: {names}", { names: drawn.slice(0, 5).map((id) => state.contestants.find((one) => one.id === id)?.name || id).join(", ") + (drawn.length > 5 ? " …" : "") }));
    }) }, t("Draw the order by lot")), h("button", { type: "button", onclick: act(() => place(state)) }, t("Set a number by hand …"))),
  );
  const judges = h(
    "section",
    { class: "card" },
    h("h2", {}, t("Judges"), " ", h("span", { class: "chip" }, String(state.judges.length))),
    h("table", {}, h("thead", {}, h("tr", {}, [t("Id"), t("Name"), t("Unit"), t("Role")].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, state.judges.map((one) => h("tr", {}, h("td", {}, one.id), h("th", { scope: "row" }, one.name), h("td", {}, one.unit), h("td", {}, one.role === "head" ? t("Head judge") : ""))))),
    h(
      "form",
      { class: "row", onsubmit: act(async (event) => {
        const values = Object.fromEntries(new FormData(event.target));
        await write({ kind: "judge", judge: values.id, name: values.name, ...(values.unit ? { unit: values.unit } : {}), ...(values.role ? { role: values.role } : {}) });
        event.target.reset();
        say(t("{name} is entered.", { name: values.name }));
        event.target.querySelector("[name='name']").focus();
      }) },
      field(t("Id"), h("input", { name: "id", value: nextId(state.judges, "j"), required: true, autocomplete: "off" })),
      field(t("Name"), h("input", { name: "name", required: true, autocomplete: "off" })),
      field(t("Unit"), h("input", { name: "unit", autocomplete: "off" })),
      field(t("Role"), h("select", { name: "role" }, h("option", { value: "" }, t("Judge")), h("option", { value: "head" }, t("Head judge")))),
      h("button", { type: "submit" }, t("Enter")),
    ),
    importer("judge"),
  );
  region.replaceChildren(h("div", {}, contestants, judges));
}

async function place(state) {
  const body = h("div", {}, field(t("Contestant"), h("select", { name: "contestant" }, state.contestants.map((one) => h("option", { value: one.id }, `${one.order ?? "–"} ${one.name || one.id}`)))), field(t("Number"), h("input", { name: "value", inputmode: "numeric", required: true, pattern: "[1-9][0-9]*" })));
  await dialog(t("Set a number by hand"), body, t("Save"), { check: async ({ contestant, value }) => (await write({ kind: "draw", contestant, value, purpose: "order" }), "") });
}

function importer(kind) {
  const told = h("div", { role: "status" });
  const input = h("input", { type: "file", accept: ".csv,.xlsx,.xlsm,.xls,.ods", "aria-label": t("List from a file (.xlsx, .csv)"), onchange: act(async () => {
    const file = input.files[0];
    if (!file) return;
    const path = `/api/roster?kind=${kind}&name=${encodeURIComponent(file.name)}`;
    const found = await ask("POST", `${path}&dry=1`, file, 60000);
    told.replaceChildren(
      h("p", {}, t("{new} new, {known} known already.", { new: found.events.length, known: found.known })),
      findings(found.findings),
      found.events.length ? h("button", { type: "button", class: "primary small", onclick: act(async () => {
        const { results } = await ask("POST", path, file, 60000);
        const refused = results.filter((one) => one.status === "rejected");
        told.replaceChildren(h("p", {}, t("{count} entered.", { count: results.length - refused.length })), h("ul", { class: "blockers" }, refused.map((one) => h("li", {}, label(one.message)))));
      }) }, t("Enter these")) : "",
    );
  }) });
  return h("div", {}, field(t("List from a file (.xlsx, .csv)"), input), told);
}

const findings = (list) => (list.length ? h("ul", { class: "blockers" }, list.map((one) => h("li", { "data-soft": String(one.severity !== "error") }, one.line ? t("line {line}: ", { line: one.line }) : "", label(one.message)))) : "");

