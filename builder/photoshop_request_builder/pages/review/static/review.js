"use strict";

// Shows one candidate at a time. Each decision is sent immediately; the response holds the next candidate.
// URLs are relative, since the page's own path starts with the token.
(() => {
  const byId = (id) => document.getElementById(id);
  const { make, words, count, article, flip } = cards;
  let shown = {};
  let busy = false;

  async function request(path, body = null) {
    const options = body === null ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`api/${path}`, { ...options, cache: "no-store" });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  // one request at a time, so that a key held down decides only once
  async function go(path, body = null) {
    if (busy) return;
    busy = true;
    try {
      const answer = await request(path, body);
      if ("decided" in answer) draw(answer);
    } catch (error) {
      byId("results").textContent = error instanceof TypeError ? "The server does not respond. Is the review still running?" : error.message;
    } finally {
      busy = false;
    }
  }

  function draw(answer) {
    shown = answer;
    const { card, number, decided, total } = answer;
    byId("results").textContent = card
      ? `Candidate ${count(number + 1)} of ${count(total)}, ${count(decided)} decided`
      : number === null
        ? `All done: ${count(decided)} of ${count(total)} decided`
        : "This candidate was deleted or taken down";
    byId("progress").max = Math.max(1, total);
    byId("progress").value = decided;
    byId("decision").hidden = false;
    for (const button of byId("decision").querySelectorAll("button")) button.disabled = !card && !["undo", "later"].includes(button.id);
    byId("later").disabled = number === null;
    byId("card").replaceChildren(...(card ? [cardElement(answer)] : []));
    if (card) {
      byId("accept").lastElementChild.textContent = `right: ${words(card.verdict)}`;
      byId("reject").lastElementChild.textContent = opposite() === "edit" ? "wrong: it is an edit" : "wrong: no edit";
    }
    for (const button of document.querySelectorAll(".reason")) button.setAttribute("aria-pressed", button.dataset.verdict === answer.decision);
    document.body.dataset.drawn = Number(document.body.dataset.drawn ?? 0) + 1;
  }

  function cardElement({ card, number, decision }) {
    const state = card.verdict !== "edit" ? "d" : card.withheld ? "w" : "k";
    const element = article(card, { state }, number);
    if (decision) element.querySelector(".top").append(make("span", { class: "mine" }, `your verdict: ${words(decision)}`));
    return element;
  }

  const opposite = () => (shown.card.verdict === "edit" ? "rejected" : "edit");
  const decide = (verdict) => shown.card && go("decide", { number: shown.number, verdict });
  const skip = () => shown.number !== null && go(`after/${shown.number}`);
  const previous = () => {
    if (shown.number === null) go(`card/${shown.total - 1}`);
    else if (shown.number > 0) go(`card/${shown.number - 1}`);
  };
  const undo = () => go("undo", {});

  function showAgreement(others) {
    byId("agreement").textContent = others
      .map(({ first, second, both, same, kappa }) => `${first} and ${second}: ${count(same)} of ${count(both)} the same, Cohen's kappa ${kappa === null ? "undefined" : kappa.toFixed(2)}`)
      .join("; ");
  }

  byId("accept").addEventListener("click", () => decide(shown.card.verdict));
  byId("reject").addEventListener("click", () => decide(opposite()));
  byId("undo").addEventListener("click", undo);
  byId("later").addEventListener("click", skip);
  for (const button of document.querySelectorAll(".reason")) button.addEventListener("click", () => decide(button.dataset.verdict));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const card = byId("card").firstElementChild;
    const reason = document.querySelectorAll(".reason")[Number(event.key) - 1];
    if (event.key === "a" && card) decide(shown.card.verdict);
    else if (event.key === "x" && card) decide(opposite());
    else if (reason && card) decide(reason.dataset.verdict);
    else if (event.key === "u") undo();
    else if (event.key === "j") skip();
    else if (event.key === "k") previous();
    else if (event.key === "m" && card) card.querySelector("[data-layer=mask]")?.click();
    else if (event.key === "d" && card) card.querySelector("[data-layer=heat]")?.click();
    else if (event.key === " " && card && !event.target.closest("button, a, summary")) flip(card);
    else return;
    event.preventDefault();
  });

  request("start").then((answer) => {
    cards.setUp(answer.figures, (one, name) => name);
    showAgreement(answer.agreement);
    draw(answer);
  }, (error) => (byId("results").textContent = error.message));
})();
