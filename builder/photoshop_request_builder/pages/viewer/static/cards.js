"use strict";

// Builds the card of a candidate for the viewer and the review. Reddit's texts only become text nodes.
const cards = (() => {
  let figures = [];
  let urlOf = (one, name) => name;

  // `names` holds label and meaning of each figure, `url` returns the URL of a picture's name
  function setUp(names, url) {
    figures = names;
    urlOf = url;
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
    // loading must precede src, or the picture loads immediately
    return make("img", { loading: "lazy", decoding: "async", width, height, alt, ...attributes, src: urlOf(one, name) });
  }

  function slider(card, one) {
    const { before, after } = card.pictures;
    const first = make("figure", { slot: "first" }, picture(one, before, `Before: ${card.title}`), make("figcaption", {}, "before"));
    const second = make("figure", { slot: "second", class: "after" }, picture(one, after, `After: ${card.instruction || card.title}`), make("figcaption", {}, "after"));
    const handle = make("span", { slot: "handle", class: "handle" }, "◂ ▸");
    const element = make("img-comparison-slider", { role: "slider", tabindex: "0", "aria-label": "Visible part of the picture before", "aria-valuemin": "0", "aria-valuemax": "100" }, first, second, handle);
    const update = () => element.setAttribute("aria-valuenow", Math.round(element.value ?? 50));
    element.addEventListener("slide", update);
    update();
    return element;
  }

  function stage(card, one) {
    const { before, after, posted } = card.pictures;
    const element = make("div", { class: "stage" });
    const [, width, height] = after ?? before ?? posted ?? [null, 3, 2];
    element.style.setProperty("--ratio", width / height);
    if (after) element.append(slider(card, one));
    else if (posted) element.append(picture(one, posted, `Posted: ${card.title}`));
    else if (before) element.append(picture(one, before, `Before: ${card.title}`), make("p", { class: "none" }, "The solver's picture is not available."));
    else element.append(make("p", { class: "none" }, "No picture."));
    return element;
  }

  // layers appear over the slider, or beside it, when first selected
  const LAYERS = {
    mask: ["Mask", (card, one) => picture(one, card.pictures.mask, "Changed area, in magenta", { class: "layer mask" }), ".after"],
    heat: ["Difference", (card, one) => picture(one, card.pictures.heat, "Difference: black is equal, yellow is 64 of 255 grey levels or more", { class: "layer heat" }), null],
    posted: ["As posted", (card, one) => picture(one, card.pictures.posted, "The file as posted, in its own frame", { class: "layer posted" }), null],
  };

  function toggles(card, one, frame) {
    const available = Object.keys(LAYERS).filter((name) => card.pictures[name] && card.pictures.after);
    const buttons = available.map((name) => {
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
    const general = [["score", card.score, "Upvotes minus downvotes of the comment."], ["request score", card.request_score, "Upvotes minus downvotes of the request."], ["flair", card.flair, "The request's flair."], ["host", card.host, "Host of the picture."]];
    for (const [name, value, title] of [...general, ...rows]) {
      if (value === null) continue;
      const text = value === true ? "yes" : value === false ? "no" : String(value);
      list.append(make("div", { title }, make("dt", {}, name), make("dd", {}, text)));
    }
    return make("details", { class: "figures" }, make("summary", {}, "Figures"), list);
  }

  function summary(card) {
    const figure = Object.fromEntries(figures.map(([name], place) => [name, card.figures[place]]));
    const part = (name, value) => (value === null ? [] : [`${name} ${value}`]);
    const share = figure["changed fraction"];
    return make("p", { class: "summary" }, [
      ...part("score", card.score),
      ...part("changed", share === null ? null : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`),
      ...part("locality", figure.locality?.toFixed(2) ?? null),
      ...part("confidence", figure.confidence?.toFixed(2) ?? null),
    ].join(" · "));
  }

  function hide(frame) {
    const button = make("button", { type: "button", class: "reveal" }, "May be NSFW: show");
    frame.classList.add("blurred");
    button.addEventListener("click", () => {
      frame.classList.remove("blurred");
      button.remove();
    });
    frame.append(button);
  }

  function article(card, one, place) {
    const verdict = card.withheld ? `edit, withheld: ${words(card.withheld)}` : words(card.verdict);
    const state = { k: "kept", w: "withheld", d: "dropped" }[one.state];
    const frame = stage(card, one);
    const link = make("a", { href: `https://www.reddit.com/comments/${encodeURIComponent(card.submission)}`, rel: "noreferrer" }, "thread", make("span", { class: "hidden" }, ` ${card.submission} on Reddit`));
    const by = card.verified ? ", reviewed" : "";
    const badge = make("span", { class: `badge ${state}` }, (state === "kept" ? "kept: edit" : state === "dropped" ? `dropped: ${verdict}` : verdict) + by);
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
      summary(card),
      table(card),
    );
    if (card.nsfw) hide(frame);
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
