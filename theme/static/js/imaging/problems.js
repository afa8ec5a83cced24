// What can go wrong with one picture. `code` names the sentence the page has for it; `passing` may end by itself, so it
// is tried again.
export class Problem extends Error {
  constructor(code, { passing = false, values = {}, after = 0 } = {}) {
    super(code);
    this.code = code;
    this.passing = passing;
    this.values = values;
    this.after = after;
  }
}
