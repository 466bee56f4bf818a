"use strict";

// One candidate at a time. Every decision is sent at once; what comes back is the next candidate. The part of the
// address before the page's own name is the token, so every address here is relative.
(() => {
  const byId = (id) => document.getElementById(id);
  const { make, words, count, article, flip } = cards;
  let shown = {};
  let busy = false;

  async function ask(path, said = null) {
    const asked = said === null ? {} : { method: "POST", body: JSON.stringify(said), headers: { "content-type": "application/json" } };
    const answer = await fetch(`api/${path}`, { ...asked, cache: "no-store" });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }

  // one question at a time: a key held down decides nothing twice
  async function then(path, said = null) {
    if (busy) return;
    busy = true;
    try {
      const answer = await ask(path, said);
      if ("decided" in answer) draw(answer);
    } catch (error) {
      byId("results").textContent = error instanceof TypeError ? "The server does not answer: is it still running?" : error.message;
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
        ? `Nothing is left to decide: ${count(decided)} of ${count(total)} are decided`
        : "This candidate may not be shown any more: deleted or taken down";
    byId("progress").max = Math.max(1, total);
    byId("progress").value = decided;
    byId("desk").hidden = false;
    for (const button of byId("desk").querySelectorAll("button")) button.disabled = !card && !["undo", "later"].includes(button.id);
    byId("later").disabled = number === null;
    byId("card").replaceChildren(...(card ? [drawn(answer)] : []));
    if (card) {
      byId("accept").lastElementChild.textContent = `right: ${words(card.verdict)}`;
      byId("reject").lastElementChild.textContent = wrong() === "edit" ? "wrong: it is an edit" : "wrong: no edit";
    }
    for (const button of document.querySelectorAll(".reason")) button.setAttribute("aria-pressed", button.dataset.verdict === answer.said);
    document.body.dataset.drawn = Number(document.body.dataset.drawn ?? 0) + 1;
  }

  function drawn({ card, number, said }) {
    const state = card.verdict !== "edit" ? "d" : card.withheld ? "w" : "k";
    const element = article(card, { state }, number);
    if (said) element.querySelector(".top").append(make("span", { class: "mine" }, `you said: ${words(said)}`));
    return element;
  }

  const wrong = () => (shown.card.verdict === "edit" ? "rejected" : "edit");
  const decide = (verdict) => shown.card && then("decide", { number: shown.number, verdict });
  const later = () => shown.number !== null && then(`after/${shown.number}`);
  const before = () => {
    if (shown.number === null) then(`card/${shown.total - 1}`);
    else if (shown.number > 0) then(`card/${shown.number - 1}`);
  };
  const undo = () => then("undo", {});

  function tellAgreement(others) {
    byId("agreement").textContent = others
      .map(({ first, second, both, same, kappa }) => `${first} and ${second}: the same for ${count(same)} of ${count(both)}, Cohen's kappa ${kappa === null ? "undefined" : kappa.toFixed(2)}`)
      .join("; ");
  }

  byId("accept").addEventListener("click", () => decide(shown.card.verdict));
  byId("reject").addEventListener("click", () => decide(wrong()));
  byId("undo").addEventListener("click", undo);
  byId("later").addEventListener("click", later);
  for (const button of document.querySelectorAll(".reason")) button.addEventListener("click", () => decide(button.dataset.verdict));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const card = byId("card").firstElementChild;
    const reason = document.querySelectorAll(".reason")[Number(event.key) - 1];
    if (event.key === "a" && card) decide(shown.card.verdict);
    else if (event.key === "x" && card) decide(wrong());
    else if (reason && card) decide(reason.dataset.verdict);
    else if (event.key === "u") undo();
    else if (event.key === "j") later();
    else if (event.key === "k") before();
    else if (event.key === "m" && card) card.querySelector("[data-layer=mask]")?.click();
    else if (event.key === "d" && card) card.querySelector("[data-layer=heat]")?.click();
    else if (event.key === " " && card && !event.target.closest("button, a, summary")) flip(card);
    else return;
    event.preventDefault();
  });

  ask("start").then((answer) => {
    cards.setUp(answer.figures, (one, name) => name);
    tellAgreement(answer.agreement);
    draw(answer);
  }, (error) => (byId("results").textContent = error.message));
})();
