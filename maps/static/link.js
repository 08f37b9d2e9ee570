/* A link to what the page shows: the address with the run, and the view of the map as it stands now.
   The address follows the map, so that a reload and a bookmark come back to the same place. */
const EVERY_MS = 700;

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
  if (map) here.searchParams.set("view", viewOf(map));
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
  const button = parentElement.querySelector("button");
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
  let last = null;
  const timer = window.setInterval(() => {
    const map = mapShown();
    if (!map) return;
    const now = viewOf(map);
    // the first view of a map is its own affair; what the reader makes of it goes into the address
    if (last !== null && now !== last) {
      const here = new URL(window.location.href);
      here.searchParams.set("view", now);
      window.history.replaceState(window.history.state, "", here);
    }
    last = now;
  }, EVERY_MS);
  return () => window.clearInterval(timer);
}
