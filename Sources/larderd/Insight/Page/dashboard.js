"use strict";
// Draws what the JSON below /api/v1 says. Text from the server only ever becomes text, never markup.

const keyOfLogin = "larder.authorization";
const byId = (id) => document.getElementById(id);
const state = { project: null, range: "days=30", readsAll: false, round: 0 };

// Elements

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const cell = (text, kind = "") => element("td", { class: kind }, text);
const number = (text) => cell(text, "number");
const code = (text) => element("code", {}, text);

function tile(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function bar(name, share, text, kind = "") {
  const fill = element("div", { class: `fill ${kind}` });
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return element("li", {}, element("span", {}, name), element("div", { class: "track", "aria-hidden": "true" }, fill),
    element("span", { class: "number" }, text));
}

function nothing(text) { return element("p", { class: "quiet" }, text); }

// Values as people read them

function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`;
}

function duration(seconds) {
  if (seconds < 1) return `${seconds.toFixed(seconds === 0 ? 0 : 1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} days`;
}

const percent = (share) => share === null || share === undefined ? "–" : `${(share * 100).toFixed(share > 0.995 || share === 0 ? 0 : 1)} %`;
const plural = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;
const count = (value) => value.toLocaleString("en");
const times = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ×`;

function moment(seconds, isLong = true) {
  const date = new Date(seconds * 1000);
  const two = (value) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return isLong ? `${day} ${two(date.getHours())}:${two(date.getMinutes())}` : day;
}

const causes = {
  new: "nothing like it was recorded", scope: "only in another scope", evicted: "evicted", base: "another base image",
  image: "another image or remote file", files: "files changed", variables: "ARG or ENV changed",
  command: "the instruction changed", settings: "a setting changed", inputs: "another stage changed",
  parent: "what it stands on changed", asked: "asked for", unsigned: "not signed by anybody trusted", unknown: "not known",
};

// Talking to the server

class Refused extends Error {}

async function ask(path) {
  const headers = { accept: "application/json" };
  const login = sessionStorage.getItem(keyOfLogin);
  if (login) headers.authorization = login;
  const answer = await fetch(`/api/v1/${path}`, { headers, credentials: "omit", cache: "no-store" });
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Refused(body.message || "The server does not know these credentials.");
  if (!answer.ok) throw new Error(body.message || `The server answers with status ${answer.status}.`);
  return body;
}

const ofProject = (path) => ask(`projects/${encodeURIComponent(state.project)}/${path}`);

function authorization(user, secret) {
  if (!user) return `Bearer ${secret}`;
  const text = new TextEncoder().encode(`${user}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...text))}`;
}

// Parts of the page

function spark(days) {
  const drawing = shape("svg", { class: "spark", viewBox: "0 0 140 28", role: "img", preserveAspectRatio: "none",
    "aria-label": days.spans.length ? `${days.spans.length} days with builds` : "no builds" });
  const most = Math.max(1, ...days.spans.map((span) => span.hits + span.missCount));
  for (const span of days.spans) {
    const x = (span.time - days.from) / days.span * 10 + 1;
    const hits = span.hits / most * 28, misses = span.missCount / most * 28;
    drawing.append(shape("rect", { class: "hit", x, y: 28 - hits, width: 8, height: hits }));
    drawing.append(shape("rect", { class: "miss", x, y: 28 - hits - misses, width: 8, height: misses }));
  }
  return drawing;
}

function showProjects(answer) {
  const rows = answer.projects.map((project) => {
    const link = element("a", { href: `#project=${encodeURIComponent(project.name)}` }, project.name);
    const isChosen = project.name === state.project;
    if (isChosen) link.setAttribute("aria-current", "true");
    return element("tr", { class: isChosen ? "chosen" : "" }, element("th", { scope: "row" }, link),
      element("td", {}, spark(project.days)), number(percent(project.week.hitRate)), number(count(project.week.builds)),
      number(duration(project.week.savedSeconds)), number(bytes(project.storage.uniqueBytes)));
  });
  byId("projects").tBodies[0].replaceChildren(...rows);
  const names = answer.projects.map((project) => project.name);
  byId("project").replaceChildren(...names.map((name) => element("option", { value: name, selected: name === state.project }, name)));
}

function showSums(history) {
  const sum = history.sum;
  byId("sums").replaceChildren(tile("hit rate", percent(sum.hitRate)), tile("time saved", duration(sum.savedSeconds)),
    tile("bytes of layers reused", bytes(sum.savedBytes)), tile("time of misses", duration(sum.runSeconds)),
    tile("builds", count(sum.builds)), tile("of those failed", count(sum.failed)));
  const misses = Object.entries(sum.misses).sort((a, b) => b[1] - a[1]);
  byId("causes").replaceChildren(...misses.map(([cause, amount]) =>
    bar(causes[cause] || cause, amount / sum.missCount, count(amount), "miss")));
  if (!misses.length) byId("causes").replaceChildren(element("li", {}, nothing("No step has missed.")));
}

function showChart(history) {
  const chart = byId("chart"), slots = (history.to - history.from) / history.span, width = 800 / slots;
  const most = Math.max(1, ...history.spans.map((span) => span.hits + span.missCount));
  const parts = [0.25, 0.5, 0.75, 1].map((y) => shape("line", { x1: 0, x2: 800, y1: 220 - y * 216, y2: 220 - y * 216 }));
  for (const span of history.spans) {
    const x = (span.time - history.from) / history.span * width;
    const hits = span.hits / most * 216, misses = span.missCount / most * 216;
    const place = { x: x + width * 0.1, width: Math.max(1, width * 0.8) };
    const text = `${moment(span.time, history.span < 86400)}: ${span.hits} hits, ${span.missCount} misses, ${percent(span.hitRate)}`;
    parts.push(shape("g", {}, shape("title", {}, text),
      shape("rect", { class: "hit", ...place, y: 220 - hits, height: hits }),
      shape("rect", { class: "miss", ...place, y: 220 - hits - misses, height: misses })));
  }
  chart.replaceChildren(...parts);
  byId("chart-title").textContent = history.spans.length
    ? `Steps ${history.span < 86400 ? "by hour" : "by day"} from ${moment(history.from, false)}: up to ${count(most)}, of which hits below and misses above.`
    : "No build has ended in this time.";
  byId("spans").tBodies[0].replaceChildren(...history.spans.slice().reverse().map((span) => element("tr", {},
    element("th", { scope: "row" }, moment(span.time, history.span < 86400)), number(count(span.builds)), number(count(span.hits)),
    number(count(span.missCount)), number(percent(span.hitRate)), number(duration(span.savedSeconds)), number(bytes(span.savedBytes)))));
}

function showMisses(answer) {
  const costly = answer.steps.filter((step) => step.cost > 0);
  const items = costly.map((step) => {
    const reasons = Object.entries(step.causes).sort((a, b) => b[1] - a[1]).map(([cause, amount]) => `${causes[cause] || cause} (${amount})`);
    const caused = step.causedMisses ? `, ${duration(step.causedSeconds)} of it in ${plural(step.causedMisses, "step", "steps")} that missed because of it` : "";
    return element("li", {},
      element("p", {}, code(step.instruction), " ", element("span", { class: "quiet" }, `${step.subject}, stage ${step.stage}`)),
      element("p", {}, element("span", { class: "cost" }, duration(step.cost)), caused, `. Missed in ${count(step.misses)} of ${count(step.builds)} builds: ${reasons.join(", ")}.`),
      step.changed.length ? element("p", { class: "quiet" }, "Changed most: ", ...step.changed.flatMap((change, index) =>
        [index ? ", " : "", code(change.name), ` (${change.count})`])) : null,
      step.reason ? element("p", { class: "quiet" }, `Last time: ${step.reason}`) : null,
      step.advice ? element("p", { class: "advice" }, step.advice) : null);
  });
  byId("misses").replaceChildren(...items);
  if (!items.length) byId("misses").replaceChildren(element("li", {}, nothing("Nothing: no step that missed for a reason of its own took time.")));
}

function showBuilds(answer) {
  const running = answer.running.map((build) => element("li", {},
    `${build.writer || "somebody"}, scope ${build.scopes.join(", ")}: ${build.steps ? `${plural(build.steps, "step", "steps")} to make` : "nothing to make"}, for ${duration(build.seconds)}`));
  byId("running").replaceChildren(...(running.length ? running : [element("li", {}, nothing("No build is running right now."))]));
  const rows = answer.ended.map((build) => element("tr", {}, element("th", { scope: "row" }, moment(build.ended)), cell(build.subject),
    cell(build.scope), cell(build.identity ? `${build.writer} (${build.identity})` : build.writer),
    cell(build.isDone ? "done" : "failed", build.isDone ? "" : "bad"), number(`${build.hits} of ${build.hits + build.misses}`),
    number(duration(build.seconds)), number(duration(build.savedSeconds)), number(`${bytes(build.sentBytes)} / ${bytes(build.receivedBytes)}`)));
  if (!rows.length) rows.push(element("tr", {}, element("td", { colSpan: 9 }, nothing("No build has reported its end yet."))));
  byId("ended").tBodies[0].replaceChildren(...rows);
}

function showStorage(answer) {
  byId("storage").replaceChildren(tile("layers", count(answer.layers)), tile("recorded steps", count(answer.steps)),
    tile("blobs, each once", bytes(answer.logicalBytes)), tile("deduplicated", bytes(answer.uniqueBytes)),
    tile("kept less by", times(Math.max(answer.namedBytes, answer.logicalBytes) / Math.max(1, answer.uniqueBytes))));
  const most = Math.max(1, answer.namedBytes, answer.logicalBytes, answer.uniqueBytes);
  byId("sizes").replaceChildren(
    bar("layers, once for each manifest", answer.namedBytes / most, bytes(answer.namedBytes)),
    bar("blobs, each once", answer.logicalBytes / most, bytes(answer.logicalBytes)),
    bar("chunks, each once", answer.uniqueBytes / most, bytes(answer.uniqueBytes)),
    bar("kept for differences only", answer.heldBytes / most, bytes(answer.heldBytes)),
    bar("nothing needs it any more", answer.looseBytes / most, bytes(answer.looseBytes)));
}

function showServer(answer) {
  byId("server-sums").replaceChildren(tile("on disk", bytes(answer.storedBytes)), tile("free", bytes(answer.freeBytes)),
    tile("chunks", count(answer.chunks)), tile("chunk files", count(answer.chunkFiles)), tile("recorded steps", count(answer.steps)));
  const ratios = [["layers that images share", answer.ratios.wholeLayer], ["chunks that layers share", answer.ratios.chunk],
    ["differences", answer.ratios.delta], ["compression", answer.ratios.compression]];
  const most = Math.max(...ratios.map((ratio) => ratio[1]));
  byId("ratios").replaceChildren(...ratios.map(([name, ratio]) => bar(name, ratio / most, times(ratio))));
}

const states = { pending: "waits for a verdict", failing: "the scanner fails", refused: "refused", working: "working", gone: "gone: the receiver said so",
  removed: "no longer in the settings" };

// All who pushed an image, to whichever tag.
const pushers = (entry) => [...new Set([...Object.values(entry.authors), entry.author].filter(Boolean).map((author) => author.identity))];

function showHeld(answer) {
  byId("held-part").hidden = !answer.length;
  byId("held").tBodies[0].replaceChildren(...answer.map((entry) => element("tr", {},
    element("th", { scope: "row" }, code(entry.key.repository), " ", digestText(entry.key.digest)),
    element("td", { class: "names" }, ...entry.tags.flatMap((tag, index) => [index ? ", " : "", code(tag)])),
    cell(states[entry.state] || entry.state, entry.state === "pending" ? "" : "bad"), cell(entry.reason || "–", "text"), cell(moment(entry.since), "names"),
    cell(pushers(entry).join(", ") || "–"))));
}

function showWebhooks(answer) {
  const now = Date.now() / 1000;
  byId("webhooks-part").hidden = !answer.webhooks.length;
  byId("webhooks").tBodies[0].replaceChildren(...answer.webhooks.map((hook) => element("tr", {},
    element("th", { scope: "row" }, code(hook.name)), cell(hook.origin || "–"),
    cell(hook.state === "failing" ? `failing, ${plural(hook.failures, "time", "times")} in a row` : states[hook.state] || hook.state,
      hook.state === "working" ? "" : "bad"),
    number(hook.waiting ? `${count(hook.waiting)}, for ${duration(Math.max(0, now - hook.oldest))}` : "0"),
    cell(hook.lastDelivered ? moment(hook.lastDelivered) : "–"), cell(hook.lastError || "–", "text"))));
  byId("given-up").replaceChildren(...answer.webhooks.filter((hook) => hook.givenUpCount).map((hook) => element("details", { class: "item" },
    element("summary", {}, code(hook.name), `: ${plural(hook.givenUpCount, "event", "events")} given up`),
    nothing(`larderd webhooks redeliver sends them again.${hook.givenUp.length < hook.givenUpCount ? ` The last ${hook.givenUp.length}:` : ""}`),
    element("ul", { class: "plain" }, ...hook.givenUp.slice().reverse().map((event) =>
      element("li", {}, `${moment(event.time)} `, code(event.type), ` ${event.reason}`))))));
}

// What is opened is asked for when it is opened.
function lazy(summary, load) {
  const box = element("details", { class: "item" }, element("summary", {}, ...summary));
  box.addEventListener("toggle", async () => {
    if (!box.open || box.dataset.loaded) return;
    box.dataset.loaded = "yes";
    try { box.append(...await load()); } catch (error) { delete box.dataset.loaded; box.append(element("p", { class: "error" }, error.message)); }
  });
  return box;
}

const digestText = (digest) => code(digest.replace(/^(sha\d+:.{12}).*$/, "$1…"));

async function layersOf(repository, reference) {
  const answer = await ofProject(`image?repository=${encodeURIComponent(repository)}&reference=${encodeURIComponent(reference)}`);
  return answer.manifests.map((manifest) => {
    const rows = manifest.layers.map((layer) => element("tr", {}, element("th", { scope: "row" }, digestText(layer.digest)),
      number(bytes(layer.bytes)), number(layer.chunkBytes === undefined ? "not here" : percent(layer.chunkBytes ? layer.sharedBytes / layer.chunkBytes : 0))));
    return element("div", { class: "scroll" }, element("table", {}, element("caption", { class: "quiet" }, digestText(manifest.digest)),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Layer"), element("th", { scope: "col", class: "number" }, "Size"),
        element("th", { scope: "col", class: "number" }, "Shared with others"))), element("tbody", {}, ...rows)));
  });
}

function showRepositories(answer) {
  const boxes = answer.repositories.map((repository) => {
    const tags = repository.tags.map((tag) => lazy([code(tag.name), " ", element("span", { class: "quiet" },
      [tag.time ? moment(tag.time) : "", tag.identity && tag.identity !== "anonymous" ? `by ${tag.identity}` : ""].filter(Boolean).join(" "))],
      () => layersOf(repository.name, tag.name)));
    const more = repository.hasMore ? [nothing("and more tags")] : [];
    return element("div", { role: "group", "aria-label": repository.name }, element("h3", {}, repository.name), ...tags, ...more);
  });
  byId("repositories").replaceChildren(...(boxes.length ? boxes : [nothing("No image has a tag.")]));
}

async function stepsOf(scope, after) {
  const answer = await ofProject(`scopes/steps?scope=${encodeURIComponent(scope)}${after ? `&after=${after}` : ""}`);
  const rows = answer.steps.map((step) => element("tr", {}, element("th", { scope: "row" }, code(step.instruction)), number(duration(step.seconds)),
    number(bytes(step.bytes)), cell(moment(step.created)), cell(step.identity && step.identity !== "anonymous" ? `${step.writer} (${step.identity})` : step.writer)));
  const table = element("div", { class: "scroll" }, element("table", {},
    element("caption", { class: "quiet" }, `${count(answer.count)}${answer.count >= 10000 ? " or more" : ""} steps`),
    element("thead", {}, element("tr", {}, ...["Step", "Took", "Layer", "Built", "By"].map((name, index) =>
      element("th", { scope: "col", class: index === 1 || index === 2 ? "number" : "" }, name)))), element("tbody", {}, ...rows)));
  if (!answer.next) return [table];
  const button = element("button", { type: "button" }, "More");
  button.addEventListener("click", async () => { button.replaceWith(...await stepsOf(scope, answer.next)); });
  return [table, button];
}

function showScopes(answer) {
  const boxes = answer.scopes.map((scope) => lazy([code(scope.name), " ", element("span", { class: "quiet" },
    [scope.isDefault ? "everybody reads it" : "", scope.last ? `last build ${moment(scope.last)}` : "",
      scope.hits + scope.misses ? `${percent(scope.hits / (scope.hits + scope.misses))} hits lately` : ""].filter(Boolean).join(", "))],
    () => stepsOf(scope.name)));
  byId("scopes").replaceChildren(...(boxes.length ? boxes : [nothing("No step is recorded.")]), ...(answer.hasMore ? [nothing("and more")] : []));
}

// Together

function tell(text, isError = false) {
  byId("status").textContent = text;
  byId("status").className = isError ? "error" : "";
}

function askForLogin(message) {
  byId("figures").hidden = byId("choice").hidden = true;
  byId("sign-in").hidden = false;
  byId("sign-in-error").textContent = sessionStorage.getItem(keyOfLogin) ? message : "";
  byId("leave").hidden = true;
  byId("identity").textContent = "";
  tell("");
  byId("secret").focus();
}

function read() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  state.project = wanted.get("project");
  const range = wanted.get("range");
  if (range && [...byId("range").options].some((option) => option.value === range)) state.range = range;
  byId("range").value = state.range;
}

async function showProject(round) {
  for (const name of document.querySelectorAll("h2 .name")) name.textContent = `in ${state.project}`;
  const parts = [[`history?${state.range}`, (answer) => { showSums(answer); showChart(answer); }], ["misses", showMisses], ["builds", showBuilds],
    ["storage", showStorage], ["quarantine", showHeld], ["repositories", showRepositories], ["scopes", showScopes]];
  await Promise.all(parts.map(async ([path, show]) => {
    const answer = await ofProject(path);
    if (round === state.round) show(answer);
  }));
  if (round === state.round) byId("of-project").hidden = false;
}

async function refresh() {
  const round = ++state.round;
  try {
    const answer = await ask("projects");
    if (round !== state.round) return;
    if (!answer.projects.some((project) => project.name === state.project)) {
      // Who has not chosen one sees the one that is built most.
      const busiest = answer.projects.reduce((best, project) => project.week.builds > best.week.builds ? project : best, answer.projects[0]);
      state.project = busiest?.name ?? null;
    }
    state.readsAll = answer.readsAll;
    byId("sign-in").hidden = true;
    byId("identity").textContent = answer.identity;
    byId("leave").hidden = !sessionStorage.getItem(keyOfLogin);
    byId("version").textContent = answer.version;
    showProjects(answer);
    byId("choice").hidden = !state.project;
    byId("figures").hidden = false;
    if (!state.project) byId("of-project").hidden = true;
    await Promise.all([state.project ? showProject(round) : null, showWhole()]);
    if (round === state.round) tell(state.project ? "" : "Nothing is stored here yet: build something with larder build --server.");
    performance.mark("figures");
    document.body.dataset.ready = state.project ?? "empty";
  } catch (error) {
    if (round !== state.round) return;
    if (error instanceof Refused) askForLogin(error.message); else tell(error.message, true);
    document.body.dataset.ready = "refused";
  }
}

async function showWhole() {
  byId("server").hidden = !state.readsAll;
  if (!state.readsAll) {
    byId("webhooks-part").hidden = true;
    return;
  }
  const [storage, webhooks] = await Promise.all([ask("storage"), ask("webhooks")]);
  showServer(storage);
  showWebhooks(webhooks);
}

// Running builds, while somebody looks.
async function refreshBuilds() {
  if (document.hidden || !state.project || byId("figures").hidden) return;
  const round = state.round;
  try {
    const answer = await ofProject("builds");
    if (round === state.round) showBuilds(answer);
  } catch (error) { tell(error.message, true); }
}

function go(project, range) {
  location.hash = new URLSearchParams({ project, range }).toString();
}

byId("project").addEventListener("change", (event) => go(event.target.value, state.range));
byId("range").addEventListener("change", (event) => go(state.project, event.target.value));
byId("choice").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => {
  // A place in the page, not a project.
  if (location.hash === "#main") return;
  read();
  refresh();
});
byId("leave").addEventListener("click", () => { sessionStorage.removeItem(keyOfLogin); refresh(); });
byId("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(keyOfLogin, authorization(byId("user").value.trim(), byId("secret").value.trim()));
  byId("secret").value = "";
  refresh();
});
setInterval(refreshBuilds, 15000);
read();
refresh();
