// <form data-note>: the visit note (saving.js), in one of two forms.
import { toast } from "../toast.js";
import { inForm, PARTS, same, SOAP, together } from "./note-content.js";
import { keptNote } from "./note-kept.js";
import { choosePhrases, expandAsTyped, withTemplate, words } from "./note-words.js";
import { Saving } from "./saving.js";

class Note extends Saving {
  constructor(form) {
    super(form, keptNote(form.dataset.user, form.dataset.note));
    this.kind = this.content.kind;
    for (const radio of form.elements.kind) radio.addEventListener("change", () => this.#toForm(radio.value));
    this.on("sign", () => this.#sign());
    this.#helpWithWords();
  }

  get parts() {
    return PARTS;
  }

  get content() {
    const said = { kind: this.form.elements.kind.value };
    for (const name of PARTS) said[name] = this.form.elements[name].value;
    return said;
  }

  same(one, other) {
    return same(one, other);
  }

  together(mine, theirs) {
    return together(mine, theirs);
  }

  isOver({ status }) {
    return status === "final";
  }

  show(content) {
    this.form.elements.kind.value = content.kind;
    this.kind = content.kind;
    for (const name of PARTS) {
      const field = this.form.elements[name];
      if (field.value !== content[name]) field.value = content[name];
      const own = content.kind === "soap" ? SOAP.includes(name) : name === "text";
      field.closest("[data-note-part]").hidden = !own && !content[name];
    }
  }

  #toForm(kind) {
    this.show(inForm({ ...this.content, kind: this.kind }, kind));
    this.typed();
  }

  #helpWithWords() {
    const { own, clinic, phrases } = words();
    expandAsTyped(this.form, phrases);
    choosePhrases(this.form, phrases);
    const choice = this.form.querySelector("[data-note-template]");
    choice?.addEventListener("change", () => {
      const template = [...own, ...clinic].find((each) => each.id === choice.value);
      choice.value = "";
      if (!template) return;
      this.show(withTemplate(this.content, template));
      this.typed();
      this.focus();
    });
  }

  async #sign() {
    if (!confirm(this.form.dataset.confirm)) return;
    if (await this.save("sign")) {
      const answer = await fetch(this.form.action, { headers: { "HX-Request": "true" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const signed = page.getElementById("visit-note");
        document.getElementById("visit-note").replaceWith(signed);
        window.htmx?.process(signed);
      }
    } else toast(this.status.textContent, "error");
  }
}

const begun = new WeakSet();

function begin() {
  for (const form of document.querySelectorAll("form[data-note]")) {
    if (begun.has(form)) continue;
    begun.add(form);
    new Note(form);
  }
}

begin();
document.body.addEventListener("htmx:load", begin);
