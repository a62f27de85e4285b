// In the page: notes every element and attribute that is not of our own markup, every violation of the
// page's policy, and which of the strings that were put somewhere stand on the screen as words.

/** Our markup. What is drawn is made of these, and of nothing else. */
const TAGS =
  "html head meta title link script body noscript div span p main header nav aside section article h1 h2 h3 h4 ul ol li dl dt dd a b i small q " +
  "blockquote time kbd svg path form fieldset legend label input textarea select option datalist button details summary dialog hr";
const ATTRIBUTES =
  "id class lang dir role title href rel target name content charset type value checked disabled readonly placeholder maxlength min max step rows cols for " +
  "name required tabindex open autocomplete autocapitalize spellcheck novalidate inputmode enterkeyhint datetime hidden popover draggable crossorigin src " +
  "viewBox d fill shape-rendering focusable list multiple selected download style start contenteditable";

export const watch = { TAGS, ATTRIBUTES };

/** Runs before anything of the page. */
export function install({ TAGS: tags, ATTRIBUTES: attributes }) {
  const known = new Set(tags.split(" "));
  const fine = new Set(attributes.split(" "));
  const state = { foreign: [], reports: [], seen: new Set(), want: new Map(), within: new Set() };
  globalThis.__watch = state;
  globalThis.__squash = (s) => s.normalize("NFC").replace(/[\s\p{C}]/gu, "");
  addEventListener("securitypolicyviolation", (e) => state.reports.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));

  const isOurs = (el) => {
    const tag = el.localName;
    if (!known.has(tag)) return false;
    for (const { name, value } of el.attributes) {
      if (!fine.has(name) && !/^(aria|data)-[a-z-]+$/.test(name)) return false;
      if (name === "src" && !/^\/assets\//.test(value)) return false;
      if (name === "href" && tag === "link" && !/^\/assets\//.test(value)) return false;
      if (name === "href" && tag === "a" && !["http:", "https:", "mailto:"].includes(el.protocol)) return false;
      if (name === "style" && /url|expression|import|animation/i.test(value)) return false;
    }
    return !(tag === "script" && el.textContent);
  };
  const judge = (el) => {
    if (!isOurs(el)) state.foreign.push(el.outerHTML.slice(0, 200));
  };
  const hit = (words) => {
    for (const key of state.want.get(words) ?? []) state.seen.add(key);
    state.want.delete(words);
  };
  /** Words by themselves, or as one of a row; some stand within a sentence of ours. */
  const read = (text) => {
    const words = globalThis.__squash(text);
    if (!words) return;
    hit(words);
    for (const part of text.split(/ · |[“”]/)) hit(globalThis.__squash(part));
    for (const within of state.within)
      if (words.length < 1500 && words.includes(within)) {
        state.within.delete(within);
        hit(within);
      }
  };
  const readAll = (node) => {
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) read(text.data);
  };
  globalThis.__read = () => {
    readAll(document.documentElement);
    for (const el of document.querySelectorAll("input, textarea")) read(el.value);
  };
  globalThis.__want = (list) => {
    for (const [key, text] of list) {
      const words = globalThis.__squash(text);
      if (!words) continue;
      state.want.set(words, [...(state.want.get(words) ?? []), key]);
      if (/^(mute|move|notice|notice_zh) /.test(key)) state.within.add(words);
    }
  };
  new MutationObserver((list) => {
    for (const m of list) {
      if (m.type === "attributes") judge(m.target);
      if (m.type === "characterData") read(m.target.data);
      for (const node of m.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE) {
          judge(node);
          for (const el of node.querySelectorAll("*")) judge(el);
          readAll(node);
        } else read(node.textContent ?? "");
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}
