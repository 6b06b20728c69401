// Small comforts; every page works without this file.

const text = document.getElementById("text");
const counter = document.querySelector("output.counter:not([data-counts])");
if (text && counter) {
  const most = Number(text.dataset.most);
  const show = () => {
    const count = [...text.value].length;
    counter.hidden = count === 0;
    counter.classList.toggle("is-over", count > most);
    counter.value = counter.dataset.template.replace("{count}", count.toLocaleString(document.documentElement.lang));
  };
  text.addEventListener("input", show);
  show();
}

for (const output of document.querySelectorAll("output[data-counts]")) {
  const field = document.getElementById(output.dataset.counts);
  const language = document.documentElement.lang;
  const most = Number(output.dataset.most);
  const show = () => {
    const count = [...field.value].length;
    output.hidden = count === 0;
    output.classList.toggle("is-over", count > most);
    output.value = output.dataset.template
      .replace("{count}", count.toLocaleString(language))
      .replace("{most}", most.toLocaleString(language));
  };
  field.addEventListener("input", show);
  field.addEventListener("counted", show);
  show();
}

document.getElementById("problems")?.focus();

const candidates = [...document.querySelectorAll("[data-candidate]")];
if (candidates.length) {
  document.querySelector("[data-keys]").hidden = false;
  const current = () => candidates.findIndex((item) => item.contains(document.activeElement));
  const go = (step) => {
    const next = candidates[Math.min(candidates.length - 1, Math.max(0, current() + step))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };
  const decide = (decision) => {
    const item = candidates[current()];
    const choice = item?.querySelector(`input[name=decision][value=${decision}]`);
    if (choice) {
      choice.checked = true;
      item.querySelector("textarea[name=reason]").focus();
    }
  };
  // Korean input methods report other letters in event.key; event.code names the key itself.
  const acts = {
    KeyJ: () => go(1),
    KeyK: () => go(-1),
    KeyY: () => decide("accept"),
    KeyM: () => decide("maybe"),
    KeyN: () => decide("decline"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.ctrlKey && event.code === "Enter") {
      event.target.closest("[data-decision]")?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]), textarea, select")) return;
    if (acts[event.code]) {
      event.preventDefault();
      acts[event.code]();
    }
  });
  if (location.hash) document.getElementById(location.hash.slice(1))?.focus();
}
