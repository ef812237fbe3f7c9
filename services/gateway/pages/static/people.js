// The follow button without a reload; a form that was sent is not sent twice.

for (const form of document.querySelectorAll("form[data-follow]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    try {
      show(form, await send(form));
    } catch {
      form.submit();
    }
    form.ariaBusy = "false";
  });
}

async function send(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
    redirect: "error",
  });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

function show(form, state) {
  const count = state.followers.toLocaleString("en");
  const button = form.querySelector("button");
  form.elements.do.value = state.following ? "unfollow" : "follow";
  button.classList.toggle("plain", state.following);
  button.title = state.following ? "Press to stop following" : "";
  form.querySelector("[data-label]").textContent = state.following
    ? "Following"
    : "Follow researcher";
  for (const each of document.querySelectorAll("[data-followers]")) each.textContent = count;
  const word = state.followers === 1 ? " follower" : " followers";
  for (const each of document.querySelectorAll("[data-followers-word]")) each.textContent = word;
  form.querySelector("[data-said]").textContent = state.following
    ? `You follow this researcher, one of ${count}.`
    : "You follow this researcher no longer.";
}

for (const form of document.querySelectorAll("form[method=post]:not([data-follow])")) {
  form.addEventListener("submit", () => {
    // After the browser has taken the values, so that the pressed button is among them.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    });
  });
}

// A page that comes back from the browser's memory can be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("form button:disabled")) button.disabled = false;
});
