/* The framework's own words in the reader's language: it has them in English alone. Whole texts are replaced, in
   what is seen and in what a screen reader is told, and come back with the other language. Texts of ours and names
   from data stand in places of their own: those are left alone. */
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
const OURS = "[data-testid=stMarkdownContainer], [data-testid=stHtml], [data-testid=stCaptionContainer]";

const FRAMES = 'iframe[title="streamlit_folium.st_folium"]';

let said = null, watch = null, frames = null, exact = new Map(), patterns = [], changed = [];

function escaped(text) { return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"); }

function prepared(pairs) {
  exact = new Map();
  patterns = [];
  for (const [from, to] of pairs) {
    const marks = from.match(/\{\w+\}/g) || [];
    if (!marks.length) { exact.set(from, to); continue; }
    const form = from.split(/\{\w+\}/).map(escaped).join("(.+?)");
    patterns.push([new RegExp("^" + form + "$"), marks, to]);
  }
}

function spoken(text) {
  const whole = text.trim();
  if (!whole || whole.length > 120) return null;
  if (exact.has(whole)) return exact.get(whole);
  for (const [form, marks, to] of patterns) {
    const found = form.exec(whole);
    if (found) return marks.reduce((out, mark, n) => out.split(mark).join(found[n + 1]), to);
  }
  return null;
}

/* A list of choices holds names from data, and a few choices of the framework's own, none of one word. */
function isOurs(element, text, attribute) {
  if (element.closest("[role=option]")) return !/\s/.test(text.trim());
  return !attribute && element.closest(OURS) && !element.closest("[data-testid=stFileUploader]");
}

function lend(node, attribute) {
  const text = attribute ? node.getAttribute(attribute) : node.nodeValue;
  const ours = text ? spoken(text) : null;
  const holder = attribute ? node : node.parentElement;
  if (ours === null || ours === text || !holder || isOurs(holder, text, attribute)) return;
  changed.push([new WeakRef(node), attribute, text, ours]);
  if (attribute) node.setAttribute(attribute, ours); else node.nodeValue = ours;
}

function attributesOf(element) {
  for (const name of ATTRIBUTES) if (element.hasAttribute(name)) lend(element, name);
}

function through(root) {
  if (root.nodeType === Node.TEXT_NODE) { lend(root, null); return; }
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  attributesOf(root);
  root.querySelectorAll("[aria-label], [title], [placeholder]").forEach(attributesOf);
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (holder && !/^(STYLE|SCRIPT|TEXTAREA)$/.test(holder.tagName)) lend(texts.currentNode, null);
  }
}

function restore() {
  if (watch) watch.disconnect();
  watch = null;
  for (const [held, attribute, text, ours] of changed) {
    const node = held.deref();
    if (!node) continue;
    if (attribute && node.getAttribute(attribute) === ours) node.setAttribute(attribute, text);
    if (!attribute && node.nodeValue === ours) node.nodeValue = text;
  }
  changed = [];
}

/* A map is read out by the name of its module, in no language: it gets a name. Its title stays, by that it is found. */
function named(name) {
  const put = () => document.querySelectorAll(FRAMES).forEach((frame) => {
    if (frame.getAttribute("aria-label") !== name) frame.setAttribute("aria-label", name);
  });
  if (frames) frames.disconnect();
  put();
  frames = new MutationObserver(put);
  frames.observe(document.body, { subtree: true, childList: true });
}

/* A calendar names months and days in the language of the browser, which the framework asks for whenever it draws the
   page: it is told that of the page. */
function dated(lang) {
  Object.defineProperty(navigator, "language", { configurable: true, get: () => ({ vi: "vi-VN", en: "en-GB" })[lang] });
}

export default function (component) {
  const { lang, pairs, map } = component.data;
  document.documentElement.lang = lang;
  if (said !== lang) dated(lang);
  if (said !== lang) named(map);
  if (said === lang) return;
  said = lang;
  restore();
  if (!pairs.length) return;
  prepared(pairs);
  through(document.body);
  watch = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "childList") record.addedNodes.forEach(through);
      else if (record.type === "attributes") lend(record.target, record.attributeName);
      else lend(record.target, null);
    }
    if (changed.length > 4000) changed = changed.filter(([held]) => held.deref()?.isConnected);
  });
  watch.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES
  });
}
