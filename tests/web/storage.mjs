// What a browser keeps for pages of ours, without a browser.

/** As a browser has it: names can be gone through by number. */
export class FakeStorage {
  #kept = new Map();
  get length() {
    return this.#kept.size;
  }
  key = (i) => [...this.#kept.keys()][i] ?? null;
  getItem = (name) => this.#kept.get(name) ?? null;
  setItem = (name, value) => void this.#kept.set(name, String(value));
  removeItem = (name) => void this.#kept.delete(name);
  get names() {
    return [...this.#kept.keys()].sort();
  }
}
