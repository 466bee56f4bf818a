"use strict";

// Filters run over `index.js`. Cards come from scripts of 64 cards each, added when a page needs them, since a page
// opened from disk may not fetch.
const viewer = (() => {
  const { make, words, count, article, flip } = cards;
  const PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const chunks = new Map();
  let chunkSize = 0;
  let all = [];
  let shown = [];
  let current = -1;
  let drawing = 0;

  // ---- the index

  function index(read) {
    cards.setUp(read.figures, (one, name) => `shards/${one.shard}/${name}`);
    chunkSize = read.chunk;
    const reasons = new Set();
    const tasks = new Set();
    for (const part of read.parts) {
      for (const name of part.reason_names) reasons.add(name);
      for (const name of part.task_names) tasks.add(name);
      for (let row = 0; row < part.states.length; row++) {
        all.push({
          shard: part.shard,
          row,
          state: part.states[row],
          reason: part.reason_names[part.reasons[row][0]],
          tasks: part.tasks[row].map((task) => part.task_names[task]),
          score: part.scores[row],
          locality: part.localities[row],
        });
      }
    }
    for (const [name, values] of [["reason", reasons], ["task", tasks]]) {
      for (const value of [...values].sort()) form.elements[name].append(make("option", { value }, words(value)));
    }
    addEventListener("hashchange", draw);
    draw();
  }

  // ---- filters and pages: kept in the URL, so that a reload or a bookmark shows the same

  const filters = () => new URLSearchParams(location.hash.slice(1));

  function go(changes) {
    const next = filters();
    for (const [name, value] of Object.entries(changes)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    if (next.toString() === filters().toString()) draw();
    else location.hash = next.toString();
  }

  function passes(one, by) {
    const number = (name) => (by.get(name) ? Number(by.get(name)) : null);
    const [score, from, to] = [number("score"), number("local"), number("global")];
    return (
      (!by.get("verdict") || one.state === by.get("verdict")) &&
      (!by.get("reason") || one.reason === by.get("reason")) &&
      (!by.get("task") || one.tasks.includes(by.get("task"))) &&
      (score === null || (one.score !== null && one.score >= score)) &&
      (from === null || (one.locality !== null && one.locality >= from)) &&
      (to === null || (one.locality !== null && one.locality <= to))
    );
  }

  async function draw() {
    const by = filters();
    const turn = ++drawing;
    for (const field of form.elements) if (field.name) field.value = by.get(field.name) ?? "";
    shown = all.filter((one) => passes(one, by));
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(by.get("page"))) || 1));
    const first = (page - 1) * PAGE;
    const here = shown.slice(first, first + PAGE);
    const cards = await Promise.all(here.map(cardOf));
    if (turn !== drawing) return; // another page was opened meanwhile
    byId("cards").replaceChildren(...cards.map((card, place) => (card ? article(card, here[place], first + place) : missing(first + place))));
    byId("results").textContent = shown.length
      ? `${count(first + 1)} to ${count(first + here.length)} of ${count(shown.length)} candidates`
      : "No candidates match. Loosen the filters.";
    byId("page").value = page;
    byId("page").max = pages;
    byId("pages").textContent = `of ${count(pages)}`;
    byId("previous").disabled = page === 1;
    byId("next").disabled = page === pages;
    byId("pager").hidden = pages === 1;
    current = -1;
    document.body.dataset.drawn = turn;
  }

  function turnTo(page) {
    go({ page });
    scrollTo(0, 0);
    byId("results").focus({ preventScroll: true });
  }

  // ---- cards

  function cardOf(one) {
    const name = `${one.shard}/${Math.floor(one.row / chunkSize)}`;
    if (!chunks.has(name)) {
      let arrived;
      const coming = new Promise((resolve) => (arrived = resolve));
      chunks.set(name, { coming, arrived });
      const [shard, chunk] = name.split("/");
      const script = make("script", { src: `shards/${shard}/cards-${chunk}.js` });
      script.addEventListener("error", () => arrived([])); // something in this shard was taken down since
      document.head.append(script);
    }
    return chunks.get(name).coming.then((cards) => cards[one.row % chunkSize]);
  }

  function missing(place) {
    return make("article", { tabindex: "-1", "data-place": place }, make("p", { class: "none" }, "No longer available. Update these pages: photoshop-request view"));
  }

  // ---- keys

  function step(by) {
    const cards = byId("cards").children;
    const next = current + by;
    if (next >= 0 && next < cards.length) {
      cards[next].focus({ preventScroll: true });
      cards[next].scrollIntoView({ block: "start" });
    } else if (by > 0 && !byId("next").disabled) byId("next").click();
    else if (by < 0 && current === 0 && !byId("previous").disabled) byId("previous").click();
  }

  document.addEventListener("focusin", (event) => {
    const card = event.target.closest("article");
    if (card) current = [...byId("cards").children].indexOf(card);
  });

  document.addEventListener("keydown", (event) => {
    const inControl = event.target.closest("input, select, button, a, summary");
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
    const card = byId("cards").children[Math.max(0, current)];
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "m" && card) card.querySelector("[data-layer=mask]")?.click();
    else if (event.key === " " && card && !inControl) flip(card);
    else return;
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => go({ ...Object.fromEntries(new FormData(form)), page: "" }));
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    if (location.hash.length > 1) location.hash = "";
    else draw();
  });
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the URL's hash holds the filters
    byId("results").focus();
  });
  byId("previous").addEventListener("click", () => turnTo(Number(byId("page").value) - 1));
  byId("next").addEventListener("click", () => turnTo(Number(byId("page").value) + 1));
  byId("page").addEventListener("change", () => turnTo(byId("page").value));

  return { index, cards: (name, read) => chunks.get(name)?.arrived(read) };
})();
