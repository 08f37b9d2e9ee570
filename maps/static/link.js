/* A link to what the page shows: the address with the run, and the maps as they stand now: their views, and of the
   first which layers are ticked, how strong and in which order, and the map below them. The address follows the maps,
   so that a reload and a bookmark come back to the same.

   `view=21.01,105.5,13,conflict*21.02,105.6,15,conflict-draw`: where each map stands, by its name.

   `layers=noise.h*land_use_2025.s.o5.z41`: of every layer that stands otherwise than the page gave it its name, then
   h hidden or s shown, o opacity in tenths, z order. Whoever wrote it may be anybody: names are looked up among the
   layers of the map, numbers have bounds, and text only ever becomes `textContent`. A map from outside that a link
   names is offered, never taken: nothing is asked from outside until a reader says so. */
const EVERY_MS = 700, PATIENCE_MS = 4000, MOST = 60, MOST_MAPS = 6, LONGEST = 2000, DEEPEST = 200;

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

/* Maps that are to be seen, in the order of the page. */
function mapsShown() {
  const found = [];
  for (const frame of document.querySelectorAll("iframe")) {
    try {
      const map = frame.contentWindow.map;
      if (map && map.getCenter && frame.offsetParent !== null) found.push(map);
    } catch (other) { /* a frame of somebody else */ }
  }
  return found;
}

function viewOf(map) {
  const centre = map.getCenter(), name = map.tcName ? "," + nameIn(map.tcName) : "";
  return centre.lat.toFixed(6) + "," + centre.lng.toFixed(6) + "," + Math.round(map.getZoom() * 100) / 100 + name;
}

/* A pair is one map twice; views that stood there before come last. */
function viewsOf(maps, before) {
  const all = new Map();
  for (const view of [...maps.map(viewOf), ...(before || "").split("*")]) {
    const name = view.split(",")[3] || "";
    if (view && !all.has(name) && (name || !all.size)) all.set(name, view);
  }
  return [...all.values()].slice(0, MOST_MAPS).join("*");
}

/* Does the address say where a map stands: by its name, or by a view for all maps? */
function saidIn(text, map) {
  const [lat, lng, zoom, name = ""] = viewOf(map).split(",");
  const views = (text || "").split("*").map((view) => view.split(","));
  const view = views.find((one) => one[3] === name) || views.find((one) => one.length === 3) || [];
  return [lat, lng, zoom].every((value, i) => Number(view[i]) === Number(value));
}

/* Maps whose view was chosen: by the reader's hand, a link, a row of a table. A touch alone chooses none. */
function chosen(maps) {
  return maps.filter((one) => one.tcKept && (!one.tcStore || one.tcStore.center));
}

function address(data) {
  const here = new URL(window.location.href);
  for (const [name, value] of Object.entries(data.params)) {
    if (value === "") here.searchParams.delete(name);
    else here.searchParams.set(name, value);
  }
  const maps = mapsShown(), map = maps[0];
  if (map) {
    here.searchParams.set("view", viewsOf(maps));
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
  let map = null, stood = null;
  /* The first view of a map is its own affair; what the reader makes of it goes into the address, and goes there
     again when the page writes an address without it. A map of the page before, still to be seen while the next one
     comes, has nothing to say of that. Of a pair, one map speaks. */
  function unsaidOf(maps, text) {
    const names = new Set(), path = window.location.pathname;
    return chosen(maps).filter((one) => {
      one.tcPath = one.tcPath || path;
      const first = !names.has(one.tcName);
      names.add(one.tcName);
      return first && one.tcPath === path && !saidIn(text, one);
    });
  }
  const timer = window.setInterval(() => {
    const maps = mapsShown(), shown = maps[0], here = new URL(window.location.href), views = here.searchParams.get("view");
    if (!shown) return;
    const unsaid = unsaidOf(maps, views);
    if (shown !== map && !shown.tcLinked) {
      shown.tcLinked = true;
      take(shown, data, say);
    }
    const other = shown !== map;
    map = shown;
    const stands = layersOf(map) + " " + (map.tcBase ? map.tcBase() : ""), changed = !other && stood !== null && stands !== stood;
    stood = stands;
    if (!unsaid.length && !changed) return;
    if (unsaid.length) here.searchParams.set("view", viewsOf(unsaid, views));
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
