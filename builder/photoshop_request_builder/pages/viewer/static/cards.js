"use strict";

// What the viewer and the review show of a candidate. Words from Reddit only ever become text nodes.
const cards = (() => {
  let figures = [];
  let addressOf = (one, name) => name;

  // what the figures are called, and where the picture of a name lies
  function setUp(names, address) {
    figures = names;
    addressOf = address;
  }

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

  function picture(one, [name, width, height], alt, attributes = {}) {
    // lazy before src: the other way round the picture is asked for at once
    return make("img", { loading: "lazy", decoding: "async", width, height, alt, ...attributes, src: addressOf(one, name) });
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
    const by = card.verified ? ", by people" : "";
    const badge = make("span", { class: `badge ${state}` }, (state === "kept" ? "kept: edit" : state === "dropped" ? `dropped: ${says}` : says) + by);
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

  function flip(card) {
    const element = card.querySelector("img-comparison-slider");
    if (!element) return;
    element.value = element.value > 50 ? 0 : 100;
    element.dispatchEvent(new Event("slide"));
  }

  return { setUp, make, words, count, article, flip };
})();
