"use strict";
// Asks for the channel's version once a second; draws it again only when it has changed.
const body = document.body;
const messages = document.getElementById("messages");
const pane = document.getElementById("scroll");
const live = document.getElementById("live");

const atEnd = () => pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80;
const toEnd = () => { pane.scrollTop = pane.scrollHeight; };

async function look() {
  const query = new URLSearchParams({ channel: body.dataset.channel, version: body.dataset.version });
  try {
    const answer = await fetch(`/_lab/fragment?${query}`, { cache: "no-store" });
    live.className = "live";
    live.textContent = "live";
    if (answer.status !== 200) { return; }
    const follow = atEnd();
    const told = await answer.json();
    messages.innerHTML = told.html; // escaped by the server; the page's policy runs no inline script either
    body.dataset.version = told.version;
    if (follow) { toEnd(); }
  } catch {
    live.className = "live lost";
    live.textContent = "stopped";
  }
}

toEnd();
setInterval(look, 1000);
