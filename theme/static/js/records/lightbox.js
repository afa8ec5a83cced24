// [data-lightbox]: a picture, or the pages of a PDF (addresses .../pages/1/, .../pages/2/ …), over the page. Arrow keys turn
// pages; Escape, the cross and a click beside it close.

const box = () => document.querySelector("[data-lightbox-dialog]");
const part = (name) => box().querySelector(`[data-lightbox-${name}]`);
let shown = { address: "", pages: 1, number: 1 };

function draw() {
  const { address, pages, number } = shown;
  const image = part("image");
  const state = part("state");
  image.hidden = true;
  state.hidden = false;
  state.textContent = state.dataset.loading;
  image.onload = () => {
    image.hidden = false;
    state.hidden = true;
    part("view").scrollTop = 0;
  };
  image.onerror = () => {
    state.textContent = state.dataset.failed;
  };
  image.src = pages > 1 ? address.replace(/\/1\/$/, `/${number}/`) : address;
  const place = part("place");
  place.textContent = place.dataset.words.replace("{number}", number).replace("{total}", pages);
  part("foot").hidden = pages < 2;
  box().querySelector("[data-lightbox-step='-1']").disabled = number <= 1;
  box().querySelector("[data-lightbox-step='1']").disabled = number >= pages;
}

function turn(by) {
  const number = shown.number + by;
  if (number < 1 || number > shown.pages) return;
  shown.number = number;
  draw();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-lightbox]");
  if (link && box() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    shown = { address: link.dataset.lightbox, pages: Number(link.dataset.pages) || 1, number: 1 };
    part("title").textContent = link.dataset.title;
    part("image").alt = link.dataset.title;
    part("file").href = link.dataset.file;
    box().showModal();
    draw();
    part("view").focus();
    return;
  }
  if (event.target.closest?.("[data-lightbox-close]") || event.target === box()) box()?.close();
  const step = event.target.closest?.("[data-lightbox-step]");
  if (step) turn(Number(step.dataset.lightboxStep));
});

document.addEventListener("keydown", (event) => {
  if (!box()?.open) return;
  if (event.key === "ArrowRight") turn(1);
  if (event.key === "ArrowLeft") turn(-1);
});
