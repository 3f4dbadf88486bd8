// Signing in: the secret stands behind the # of the link, which is never sent with a request for a page; with the PIN it is
// exchanged for a session. It is taken out of the address at once, so that it is in no history and on no shared screen.

import { $, ask, label, Refused, t } from "./base.js";

const HOMES = { judge: "/judge", timekeeper: "/timekeeper", head: "/head", organizer: "/console", screen: "/screen", auditor: "/head" };
const KEY = "secret";

const kept = () => {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
};
const keep = (secret) => {
  try {
    if (secret) sessionStorage.setItem(KEY, secret);
    else sessionStorage.removeItem(KEY);
  } catch {
    // without it, changing the language asks for the link once more
  }
};

let secret = "";

function begin() {
  if (location.hash.length > 1) {
    keep(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  secret = kept();
  $("secret-field").hidden = Boolean(secret);
  if (secret) $("entry").hidden = false;
  (secret ? $("pin") : $("secret")).focus();
}

$("entry").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $("entry").querySelector("button");
  const given = secret || $("secret").value.trim().replace(/^.*#/, "");
  const complain = (text) => {
    $("complaint").textContent = text;
    $("complaint").hidden = !text;
  };
  complain(!given ? t("Scan the QR code of your card, or paste its link here.") : !$("pin").value.trim() ? t("The PIN is missing.") : "");
  if (!given || !$("pin").value.trim() || button.disabled) return;
  button.disabled = true;
  try {
    await ask("POST", "/api/session", { secret: given, pin: $("pin").value.trim() });
    const { role } = await ask("GET", "/api/me");
    keep("");
    location.replace(HOMES[role] ?? "/");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    complain(label(error.body.message, error.message));
    if (error.rule !== "wrong-pin" && error.status === 401) {
      keep("");
      secret = "";
      $("secret-field").hidden = false;
    }
    $("pin").value = "";
    $("pin").focus();
  } finally {
    button.disabled = false;
  }
});

addEventListener("hashchange", begin);
begin();
