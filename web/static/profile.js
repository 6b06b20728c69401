// The profile form: saves the draft while it is typed and loses nothing that was; the page works without this file.

const form = document.getElementById("profile-form");
const PREFIX = "landfall-draft:";
const key = PREFIX + form.dataset.key;
const revision = form.elements.namedItem("revision");
const box = document.getElementById("save-state");
const words = box.querySelector("[data-words]");
const fields = box.querySelector("[data-fields]");
const live = document.getElementById("fit-live");
const WAIT = 1500;
const AGAIN = 15000;
const BETWEEN_PREVIEWS = 5000;

let changed = false;
let saving = null;
let timer = 0;
let leaving = false;
let asked = 0;
let previewTimer = 0;

// Whoever signs in after somebody else must not find what that person typed.
const mine = form.dataset.key.split(":")[0];
for (const name of Object.keys(localStorage)) {
  if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${mine}:`)) localStorage.removeItem(name);
}

const typed = () => [...new FormData(form)].filter(([name, value]) => name !== "revision" && typeof value === "string");

const say = (kind, values = {}) => {
  box.hidden = false;
  box.dataset.kind = kind;
  let text = form.dataset[kind];
  for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
  words.textContent = text;
  fields.hidden = true;
  fields.replaceChildren();
  box.querySelector("[data-sign-in]").hidden = kind !== "expired";
  box.querySelector("[data-compare]").hidden = kind !== "conflict";
};

const keep = () => {
  try {
    localStorage.setItem(key, JSON.stringify({ revision: revision.value, typed: typed() }));
  } catch {
    // A browser without room or leave for this still saves on the site.
  }
};

const forget = () => localStorage.removeItem(key);

const later = (delay) => {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
};

const time = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

const showRefused = (refused) => {
  say("refused");
  for (const { field, label, advice } of refused) {
    const link = Object.assign(document.createElement("a"), { href: `#${field}`, textContent: label });
    const item = document.createElement("li");
    item.append(link, `: ${advice}`);
    fields.append(item);
  }
  fields.hidden = false;
};

const showSaved = (told) => {
  revision.value = told.revision;
  for (const place of document.querySelectorAll("[data-state-words]")) place.textContent = told.state_words;
  for (const place of document.querySelectorAll("[data-state-note]")) place.textContent = told.state_note;
  for (const item of document.querySelectorAll(".still-needed li")) {
    item.hidden = !told.missing.includes(item.querySelector("a").hash.slice(1));
  }
  const needed = document.querySelector(".still-needed");
  if (needed) needed.hidden = told.missing.length === 0;
  say("saved", { time: time() });
};

// One save at a time: the next one carries the revision that the one before was given.
const save = () => {
  clearTimeout(timer);
  saving ??= send().finally(() => {
    saving = null;
    if (changed && box.dataset.kind === "saved") later(WAIT);
  });
  return saving;
};

const send = async () => {
  const body = new URLSearchParams(typed());
  body.set("revision", revision.value);
  changed = false;
  say("saving");
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body, redirect: "error" });
  } catch {
    changed = true;
    say("offline");
    later(AGAIN);
    return false;
  }
  if (answer.ok) {
    showSaved(await answer.json());
    if (!changed) forget();
    else keep();
    refresh();
    return true;
  }
  changed = true;
  if (answer.status === 409) say("conflict");
  else if (answer.status === 422) await refuse(answer);
  else if (answer.status === 401 || answer.status === 403) {
    say("expired");
    later(AGAIN);
  } else {
    say("trouble");
    later(AGAIN);
  }
  return false;
};

const refuse = async (answer) => {
  const told = await answer.json().catch(() => ({}));
  showRefused(told.refused ?? (told.errors ?? []).map(({ field, reason }) => ({ field, label: field, advice: reason })));
};

// The programs for what is saved, as the preview page lays them out; a busy site leaves what is there.
const refresh = () => {
  clearTimeout(previewTimer);
  if (leaving) return;
  previewTimer = setTimeout(async () => {
    asked = Date.now();
    live.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const summary = page.getElementById("fit-summary");
      if (summary) live.replaceChildren(...summary.childNodes);
    } catch {
      // The next save asks again.
    } finally {
      live.removeAttribute("aria-busy");
    }
  }, Math.max(0, asked + BETWEEN_PREVIEWS - Date.now()));
};

const fillable = () => [...form.elements].filter(({ name, type }) => name && name !== "revision" && !["file", "submit"].includes(type));

// Whether a field holds something else than the page came with.
const differs = (control) => {
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const first = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
  return control.value !== first.value;
};

const fill = (values, untouched) => {
  const wanted = new Map();
  for (const [name, value] of values) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  for (const control of fillable()) {
    if (untouched.has(control.name)) continue;
    const given = wanted.get(control.name) ?? [];
    if (["checkbox", "radio"].includes(control.type)) control.checked = given.includes(control.value);
    else control.value = given[0] ?? "";
    if (control.value && control.tagName === "TEXTAREA") control.closest("details")?.setAttribute("open", "");
    control.dispatchEvent(new Event("counted"));
  }
};

const restore = () => {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch {
    forget();
  }
  // A page that came back as it was refused holds what was typed already.
  if (document.getElementById("problems")) return;
  // Going back, a browser fills in what stood here then, which may be older than what is saved. On a page that
  // was just opened, what differs was typed before this file came.
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  if (["back_forward", "reload"].includes(type)) form.reset();
  const early = new Set(fillable().filter(differs).map(({ name }) => name));
  for (const control of form.elements) control.dispatchEvent(new Event("counted"));
  if (!kept || !Array.isArray(kept.typed)) {
    if (early.size > 0) noteTyped();
    return;
  }
  if (JSON.stringify(kept.typed) === JSON.stringify(typed())) {
    forget();
    return;
  }
  fill(kept.typed, early);
  // With the revision it was typed on: if somebody saved since, the site answers with both versions.
  revision.value = kept.revision;
  changed = true;
  say("restored");
  later(WAIT);
};

const noteTyped = () => {
  changed = true;
  keep();
  if (box.dataset.kind !== "offline" && box.dataset.kind !== "expired" && box.dataset.kind !== "conflict") say("typing");
  if (box.dataset.kind !== "conflict") later(WAIT);
};

form.addEventListener("input", (event) => event.target.type === "file" || noteTyped());

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.hasAttribute("data-native")) {
    leaving = true;
    clearTimeout(timer);
    if (button.id === "read-plan") showReading();
    return;
  }
  event.preventDefault();
  // The programs beside the form are not asked for when the whole page of them comes next.
  leaving = button?.value === "preview";
  if (saving) await saving;
  const done = await save();
  if (done && leaving) location.assign(form.dataset.preview);
  leaving &&= done;
  if (!done) box.scrollIntoView({ block: "center" });
});

const showReading = () => {
  const progress = document.getElementById("plan-progress");
  if (!form.elements.namedItem("plan").value) return;
  const started = Date.now();
  progress.hidden = false;
  const tick = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    progress.querySelector("span").textContent = form.dataset.reading.replace("{seconds}", seconds);
  };
  tick();
  setInterval(tick, 1000);
};

addEventListener("online", () => changed && later(0));
addEventListener("focus", () => changed && ["expired", "offline", "trouble"].includes(box.dataset.kind) && later(0));
addEventListener("pagehide", () => {
  if (!changed || leaving) return;
  keep();
  const body = new URLSearchParams(typed());
  body.set("revision", revision.value);
  fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body, keepalive: true }).catch(() => {});
});
// A page shown again from memory may be older than what is saved.
addEventListener("pageshow", (event) => event.persisted && location.reload());

for (const link of document.querySelectorAll("[data-forget]")) link.addEventListener("click", forget);
document.querySelector("form[action='/logout']")?.addEventListener("submit", forget);

restore();
refresh();
