"use strict";
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
function age(date) {
  const seconds = Math.round((Date.now() - date) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(-Math.round(seconds / size), unit);
}
function times() {
  for (const time of document.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (isNaN(date)) continue;
    time.textContent = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) + ", " + age(date);
    time.title = time.dateTime;
  }
}
let shown = document.querySelector("main").innerHTML;
async function refresh() {
  const away = document.getElementById("away");
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main");
    away.hidden = true;
    if (next.innerHTML === shown) return;
    shown = next.innerHTML;
    for (const details of document.querySelectorAll("details[open][id]")) {
      const same = next.querySelector("#" + CSS.escape(details.id));
      if (same) same.open = true;
    }
    const focused = document.activeElement?.closest("[id]")?.id;
    document.querySelector("main").replaceWith(document.adoptNode(next));
    document.title = page.title;
    if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
    times();
  } catch {
    away.hidden = false;
  }
}
times();
setInterval(times, 20000);
const every = Number(document.documentElement.dataset.every);
if (every > 0) setInterval(refresh, every * 1000);
