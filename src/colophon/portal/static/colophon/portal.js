/* Makes the pages quicker to use; every one of them works without this file. */
"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const make = (tag, given = {}) => Object.assign(document.createElement(tag), given);

/* Verify: drop, paste or choose; the file is shown from the reader's own disk. */
function verifyPage() {
  const form = one("#drop");
  if (!form) return;
  const input = one("input[type=file]", form);
  const busy = one("#busy");
  form.classList.add("scripted");
  one("button", form).hidden = true;
  form.querySelectorAll(".when-script").forEach((part) => { part.hidden = false; });
  input.addEventListener("change", () => input.files[0] && read(form, input.files[0], busy));
  form.addEventListener("click", (event) => event.target.closest("label,input,button") || input.click());
  addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files[0]) read(form, event.dataTransfer.files[0], busy);
  });
  addEventListener("paste", (event) => {
    const file = event.clipboardData && event.clipboardData.files[0];
    if (file) read(form, file, busy);
  });
}

function read(form, file, busy) {
  const body = new FormData(form);
  body.set("file", file, file.name);
  body.set("preview", "no");
  const bar = make("progress", { max: 1 });
  busy.replaceChildren(busy.dataset.sending, bar);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.upload.onload = () => { bar.removeAttribute("value"); busy.firstChild.data = busy.dataset.reading; };
  request.onerror = () => busy.replaceChildren(busy.dataset.failed);
  request.onload = () => show(request.response, file, busy);
  request.send(body);
}

function show(page, file, busy) {
  const found = page && one("#result", page);
  if (!found) { busy.replaceChildren(busy.dataset.failed); return; }
  const result = one("#result");
  result.replaceChildren(...found.childNodes);
  one("#ask").classList.add("asked");
  const reads = one("#reads");
  if (reads) reads.remove();
  const figure = one("[data-preview]", result);
  if (figure) preview(figure, file);
  busy.replaceChildren(make("span", { className: "hidden", textContent: busy.dataset.done }));
  copyable(result);
  one("#drop input[type=file]").value = "";
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "start" });
}

async function preview(figure, file) {
  const medium = figure.dataset.medium;
  const address = URL.createObjectURL(file);
  if (medium === "image") {
    const picture = make("img", { src: address, alt: file.name });
    picture.onload = () => figure.replaceChildren(picture);
  } else if (medium === "video") {
    figure.replaceChildren(make("video", { src: address, controls: true, muted: true, preload: "metadata" }));
  } else if (medium === "audio") {
    const drawn = await wave(file);
    figure.replaceChildren(...drawn, make("audio", { src: address, controls: true }));
  } else if (medium === "text") {
    const text = (await file.slice(0, 4800).text()).replace(/^\ufeff?---\r?\n[^]*?\n---\r?\n\s*/, "");
    figure.replaceChildren(make("blockquote", { className: "excerpt", tabIndex: 0, textContent: text.slice(0, 1200) }));
  }
}

async function wave(file) {
  if (file.size > 32 * 1024 * 1024) return [];
  try {
    const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(await file.arrayBuffer());
    return [drawn(loudness(sound.getChannelData(0)))];
  } catch { return []; }
}

function loudness(samples) {
  const bars = 96, step = Math.max(1, Math.floor(samples.length / bars));
  const levels = Array.from({ length: bars }, (_, bar) => {
    let sum = 0;
    for (let at = bar * step; at < (bar + 1) * step; at += 1) sum += (samples[at] || 0) ** 2;
    return Math.sqrt(sum / step);
  });
  const top = Math.max(...levels) || 1;
  return levels.map((level) => Math.max(2, Math.round(88 * Math.sqrt(level / top))));
}

function drawn(heights) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 288 96");
  picture.setAttribute("class", "wave");
  picture.setAttribute("aria-hidden", "true");
  heights.forEach((height, bar) => {
    const column = document.createElementNS(space, "rect");
    const given = { x: bar * 3, y: (96 - height) / 2, width: 2, height };
    Object.entries(given).forEach(([name, value]) => column.setAttribute(name, value));
    picture.append(column);
  });
  return picture;
}

/* Hashes and keys: copied whole, shown in fours. */
function copyable(root) {
  if (!navigator.clipboard) return;
  root.querySelectorAll("[data-copy]").forEach((code) => {
    const [copy, copied] = document.documentElement.lang.startsWith("zh") ? ["复制", "已复制"] : ["Copy", "Copied"];
    const button = make("button", { type: "button", className: "copy", textContent: copy });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.dataset.copy);
      button.textContent = copied;
      setTimeout(() => { button.textContent = copy; }, 2000);
    });
    code.after(" ", button);
  });
}

/* Sound and film that were parsed apart may have been refused there: they begin anew in this page. */
function playable(part) {
  part.querySelectorAll("audio, video").forEach((each) => each.load());
}

/* Content on its way: ask again, and reload once something has changed. */
function waiting() {
  const watched = one("[data-watch]");
  if (!watched) return;
  const ask = async () => {
    let page;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { setTimeout(ask, 5000); return; }
    const fresh = one("[data-watched]", page);
    if (!fresh) { setTimeout(ask, 5000); return; }
    // Asked before the part moves over into this page.
    const onItsWay = one("[data-watch]", fresh);
    one("[data-watched]").replaceWith(fresh);
    playable(fresh);
    if (onItsWay) setTimeout(ask, 1500);
    else copyable(fresh);
  };
  setTimeout(ask, 1000);
}

/* Sending a large file: show how far it is, then show the answer in place. */
function sending() {
  document.querySelectorAll("form[data-progress]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter || one("button[type=submit]", form));
    });
  });
}

function send(form, button) {
  const bar = make("progress", { max: 1 });
  form.append(bar);
  button.disabled = true;
  const request = new XMLHttpRequest();
  // Not form.action: a field of the form bears that name.
  request.open("POST", form.getAttribute("action"));
  request.responseType = "document";
  request.upload.onprogress = (moved) => { if (moved.lengthComputable) bar.value = moved.loaded / moved.total; };
  request.upload.onload = () => bar.removeAttribute("value");
  request.onerror = () => { bar.remove(); button.disabled = false; };
  request.onload = () => {
    const page = request.response;
    if (!page || !one("main", page)) { form.submit(); return; }
    if (button.value === "preview" && tried(page)) { bar.remove(); button.disabled = false; return; }
    if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
    document.title = page.title;
    page.querySelectorAll("link[rel=stylesheet]").forEach((sheet) => {
      if (!one(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet);
    });
    one("main").replaceWith(one("main", page));
    playable(one("main"));
    one("main").focus();
    scrollTo(0, 0);
    start();
  };
  const body = new FormData(form);
  if (button.name) body.set(button.name, button.value);
  request.send(body);
}

/* A preview takes its place beside the form: the chosen file stays chosen. */
function tried(page) {
  const trial = one("[data-trial]"), fresh = one("[data-trial]", page);
  if (!trial || !fresh || one("[role=alert]", page)) return false;
  document.querySelectorAll("main > [role=alert]").forEach((old) => old.remove());
  trial.replaceWith(fresh);
  playable(fresh);
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
  return true;
}

addEventListener("popstate", () => location.reload());

function start() {
  verifyPage();
  copyable(document);
  waiting();
  sending();
}
start();
