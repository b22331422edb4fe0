// Follows a wash without reloading the page, and says before sending that a file is too large.
(() => {
  const wash = document.getElementById("wash");
  const follow = async (address) => {
    await new Promise((done) => setTimeout(done, 2000));
    try {
      const answer = await fetch(address, { redirect: "error" });
      if (!answer.ok) return location.reload();
      const before = document.getElementById("state").dataset.state;
      const part = document.createElement("div");
      part.innerHTML = await answer.text();
      if (part.querySelector("#state").dataset.state !== before) return location.reload();
      wash.replaceChildren(...part.childNodes);
    } catch {
      // the network is away for a moment: ask again
    }
    return follow(address);
  };
  if (wash.dataset.follow) follow(wash.dataset.follow);

  const form = document.getElementById("upload");
  if (!form) return;
  const file = document.getElementById("file");
  const error = document.getElementById("file-error");
  const tooLarge = () => file.files.length > 0 && file.files[0].size > Number(form.dataset.most);
  const check = () => {
    error.hidden = !tooLarge();
    error.textContent = tooLarge() ? form.dataset.large : "";
  };
  file.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    check();
    if (!tooLarge()) return;
    event.preventDefault();
    file.focus();
  });
})();
