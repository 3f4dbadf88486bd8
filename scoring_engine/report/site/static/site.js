// What pages can do beyond being read: remember language and theme, search a table, follow a line of a picture.
// A plain script and no module, because browsers load no modules from files, and these pages are opened from a folder.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(`scoring-engine-${name}`); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(`scoring-engine-${name}`, value); } catch { /* a browser that keeps nothing */ } };

  // Before anything is drawn, so that a dark room stays dark.
  if (kept("theme")) root.dataset.theme = kept("theme");

  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.body.dataset.default;
    if (choice) {
      const asked = (navigator.languages ?? []).map((one) => one.slice(0, 2)).find((one) => one === "zh" || one === "en");
      location.replace(`${kept("language") ?? asked ?? choice}/index.html`);
      return;
    }

    const language = document.getElementById("language");
    language?.addEventListener("click", () => {
      keep("language", language.hreflang);
      language.href = language.href.split("#")[0] + location.hash;
    });

    const theme = document.getElementById("theme");
    if (theme) {
      theme.hidden = false;
      theme.addEventListener("click", () => {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        keep("theme", root.dataset.theme);
      });
    }

    for (const field of document.querySelectorAll("input[data-table]")) {
      field.closest("[hidden]")?.removeAttribute("hidden");
      const rows = [...document.getElementById(field.dataset.table).tBodies[0].rows];
      field.addEventListener("input", () => {
        const words = field.value.toLowerCase().split(/\s+/);
        for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      });
    }

    // Paper has nothing to press: what is folded is printed too, tables beside pictures excepted.
    addEventListener("beforeprint", () => { for (const more of document.querySelectorAll("details.more")) more.open = true; });

    for (const picture of document.querySelectorAll("svg:has([data-node])")) follow(picture);
  });

  // Who is pointed at in a picture of ranks: all that led there, and all it led to, stand out.
  function follow(picture) {
    const ways = [...picture.querySelectorAll("[data-from]")];
    const places = new Map([...picture.querySelectorAll("[data-node]")].map((one) => [one.dataset.node, one]));
    const walk = (start, here, there) => {
      const found = new Set(), waiting = [start];
      while (waiting.length) {
        const node = waiting.pop();
        places.get(node)?.classList.add("followed");
        for (const way of ways) {
          if (way.dataset[here] !== node || found.has(way)) continue;
          found.add(way);
          way.classList.add("followed");
          waiting.push(way.dataset[there]);
        }
      }
    };
    const clear = () => {
      picture.classList.remove("following");
      for (const one of picture.querySelectorAll(".followed")) one.classList.remove("followed");
    };
    for (const [node, place] of places) {
      place.addEventListener("pointerenter", () => {
        clear();
        picture.classList.add("following");
        walk(node, "from", "to");
        walk(node, "to", "from");
      });
      place.addEventListener("pointerleave", clear);
    }
  }
})();
