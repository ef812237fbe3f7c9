// Long abstracts are folded by the style sheet; this unfolds them.

function label(button, abstract, open) {
  abstract.classList.toggle("open", open);
  button.textContent = open ? "Show less" : "Show the whole abstract";
  button.setAttribute("aria-expanded", String(open));
}

for (const abstract of document.querySelectorAll(".abstract")) {
  const text = abstract.firstElementChild;
  if (text.scrollHeight <= text.clientHeight + 2) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more";
  button.addEventListener("click", () => {
    label(button, abstract, !abstract.classList.contains("open"));
  });
  label(button, abstract, false);
  abstract.append(button);
}
