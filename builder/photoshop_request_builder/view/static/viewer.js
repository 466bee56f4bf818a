"use strict";

// Filters run over `index.js`; what a card tells comes from scripts of 64 cards each, added when a page needs them:
// a page from disk may not fetch. Words from Reddit only ever become text nodes.
const viewer = (() => {
  const PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const chunks = new Map();
  let figures = [];
  let chunkSize = 0;
  let all = [];
  let shown = [];
  let current = -1;
  let drawing = 0;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const words = (name) => name.replaceAll("_", " ");
  const count = (number) => number.toLocaleString("en");

  // ---- the index

  function index(read) {
    figures = read.figures;
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

  // ---- filters and pages: the address says which, so that a reload or a bookmark shows the same

  const wanted = () => new URLSearchParams(location.hash.slice(1));

  function go(changes) {
    const next = wanted();
    for (const [name, value] of Object.entries(changes)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    if (next.toString() === wanted().toString()) draw();
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
    const by = wanted();
    const turn = ++drawing;
    for (const field of form.elements) if (field.name) field.value = by.get(field.name) ?? "";
    shown = all.filter((one) => passes(one, by));
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const page = Math.min(pages, Math.max(1, Math.trunc(Number(by.get("page"))) || 1));
    const first = (page - 1) * PAGE;
    const here = shown.slice(first, first + PAGE);
    const cards = await Promise.all(here.map(cardOf));
    if (turn !== drawing) return; // another page was asked for meanwhile
    byId("cards").replaceChildren(...cards.map((card, place) => (card ? article(card, here[place], first + place) : gone(first + place))));
    byId("results").textContent = shown.length
      ? `${count(first + 1)} to ${count(first + here.length)} of ${count(shown.length)} candidates`
      : "No candidate is like that";
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
      script.addEventListener("error", () => arrived([])); // something of this shard was taken down since
      document.head.append(script);
    }
    return chunks.get(name).coming.then((cards) => cards[one.row % chunkSize]);
  }

  function picture(one, [name, width, height], alt, attributes = {}) {
    // lazy before src: the other way round the picture is asked for at once
    return make("img", { loading: "lazy", decoding: "async", width, height, alt, ...attributes, src: `shards/${one.shard}/${name}` });
  }

  function slider(card, one) {
    const { before, after } = card.pictures;
    const first = make("figure", { slot: "first" }, picture(one, before, `Before: ${card.title}`), make("figcaption", {}, "before"));
    const second = make("figure", { slot: "second", class: "after" }, picture(one, after, `After: ${card.instruction || card.title}`), make("figcaption", {}, "after"));
    const handle = make("span", { slot: "handle", class: "handle" }, "◂ ▸");
    const element = make("img-comparison-slider", { role: "slider", tabindex: "0", "aria-label": "Share of before that shows", "aria-valuemin": "0", "aria-valuemax": "100" }, first, second, handle);
    const tell = () => element.setAttribute("aria-valuenow", Math.round(element.value ?? 50));
    element.addEventListener("slide", tell);
    tell();
    return element;
  }

  function stage(card, one) {
    const { before, after, posted } = card.pictures;
    const element = make("div", { class: "stage" });
    const [, width, height] = after ?? before ?? posted ?? [null, 3, 2];
    element.style.setProperty("--ratio", width / height);
    if (after) element.append(slider(card, one));
    else if (posted) element.append(picture(one, posted, `Posted: ${card.title}`));
    else if (before) element.append(picture(one, before, `Before: ${card.title}`), make("p", { class: "none" }, "The solver's picture cannot be shown."));
    else element.append(make("p", { class: "none" }, "No picture."));
    return element;
  }

  // each of these is put over the slider, or beside it, when first asked for
  const LAYERS = {
    mask: ["Mask", (card, one) => picture(one, card.pictures.mask, "What changed, in magenta", { class: "layer mask" }), ".after"],
    heat: ["Difference", (card, one) => picture(one, card.pictures.heat, "Difference: black is the same, yellow is 64 of 255 grey levels or more", { class: "layer heat" }), null],
    posted: ["As posted", (card, one) => picture(one, card.pictures.posted, "The file as posted, in its own frame", { class: "layer posted" }), null],
  };

  function toggles(card, one, frame) {
    const offered = Object.keys(LAYERS).filter((name) => card.pictures[name] && card.pictures.after);
    const buttons = offered.map((name) => {
      const [label, layer, place] = LAYERS[name];
      const button = make("button", { type: "button", "aria-pressed": "false", "data-layer": name }, label);
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", on);
        frame.querySelector(`.layer.${name}`)?.remove();
        if (on) (place ? frame.querySelector(place) : frame).append(layer(card, one));
      });
      return button;
    });
    return make("div", { class: "toggles", role: "group", "aria-label": "Show" }, ...buttons);
  }

  function table(card) {
    const list = make("dl", {});
    const rows = figures.map(([name, meaning], place) => [name, card.figures[place], meaning]);
    const more = [["score", card.score, "Upvotes less downvotes of the comment."], ["request score", card.request_score, "Upvotes less downvotes of the request."], ["flair", card.flair, "The request's flair as written."], ["host", card.host, "Where the picture was posted."]];
    for (const [name, value, title] of [...more, ...rows]) {
      if (value === null) continue;
      const told = value === true ? "yes" : value === false ? "no" : String(value);
      list.append(make("div", { title }, make("dt", {}, name), make("dd", {}, told)));
    }
    return make("details", { class: "figures" }, make("summary", {}, "Figures"), list);
  }

  function gist(card) {
    const told = Object.fromEntries(figures.map(([name], place) => [name, card.figures[place]]));
    const say = (name, value) => (value === null ? [] : [`${name} ${value}`]);
    const share = told["changed fraction"];
    return make("p", { class: "gist" }, [
      ...say("score", card.score),
      ...say("changed", share === null ? null : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`),
      ...say("locality", told.locality?.toFixed(2) ?? null),
      ...say("confidence", told.confidence?.toFixed(2) ?? null),
    ].join(" · "));
  }

  function veil(frame) {
    const button = make("button", { type: "button", class: "veil" }, "May not be safe for work: show");
    frame.classList.add("veiled");
    button.addEventListener("click", () => {
      frame.classList.remove("veiled");
      button.remove();
    });
    frame.append(button);
  }

  function article(card, one, place) {
    const says = card.withheld ? `edit, withheld: ${words(card.withheld)}` : words(card.verdict);
    const state = { k: "kept", w: "withheld", d: "dropped" }[one.state];
    const frame = stage(card, one);
    const link = make("a", { href: `https://www.reddit.com/comments/${encodeURIComponent(card.submission)}`, rel: "noreferrer" }, "thread", make("span", { class: "hidden" }, ` ${card.submission} on Reddit`));
    const badge = make("span", { class: `badge ${state}` }, state === "kept" ? "kept: edit" : state === "dropped" ? `dropped: ${says}` : says);
    const element = make(
      "article",
      { tabindex: "-1", "aria-labelledby": `title-${place}`, "data-place": place, class: state },
      make("p", { class: "top" }, make("span", { class: "number" }, count(place + 1)), badge, link),
      frame,
      toggles(card, one, frame),
      make("h3", { id: `title-${place}` }, card.title || "(no title)"),
      card.instruction ? make("p", { class: "instruction" }, card.instruction) : null,
      card.tasks.length ? make("ul", { class: "tasks", "aria-label": "Tasks" }, ...card.tasks.map((task) => make("li", {}, words(task)))) : null,
      card.detail ? make("p", { class: "detail" }, card.detail) : null,
      gist(card),
      table(card),
    );
    if (card.nsfw) veil(frame);
    return element;
  }

  function gone(place) {
    return make("article", { tabindex: "-1", "data-place": place }, make("p", { class: "none" }, "Not here any more: make these pages again with photoshop-request view."));
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

  function flip(card) {
    const element = card.querySelector("img-comparison-slider");
    if (!element) return;
    element.value = element.value > 50 ? 0 : 100;
    element.dispatchEvent(new Event("slide"));
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
    event.preventDefault(); // the address is for filters
    byId("results").focus();
  });
  byId("previous").addEventListener("click", () => turnTo(Number(byId("page").value) - 1));
  byId("next").addEventListener("click", () => turnTo(Number(byId("page").value) + 1));
  byId("page").addEventListener("change", () => turnTo(byId("page").value));

  return { index, cards: (name, read) => chunks.get(name)?.arrived(read) };
})();
