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
