// Opening a competition: rulebook, stage, name, day, the seed of the lot.

import { act, ask, choices, field, h, label, newId, t, write } from "./base.js";

export async function setup() {
  const { rulesets } = await ask("GET", "/api/setup");
  const stages = rulesets.flatMap((ruleset) => ruleset.stages.map((stage) => ({ ruleset, stage })));
  const fields = h("div", {});
  const choice = h("select", { name: "stage", onchange: () => show() }, stages.map(({ ruleset, stage }, i) => h("option", { value: String(i) }, `${label(ruleset.label, ruleset.id)} · ${label(stage.label, stage.id)}`)));
  const name = h("input", { name: "name", required: true, autocomplete: "off" });
  const show = () => {
    const { ruleset, stage } = stages[Number(choice.value)];
    if (!name.dataset.typed) name.value = label(ruleset.label, ruleset.id);
    fields.replaceChildren(...stage.fields.map((one) => field(
      label(one.label, one.id),
      one.one_of ? h("select", { name: `field-${one.id}` }, !one.required && h("option", { value: "" }, "–"), choices(one.one_of).map(([value, words]) => h("option", { value }, words))) : h("input", { name: `field-${one.id}`, required: one.required, type: one.type === "date" ? "date" : "text" }),
    )));
  };
  name.addEventListener("input", () => (name.dataset.typed = "1"));
  show();
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  return h(
    "form",
    { class: "card", onsubmit: act(async (event) => {
      const values = Object.fromEntries(new FormData(event.target));
      const { ruleset, stage } = stages[Number(values.stage)];
      const given = Object.fromEntries(stage.fields.map((one) => [one.id, convert(one, values[`field-${one.id}`])]).filter(([, value]) => value !== ""));
      const id = `${stage.id}-${values.date}-${newId().slice(0, 4)}`;
      await write({ kind: "opened", competition: id, ruleset: ruleset.id, stage: stage.id, version: ruleset.version, sha256: ruleset.sha256, name: values.name, date: values.date, seed: values.seed, ...given });
      location.assign(`/console?competition=${encodeURIComponent(id)}#roster`);
    }) },
    field(t("Rulebook and stage"), choice),
    field(t("Name"), name),
    field(t("Day"), h("input", { name: "date", type: "date", value: today, required: true })),
    field(t("Seed of the lot"), h("input", { name: "seed", value: newId().slice(0, 8), required: true, autocomplete: "off" }), t("Have it called out in the hall before the draw: with it anybody can draw the same order again.")),
    fields,
    h("button", { type: "submit", class: "primary" }, t("Open the competition")),
  );
}

/** A text from a form as the field wants it. */
export function convert(field, text) {
  const value = (text ?? "").trim();
  if (value === "") return "";
  if (["integer", "decimal"].includes(field.type)) return Number(value);
  if (field.type === "boolean") return value === "true";
  return value;
}
