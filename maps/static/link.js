/* A link to what the page shows: the address with the run, and the map as it stands now: its view, which layers
   are ticked, how strong and in which order, and the map below them. The address follows the map, so that a reload
   and a bookmark come back to the same.

   `layers=noise.h*land_use_2025.s.o5.z41`: of every layer that stands otherwise than the page gave it its name, then
   h hidden or s shown, o opacity in tenths, z order. Whoever wrote it may be anybody: names are looked up among the
   layers of the map, numbers have bounds, and text only ever becomes `textContent`. A map from outside that a link
   names is offered, never taken: nothing is asked from outside until a reader says so. */
const EVERY_MS = 700, PATIENCE_MS = 4000, MOST = 60, LONGEST = 2000, DEEPEST = 200;

function nameIn(text) { return encodeURIComponent(text).replace(/[.*]/g, (c) => "%" + c.charCodeAt(0).toString(16)); }

function layersOf(map) {
  const parts = [];
  for (const { name, now, given } of map.tcLayers ? map.tcLayers() : []) {
    const said = [];
    if (now.show !== given.show) said.push(now.show ? "s" : "h");
    if (now.opacity !== given.opacity) said.push("o" + Math.round(now.opacity * 10));
    if (now.order !== given.order) said.push("z" + now.order);
    if (said.length) parts.push([nameIn(name), ...said].join("."));
  }
  return [...new Set(parts)].sort().slice(0, MOST).join("*");
}

function wantedBy(text) {
  const wanted = {}, odd = [];
  for (const part of text.slice(0, LONGEST).split("*").slice(0, MOST)) {
    const [name, ...said] = part.split("."), state = {};
    let fits = said.length > 0;
    for (const one of said) {
      const number = Number(one.slice(1));
      if (one === "h" || one === "s") state.show = one === "s";
      else if (/^o\d{1,2}$/.test(one) && number >= 1 && number <= 10) state.opacity = number / 10;
      else if (/^z\d{1,3}$/.test(one) && number <= DEEPEST) state.order = number;
      else fits = false;
    }
    try {
      if (fits) Object.defineProperty(wanted, decodeURIComponent(name), { value: state, enumerable: true });
      else odd.push(part);
    } catch (broken) { odd.push(part); }
  }
  return { wanted, odd };
}

/* What a link wants of a map that has just come; says what it names in vain once the layers are there. */
function take(map, data, say) {
  const here = new URL(window.location.href).searchParams, text = here.get("layers") || "", base = here.get("base") || "";
  const { wanted, odd } = text ? wantedBy(text) : { wanted: {}, odd: [] };
  if (text && map.tcTakeLayers) map.tcTakeLayers(wanted);
  const known = (map.tcBases || []).find((one) => one.id === base);
  if (base && !known) odd.push(base);
  if (known && map.tcBase() !== base) say.offer(data.base.replace("{title}", known.title), () => map.tcTakeBase(base));
  if (!text && !odd.length) return;
  window.setTimeout(() => {
    const there = (map.tcLayers ? map.tcLayers() : []).map((one) => one.name);
    const vain = odd.concat(Object.keys(wanted).filter((name) => !there.includes(name)));
    if (vain.length) say.tell(data.layers_wrong.replace("{found}", vain.join(", ").slice(0, 60)));
  }, PATIENCE_MS);
}

function sayer(parentElement) {
  const line = parentElement.querySelector("p"), offer = parentElement.querySelector("button.offer");
  return {
    tell(text) { line.textContent = text; line.hidden = false; },
    offer(text, act) {
      offer.textContent = text;
      offer.hidden = false;
      offer.onclick = () => { act(); offer.hidden = true; };
    },
  };
}

/* Into the address what stands otherwise than the page gave it; out of it what no longer does. */
function put(here, name, value) {
  if (value) here.searchParams.set(name, value);
  else here.searchParams.delete(name);
}

function mapShown() {
  for (const frame of document.querySelectorAll("iframe")) {
    try {
      const map = frame.contentWindow.map;
      if (map && map.getCenter && frame.offsetParent !== null) return map;
    } catch (other) { /* a frame of somebody else */ }
  }
  return null;
}

function viewOf(map) {
  const centre = map.getCenter();
  return centre.lat.toFixed(6) + "," + centre.lng.toFixed(6) + "," + Math.round(map.getZoom() * 100) / 100;
}

function address(data) {
  const here = new URL(window.location.href);
  for (const [name, value] of Object.entries(data.params)) {
    if (value === "") here.searchParams.delete(name);
    else here.searchParams.set(name, value);
  }
  const map = mapShown();
  if (map) {
    here.searchParams.set("view", viewOf(map));
    put(here, "layers", layersOf(map));
    put(here, "base", map.tcBase ? map.tcBase() : "");
  }
  return here;
}

function copyOldWay(text) {
  // without https a browser has no clipboard for scripts: select and copy as a reader would
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.appendChild(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

export default function (component) {
  const { parentElement, data } = component;
  const button = parentElement.querySelector("button.copy"), say = sayer(parentElement);
  button.textContent = data.label;
  button.title = data.hint;
  button.onclick = async () => {
    const text = address(data).toString();
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch (refused) {
      done = copyOldWay(text);
    }
    button.textContent = done ? data.copied : data.failed;
    button.dataset.link = text;
    window.setTimeout(() => { button.textContent = data.label; }, 2500);
  };
  let last = null, map = null, stood = null;
  const timer = window.setInterval(() => {
    const shown = mapShown();
    if (!shown) return;
    if (shown !== map && !shown.tcLinked) {
      shown.tcLinked = true;
      take(shown, data, say);
    }
    const other = shown !== map;
    map = shown;
    const now = viewOf(map), stands = layersOf(map) + " " + (map.tcBase ? map.tcBase() : "");
    // the first view of a map is its own affair; what the reader makes of it goes into the address
    const moved = last !== null && now !== last, changed = !other && stood !== null && stands !== stood;
    last = now;
    stood = stands;
    if (!moved && !changed) return;
    const here = new URL(window.location.href);
    if (moved) here.searchParams.set("view", now);
    if (changed) {
      // while the page answers, its layers are away for a moment
      if (!map.tcLayers().length) { stood = null; return; }
      put(here, "layers", layersOf(map));
      put(here, "base", map.tcBase());
    }
    window.history.replaceState(window.history.state, "", here);
  }, EVERY_MS);
  return () => window.clearInterval(timer);
}
