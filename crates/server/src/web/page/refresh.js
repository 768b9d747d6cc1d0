// Fetches the page again every few seconds and puts its parts in place of the old ones.
"use strict";

const everyMs = 1000 * Number(document.currentScript.dataset.everySeconds);
const parts = ["#overview", ".mood"];

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { redirect: "manual" });
  if (answer.type === "opaqueredirect") return location.assign("/login");
  if (!answer.ok) throw new Error(answer.statusText);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) document.querySelector(part).replaceWith(fresh.querySelector(part));
}

setInterval(() => {
  refresh().catch(() => {
    const mood = document.querySelector(".mood");
    mood.textContent = "The server does not answer";
    mood.className = "mood bad";
  });
}, everyMs);
