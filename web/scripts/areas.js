// The area picker without reloading: states are chosen at once, the price follows, and a call list is counted here.
// The page works without this script; numbers of a call list never leave it.
(() => {
  const form = document.getElementById("picker");
  const quote = document.getElementById("quote");
  const boxes = (state) => [...form.querySelectorAll(`[data-state="${CSS.escape(state)}"] input[name=area]`)];
  const said = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const states = [...form.querySelectorAll("[data-state]")].map((one) => one.dataset.state);

  const show = (state) => {
    const all = boxes(state);
    const chosen = all.filter((box) => box.checked).length;
    const now = chosen === 0 ? "none" : chosen === all.length ? "all" : "some";
    for (const count of form.querySelectorAll(`[data-count="${CSS.escape(state)}"]`)) {
      count.textContent = said(count.dataset.template, { chosen });
    }
    for (const tile of form.querySelectorAll(`[data-tile="${CSS.escape(state)}"]:not([disabled])`)) {
      tile.setAttribute("aria-pressed", { none: "false", some: "mixed", all: "true" }[now]);
      tile.classList.remove("ql-tile--none", "ql-tile--some", "ql-tile--all");
      tile.classList.add(`ql-tile--${now}`);
    }
    for (const button of form.querySelectorAll(`[data-toggle="${CSS.escape(state)}"]`)) {
      button.textContent = now === "all" ? button.dataset.nothing : button.dataset.all;
    }
  };

  let waiting = 0;
  let asked = 0;
  const price = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      let fragment = "";
      try {
        const body = new URLSearchParams(new FormData(form));
        body.delete("typed");
        const answer = await fetch(form.dataset.quote, { method: "POST", body, redirect: "error" });
        if (answer.ok) fragment = await answer.text();
      } catch {
        fragment = "";
      }
      if (mine !== asked) return;
      if (fragment) {
        quote.innerHTML = fragment;
        const parts = ["quote-chosen", "quote-total"].map((id) => document.getElementById(id)?.textContent);
        document.getElementById("price-now").textContent = parts.every(Boolean) ? parts.join(", ") : "–";
      } else {
        quote.textContent = form.dataset.failed;
      }
    }, 250);
  };

  const toggle = (state) => {
    const all = boxes(state);
    const chosen = !all.every((box) => box.checked);
    for (const box of all) box.checked = chosen;
    show(state);
    price();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=toggle]");
    if (!button) return;
    event.preventDefault();
    toggle(button.value);
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "months") price();
    if (event.target.name !== "area") return;
    show(event.target.closest("[data-state]").dataset.state);
    price();
  });

  const list = document.getElementById("call-list");
  const counts = document.getElementById("call-list-counts");
  const found = document.getElementById("call-list-found");
  const rows = document.getElementById("call-list-rows");
  const best = document.getElementById("call-list-best");
  const known = new Set([...form.querySelectorAll("[data-area]")].map((one) => one.dataset.area));
  const { digits, length, calling, most } = list.dataset;
  list.hidden = false;

  // Different numbers by area: of a line the first cell that reads as a number of this country.
  const counted = (text) => {
    const seen = new Map();
    let other = 0;
    for (const line of text.split(/\r?\n/)) {
      if (!line.trim()) continue;
      const number = [...line.split(/[,;\t|]/), line]
        .map((cell) => cell.replace(/\D/g, ""))
        .map((cell) => (cell.length === Number(length) + calling.length && cell.startsWith(calling) ? cell.slice(calling.length) : cell))
        .find((cell) => cell.length === Number(length) && known.has(cell.slice(0, digits)));
      if (!number) {
        other += 1;
        continue;
      }
      const area = number.slice(0, digits);
      if (!seen.has(area)) seen.set(area, new Set());
      seen.get(area).add(number);
    }
    const areas = [...seen].map(([area, numbers]) => [area, numbers.size]);
    areas.sort((one, two) => two[1] - one[1] || one[0].localeCompare(two[0]));
    return { areas, other };
  };

  let areas = [];
  const choose = (wanted) => {
    for (const area of wanted) {
      const box = document.getElementById(`area-${area}`);
      if (box) box.checked = true;
    }
    for (const state of states) show(state);
    price();
  };
  const tell = (text) => {
    const result = counted(text);
    areas = result.areas;
    counts.value = areas.map(([area, count]) => `${area}:${count}`).join(",");
    found.hidden = areas.length === 0;
    rows.replaceChildren();
    let sum = 0;
    const numbers = areas.reduce((whole, one) => whole + one[1], 0);
    for (const [area, count] of areas.slice(0, 20)) {
      sum += count;
      const row = rows.insertRow();
      row.className = "govuk-table__row";
      for (const [index, cell] of [area, count.toLocaleString("en-US"), `${Math.floor((100 * sum) / numbers)} %`].entries()) {
        const made = row.insertCell();
        made.className = index ? "govuk-table__cell govuk-table__cell--numeric" : "govuk-table__cell";
        made.textContent = cell;
      }
    }
    best.hidden = Number(most) === 0;
    best.textContent = said(list.dataset.best, { count: Math.min(most, areas.length) });
    const words = { numbers: numbers.toLocaleString("en-US"), areas: areas.length, other: result.other.toLocaleString("en-US") };
    document.getElementById("call-list-said").textContent = areas.length ? said(list.dataset.counted, words) : list.dataset.none;
    price();
  };
  document.getElementById("call-list-text").addEventListener("input", (event) => tell(event.target.value));
  document.getElementById("call-list-file").addEventListener("change", async (event) => {
    if (event.target.files.length) tell(await event.target.files[0].text());
  });
  best.addEventListener("click", () => choose(areas.slice(0, most).map(([area]) => area)));
  document.getElementById("call-list-all").addEventListener("click", () => choose(areas.map(([area]) => area)));
})();
