// The review by keyboard, drafts that save themselves, drag to re-order; every page works without this file.

const items = [...document.querySelectorAll("[data-candidate]")];
const alone = items.length === 1 && items[0].tagName === "ARTICLE";
const words = document.getElementById("review-words")?.dataset ?? {};
const help = document.getElementById("key-help");
const WAIT = 1500;
const AGAIN = 15000;
const TWICE = 1000;
const PREFIX = "landfall-review:";

// ---- where one is

const current = () => (alone ? 0 : items.findIndex((item) => item.contains(document.activeElement)));
let last = 0;
const here = () => items[current() < 0 ? last : current()];
document.addEventListener("focusin", () => {
  if (current() >= 0) last = current();
});

const show = (item) => {
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "start" });
};

const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) location.assign(link.href);
};

const go = (step) => {
  if (alone) return follow(step > 0 ? "[data-following]" : "[data-previous]");
  const at = current() < 0 ? (step > 0 ? -1 : items.length) : current();
  const next = at + step;
  // At the border of a page the keys lead on to the next one.
  if (next >= items.length) return follow(".page-nav [rel=next]");
  if (next < 0) return follow(".page-nav [rel=prev]");
  show(items[next]);
};

// ---- what the keys do

const decide = (decision) => {
  const choice = here()?.querySelector(`input[name=decision][value=${decision}]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("input", { bubbles: true }));
  const reason = here().querySelector("textarea[name=reason]");
  reason.focus();
  reason.setSelectionRange(reason.value.length, reason.value.length);
};

const points = (digit) => {
  const active = document.activeElement;
  const fields = [...(here()?.querySelectorAll("input[name=points]") ?? [])];
  const field = fields.includes(active) ? active : (fields.find((one) => !one.value) ?? fields[0]);
  if (!field || digit > Number(field.dataset.most)) return;
  field.value = String(digit);
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const unfold = () => {
  const parts = [...(here()?.querySelectorAll("details[data-evidence], details[data-whole]") ?? [])];
  const open = !parts.some((part) => part.open);
  for (const part of parts) part.open = open;
};

const select = () => {
  const box = here()?.querySelector("input[name=chosen]");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
};

const acts = {
  KeyJ: () => go(1),
  KeyK: () => go(-1),
  KeyY: () => decide("accept"),
  KeyM: () => decide("maybe"),
  KeyN: () => decide("decline"),
  KeyC: () => here()?.querySelector("textarea[name=reason]")?.focus(),
  KeyE: unfold,
  KeyX: select,
  // A key that is held down is one wish: every undo takes back another step.
  KeyU: (event) => event.repeat || document.querySelector("form[data-undo]")?.requestSubmit(),
};
for (let digit = 1; digit <= 5; digit += 1) {
  acts[`Digit${digit}`] = () => points(digit);
  acts[`Numpad${digit}`] = () => points(digit);
}

const isField = (target) => target.matches("input:not([type=radio], [type=checkbox]), textarea, select");

// Korean input methods report other letters in event.key; event.code names the key itself.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  // The last syllable of a Korean word is still being composed when the keys to save come: it counts as typed.
  if ((event.ctrlKey || event.metaKey) && event.code === "Enter") {
    // From a field its own form is sent: the reason of another verdict, a position, words to search for.
    const own = isField(target) ? target.form : target.closest("[data-decision], #bulk");
    const form = own ?? here()?.querySelector("[data-decision]");
    if (!form) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit(form.querySelector("button[type=submit]"));
    return;
  }
  if (event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
  if (event.code === "Escape" && isField(target)) {
    (target.closest("[data-candidate]") ?? here())?.focus();
    return;
  }
  // A digit in the field of a criterion replaces what stands there where the scale has one digit.
  const digit = /^(?:Digit|Numpad)[1-5]$/.test(event.code) && !event.shiftKey;
  const oneDigit = digit && target.name === "points" && Number(target.dataset.most) < 10;
  if (isField(target) && !(oneDigit && /^\d?$/.test(target.value))) return;
  // The keys for / and ? lie elsewhere on other keyboards: what they write tells them as well.
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) {
    event.preventDefault();
    help?.showModal();
    return;
  }
  if (event.key === "/" || event.code === "Slash") {
    const search = document.getElementById("queue-search");
    event.preventDefault();
    if (search) search.focus();
    else follow("[data-to-queue]");
    return;
  }
  if (event.shiftKey || !acts[event.code]) return;
  event.preventDefault();
  acts[event.code](event);
});

for (const line of document.querySelectorAll("[data-keys]")) line.hidden = items.length === 0;
for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", () => help.showModal());

// ---- points as they are typed

const figure = (value) => String(Math.round(value * 10) / 10);

const addUp = (form) => {
  const fields = [...form.querySelectorAll("input[name=points]")];
  const read = (field) => Number.parseFloat(field.value.replace(",", "."));
  const share = (field) => (Number(field.dataset.weight) * read(field)) / Number(field.dataset.most);
  const base = fields.filter((field) => !("bonus" in field.dataset));
  const weight = base.reduce((sum, field) => sum + Number(field.dataset.weight), 0);
  const whole = base.length > 0 && weight > 0 && base.every((field) => Number.isFinite(read(field)));
  const total = form.querySelector("[data-total]");
  const reached = base.reduce((sum, field) => sum + share(field), 0);
  total.value = whole ? total.dataset.of.replace("{total}", figure((100 * reached) / weight)) : "–";
  const bonus = fields.filter((field) => "bonus" in field.dataset && Number.isFinite(read(field)));
  form.querySelector("[data-bonus-total]").value = figure(bonus.reduce((sum, field) => sum + share(field), 0));
};

// ---- drafts

const mine = (document.querySelector("[data-decision]")?.dataset.key ?? "").split(":")[0];
for (const name of Object.keys(localStorage)) {
  // Whoever signs in after somebody else must not find what that person typed.
  if (mine && name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${mine}:`)) localStorage.removeItem(name);
}

const typedIn = (form) => [...new FormData(form)].filter(([name]) => ["decision", "reason", "reason_kind", "criterion", "points"].includes(name));

const deskOf = (form) => form.elements.namedItem("desk")?.value ?? "";
const chosenIn = (form) => form.querySelector("input[name=decision]:checked")?.value ?? "";

// What a form says, as the site would store it: a draft is cleaned, and leaves the decision as it was.
const stored = (typed, decision) => {
  const clean = (name, value) => {
    if (name === "decision") return decision;
    const points = name === "points" ? Number(value.trim().replace(",", ".") || Number.NaN) : Number.NaN;
    return Number.isFinite(points) ? String(points) : value.normalize("NFC").replace(/\s+/g, " ").trim();
  };
  return JSON.stringify(typed.map(([name, value]) => [name, clean(name, value)]));
};

const drafts = [...document.querySelectorAll("form[data-decision]")].map((form) => {
  // The desk belongs to it: what was typed as one's own review must not come back as the agency's.
  const key = `${PREFIX}${form.dataset.key}:${deskOf(form)}`;
  const state = form.querySelector("[data-state]");
  const revision = form.elements.namedItem("revision");
  let timer = 0;
  let saving = null;
  let changed = false;
  let stuck = false;
  let decided = chosenIn(form);
  // What the site may hold without anybody else's doing: what it held last, and what was sent since.
  let known = [stored(typedIn(form), decided)];

  const say = (kind) => {
    state.hidden = false;
    state.dataset.kind = kind;
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    state.textContent = (words[kind] ?? "").replace("{time}", time);
  };
  const keep = (how = {}) => {
    const typed = typedIn(form);
    const alike = [...new Set([...known, stored(typed, decided)])];
    try {
      localStorage.setItem(key, JSON.stringify({ revision: revision.value, typed, decided, known: alike, ...how }));
    } catch {
      // A browser without room or leave for this still saves on the site.
    }
  };
  const forget = () => localStorage.removeItem(key);
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  };
  const body = () => {
    const sent = new URLSearchParams(typedIn(form));
    sent.delete("decision");
    sent.set("revision", revision.value);
    if (deskOf(form)) sent.set("desk", deskOf(form));
    return sent;
  };
  // Other forms about the same startup carry the revision too; so does the box that selects it.
  const carry = (now) => {
    const item = form.closest("[data-candidate]");
    for (const field of item.querySelectorAll("input[name=revision], input[name=seen]")) field.value = now;
    const box = item.querySelector("input[name=chosen]");
    if (box) box.value = box.value.replace(/:\d+$/, `:${now}`);
  };
  // A draft that was sent on leaving a page, or whose answer was lost, looks like a change by somebody else.
  const catchUp = async () => {
    const answer = await fetch(form.dataset.draft.replace(/\/draft(?:\?.*)?$/, ""), { headers: { Accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) return false;
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-decision]");
    if (there?.dataset.key !== form.dataset.key || deskOf(there) !== deskOf(form)) return false;
    const now = there.elements.namedItem("revision").value;
    if (now === revision.value || !known.includes(stored(typedIn(there), chosenIn(there)))) return false;
    carry(now);
    return true;
  };
  const send = async () => {
    changed = false;
    say("saving");
    const sent = stored(typedIn(form), decided);
    if (!known.includes(sent)) known.push(sent);
    let answer;
    try {
      answer = await fetch(form.dataset.draft, { method: "POST", headers: { Accept: "application/json" }, body: body(), redirect: "manual" });
      if (answer.status === 409 && (await catchUp())) return send();
    } catch {
      changed = true;
      say("offline");
      later(AGAIN);
      return;
    }
    if (answer.ok) {
      carry((await answer.json()).revision);
      known = [sent];
      if (changed) keep();
      // A decision that is chosen but not sent is in no draft.
      else if (!chosenIn(form)) forget();
      else keep();
      say("saved");
      return;
    }
    changed = true;
    // What is closed, handed on or changed elsewhere stays so however often it is sent.
    if ([403, 404, 409].includes(answer.status)) {
      stuck = true;
      say("conflict");
    } else if (answer.status === 422) say("refused");
    else if (answer.status === 401 || answer.type === "opaqueredirect") {
      say("expired");
      later(AGAIN);
    } else {
      say("trouble");
      later(AGAIN);
    }
  };
  // One save at a time: the next one carries the revision that the one before was given.
  const save = () => {
    clearTimeout(timer);
    saving ??= send().finally(() => {
      saving = null;
      if (changed && state.dataset.kind === "saved") later(WAIT);
    });
    return saving;
  };
  const pending = () => changed && !stuck && "autosave" in form.dataset;
  const unsaved = () => saving !== null || (pending() && ["typing", "saved"].includes(state.dataset.kind));
  // Nobody hears the answer: the next page finds out whether it came through.
  const leave = () => {
    if (!unsaved()) return;
    keep({ left: true });
    fetch(form.dataset.draft, { method: "POST", headers: { Accept: "application/json" }, body: body(), keepalive: true }).catch(() => {});
  };
  const restore = () => {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(key));
    } catch {
      forget();
    }
    if (form.querySelector("[aria-invalid]") || !kept || !Array.isArray(kept.typed) || !Array.isArray(kept.known)) return;
    // What was sent and answered with a newer revision is saved, or was shown beside what is.
    const saved = kept.sent && Number(revision.value) > Number(kept.revision);
    const [held] = known;
    const values = new Map();
    for (const [name, value] of kept.typed) values.set(name, [...(values.get(name) ?? []), value]);
    if (saved || stored(kept.typed, (values.get("decision") ?? [""])[0]) === held) return forget();
    const order = values.get("criterion") ?? [];
    const given = values.get("points") ?? [];
    for (const field of form.querySelectorAll("input[name=points]")) {
      const place = order.indexOf(field.previousElementSibling?.value ?? field.closest(".criterion").querySelector("input[name=criterion]").value);
      if (place >= 0) field.value = given[place] ?? "";
    }
    for (const name of ["reason", "reason_kind"]) form.elements.namedItem(name).value = (values.get(name) ?? [""])[0];
    const chosen = form.querySelector(`input[name=decision][value="${CSS.escape((values.get("decision") ?? [""])[0])}"]`);
    if (chosen) chosen.checked = true;
    // With the revision it was typed on: if somebody saved since, the site answers with both versions.
    // One's own draft or pin is no such change: then the site holds what it held, or what was typed.
    known = kept.known;
    if (!known.includes(held)) {
      revision.value = kept.revision;
      decided = kept.decided;
    }
    say("restored");
    if (!kept.left || !("autosave" in form.dataset) || stored(kept.typed, decided) === held) return;
    changed = true;
    save();
  };

  form.addEventListener("input", (event) => {
    changed = true;
    keep();
    if (event.target.name === "points") addUp(form);
    if (stuck) return;
    if (!("autosave" in form.dataset)) return say("kept");
    // Only what a draft holds is worth a save of its own.
    if (event.target.name === "decision") return;
    say("typing");
    later(WAIT);
  });
  let sent = -TWICE;
  form.addEventListener("submit", async (event) => {
    // Some input methods send the keys twice, and some people click twice: the second time would be too late.
    if (event.timeStamp - sent < TWICE) {
      event.preventDefault();
      return;
    }
    if (saving) {
      event.preventDefault();
      await saving;
      form.requestSubmit();
      return;
    }
    sent = event.timeStamp;
    clearTimeout(timer);
    changed = false;
    keep({ sent: true });
  });
  if (form.querySelector("[data-rubric]")) addUp(form);
  restore();
  return { save, pending, unsaved, leave, state };
});

const retry = () => {
  for (const draft of drafts) {
    if (draft.pending() && ["expired", "offline", "trouble"].includes(draft.state.dataset.kind)) draft.save();
  }
};
addEventListener("online", retry);
addEventListener("focus", retry);
addEventListener("pagehide", () => {
  for (const draft of drafts) draft.leave();
});
// A page shown again from memory may be older than what is saved.
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
});

// ---- every other form

const times = new WeakMap();
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post" || form.matches("[data-decision]")) return;
  const before = times.get(form);
  if (before && before.submitter === submitter && event.timeStamp - before.at < TWICE) {
    event.preventDefault();
    return;
  }
  // The page that answers is drawn before a draft sent on leaving is saved: what was typed goes first.
  const waiting = drafts.filter((draft) => draft.unsaved());
  if (waiting.length) {
    event.preventDefault();
    await Promise.all(waiting.map((draft) => draft.save()));
    form.requestSubmit(submitter);
    return;
  }
  times.set(form, { at: event.timeStamp, submitter });
});

// ---- several at once

const bulk = document.getElementById("bulk");
const count = () => {
  const chosen = document.querySelectorAll("input[name=chosen]:checked").length;
  const output = bulk.querySelector("[data-chosen]");
  output.hidden = chosen === 0;
  output.value = `(${chosen})`;
  if (chosen) bulk.querySelector("[data-bulk]").open = true;
};
if (bulk) {
  document.addEventListener("change", (event) => event.target.name === "chosen" && count());
  count();
}

// ---- drag to another position

const list = document.querySelector("[data-draggable]");
if (list) {
  let dragged = null;
  for (const item of items) {
    const grip = item.querySelector("[data-grip]");
    if (!grip) continue;
    grip.hidden = false;
    grip.draggable = true;
    grip.addEventListener("dragstart", (event) => {
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.id);
      event.dataTransfer.setDragImage(item.querySelector(".candidate-head"), 10, 10);
    });
    grip.addEventListener("dragend", () => {
      dragged = null;
      for (const other of items) other.classList.remove("is-target");
    });
    item.addEventListener("dragover", (event) => {
      if (!dragged || dragged === item) return;
      event.preventDefault();
      for (const other of items) other.classList.toggle("is-target", other === item);
    });
    item.addEventListener("drop", (event) => {
      if (!dragged || dragged === item) return;
      event.preventDefault();
      const form = dragged.querySelector("form.move-to");
      form.elements.namedItem("position").value = item.dataset.position;
      form.requestSubmit();
    });
  }
}

if (location.hash) document.getElementById(location.hash.slice(1))?.focus();
