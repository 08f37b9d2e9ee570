/* Two or more periods on one place: a divider that clips panes, two maps that move together, a slider over
   named periods that can also blink, and a view that is kept when one of these gives way to another.

   What is shown comes with a group whose `options.tc.mode` says how; layers say by `options.tc.side` which
   period they show. The map itself never changes. Text from data only ever becomes `textContent`. */
(function () {
  "use strict";
  var TC = window.TC;
  var STEP = 0.02, EDGE = 0.02, BLINK_MS = 1100;

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  /* Views outlive the frame they were chosen in: they are kept by the page that holds the frames. */
  function memory() {
    try {
      var page = window.parent;
      page.tcViews = page.tcViews || { id: Math.random().toString(36).slice(2), views: {} };
      return page.tcViews;
    } catch (outside) { return { id: "alone", views: {} }; }
  }

  function viewOf(map) { var c = map.getCenter(); return { center: [c.lat, c.lng], zoom: map.getZoom() }; }

  function onTouch(map, act) {
    ["mousedown", "wheel", "keydown", "touchstart"].forEach(function (name) {
      map.getContainer().addEventListener(name, act, { passive: true, capture: true });
    });
  }

  TC.keepView = function (map, name) {
    var views = memory().views, kept = views[name];
    map.tcStore = views[name] = kept || {};
    map.tcGone = map.tcStore.gone || 0;
    if (map.tcStore.center) {
      map.tcKept = true;
      map.setView(map.tcStore.center, map.tcStore.zoom, { animate: false });
    }
    onTouch(map, function () { map.tcKept = true; });
    map.on("moveend", function () { if (map.tcKept) Object.assign(map.tcStore, viewOf(map)); });
  };

  /* The page asks for a place by a number that grows; each frame goes there once. */
  function goTo(map, go) {
    if (!go || !(go.n > map.tcGone)) return;
    map.tcGone = map.tcStore.gone = go.n;
    map.tcKept = true;
    map.setView(go.center, go.zoom, { animate: false, reset: true });
  }

  function cross(map) {
    var box = el("div", "tc-cross", map.getContainer());
    box.setAttribute("aria-hidden", "true");
    el("i", "tc-cross-x", box); el("i", "tc-cross-y", box); el("i", "tc-cross-o", box);
    return function (at) {
      box.style.display = at ? "block" : "none";
      if (!at) return;
      var p = map.latLngToContainerPoint(at);
      box.style.setProperty("--x", p.x + "px");
      box.style.setProperty("--y", p.y + "px");
    };
  }

  /* Maps of one name move together. Only the map under the reader's hand speaks; what a map hears it never
     says again, so nothing goes round in a circle. */
  TC.link = function (map, name) {
    if (!window.BroadcastChannel) return;
    var line = new BroadcastChannel("tc-" + memory().id + "-" + name), leads = false, hears = false, point = cross(map);
    function say(kind, value) { if (!hears) line.postMessage({ kind: kind, value: value }); }
    function show(at) { point(at && L.latLng(at)); }
    onTouch(map, function () { leads = true; });
    map.on("move", function () { if (leads) say("view", viewOf(map)); });
    map.on("mousemove", function (e) { var at = [e.latlng.lat, e.latlng.lng]; show(at); say("point", at); });
    map.on("mouseout", function () { show(null); say("point", null); });
    map.on("tc:state", function (e) { say("state", { key: e.key, show: e.show, opacity: e.opacity, order: e.order }); });
    map.on("tc:base", function (e) { say("base", e.id); });
    line.onmessage = function (e) {
      hears = true;
      if (e.data.kind === "view") {
        leads = false;
        map.tcKept = true;
        map.setView(e.data.value.center, e.data.value.zoom, { animate: false });
      } else if (e.data.kind === "point") { show(e.data.value); }
      else if (e.data.kind === "base") { map.fire("tc:take-base", { id: e.data.value }); }
      else { map.fire("tc:take-state", e.data.value); }
      hears = false;
    };
  };

  function sidePanes(map, sides, act) {
    Object.keys(sides).forEach(function (id) {
      var pane = TC.paneOf(map, id);
      if (pane) act(pane, sides[id]);
    });
  }

  function free(map) {
    var panes = map.getPanes();
    for (var name in panes) if (/^tc-\d+-/.test(name)) { panes[name].style.clipPath = ""; panes[name].style.visibility = ""; }
  }

  function swipe(map, sides, facts, words) {
    var at = map.tcSwipe === undefined ? 0.5 : map.tcSwipe;
    var bar = el("div", "tc-swipe", map.getContainer());
    bar.tabIndex = 0;
    bar.setAttribute("role", "slider");
    bar.setAttribute("aria-orientation", "horizontal");
    bar.setAttribute("aria-label", words.swipe + ": " + facts.labels.join(" | "));
    bar.setAttribute("aria-valuemin", "0"); bar.setAttribute("aria-valuemax", "100");
    // in the corners, where each has half of the map whatever the divider does
    var names = ["left", "right"].map(function (edge, i) {
      return el("span", "tc-swipe-name tc-swipe-" + edge, map.getContainer(), facts.labels[i]);
    });
    el("span", "tc-swipe-grip", bar, "◂▸").setAttribute("aria-hidden", "true");

    function box(x0, y0, x1, y1) {
      return "polygon(" + [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(function (p) {
        return p[0] + "px " + p[1] + "px";
      }).join(",") + ")";
    }

    function draw() {
      var size = map.getSize(), nw = map.containerPointToLayerPoint([0, 0]), x = nw.x + size.x * at, low = nw.y + size.y;
      bar.style.left = 100 * at + "%";
      bar.setAttribute("aria-valuenow", String(Math.round(100 * at)));
      sidePanes(map, sides, function (pane, side) {
        pane.style.clipPath = side === 0 ? box(nw.x, nw.y, x, low) : box(x, nw.y, nw.x + size.x, low);
      });
    }

    function move(to) { at = map.tcSwipe = Math.min(1 - EDGE, Math.max(EDGE, to)); draw(); }

    bar.addEventListener("pointerdown", function (e) {
      bar.setPointerCapture(e.pointerId);
      bar.focus({ preventScroll: true });
      e.preventDefault();
      e.stopPropagation();
    });
    bar.addEventListener("pointermove", function (e) {
      if (!bar.hasPointerCapture(e.pointerId)) return;
      var edges = map.getContainer().getBoundingClientRect();
      move((e.clientX - edges.left) / edges.width);
    });
    bar.addEventListener("keydown", function (e) {
      var far = e.shiftKey ? 5 * STEP : STEP;
      var to = { ArrowLeft: at - far, ArrowRight: at + far, PageDown: at - 0.1, PageUp: at + 0.1, Home: 0, End: 1 }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      e.stopPropagation();
      move(to);
    });
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.on(bar, "touchstart touchmove", L.DomEvent.stopPropagation);
    map.on("move zoomend viewreset resize", draw);
    // on paper the line stands where it stands on the screen
    map.tcDivider = function () { var size = map.getSize(); return map.containerPointToLatLng([size.x * at, size.y / 2]).lng; };
    return {
      draw: draw,
      end: function () { map.off("move zoomend viewreset resize", draw); delete map.tcDivider; names.forEach(function (name) { name.remove(); }); bar.remove(); }
    };
  }

  function periods(map, sides, facts, words) {
    var last = facts.labels.length - 1, timer = null;
    var now = Math.min(map.tcPeriod === undefined ? facts.start || 0 : map.tcPeriod, last);
    var box = el("div", "tc-time", map.getContainer());
    var play = el("button", "tc-time-play", box);
    var middle = el("div", "tc-time-middle", box);
    var name = el("output", "tc-time-name", middle);
    var slide = el("input", "", middle);
    var marks = el("div", "tc-time-marks", middle);
    play.type = "button";
    slide.type = "range"; slide.min = 0; slide.max = last; slide.step = 1;
    slide.setAttribute("aria-label", words.period);
    facts.labels.forEach(function (label, i) {
      var mark = el("button", "", marks, (facts.marks || facts.labels)[i]);
      mark.type = "button";
      mark.tabIndex = -1;
      mark.title = label;
      mark.onclick = function () { stop(); show(i); };
    });

    /* Tiles of the period shown and of the next one; blinking needs no more, a jump waits a moment. */
    map.tcAwake = function (tc) {
      var next = now === last ? 0 : now + 1;
      return tc.side === undefined || tc.side === null || tc.side === now || tc.side === next;
    };
    map.fire("tc:awake");

    function draw() {
      name.textContent = facts.labels[now];
      slide.value = now;
      slide.setAttribute("aria-valuetext", facts.labels[now]);
      Array.prototype.forEach.call(marks.children, function (mark, i) { mark.classList.toggle("tc-now", i === now); });
      sidePanes(map, sides, function (pane, side) { pane.style.visibility = side === now ? "" : "hidden"; });
    }
    function show(i) { now = map.tcPeriod = i; draw(); map.fire("tc:awake"); }
    function said() {
      play.textContent = timer ? "❚❚" : "▶";
      play.title = timer ? words.stop : words.blink;
      play.setAttribute("aria-label", play.title);
      play.setAttribute("aria-pressed", String(Boolean(timer)));
    }
    function stop() { clearInterval(timer); timer = null; map.tcPlays = false; said(); }
    function start() {
      timer = setInterval(function () { show(now === last ? 0 : now + 1); }, BLINK_MS);
      map.tcPlays = true;
      said();
    }
    play.onclick = function () { if (timer) stop(); else start(); };
    slide.oninput = function () { stop(); show(Number(slide.value)); };
    slide.addEventListener("keydown", function (e) { e.stopPropagation(); });
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    var still = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (map.tcPlays === undefined ? facts.plays && !still : map.tcPlays) start(); else said();
    return { draw: draw, end: function () { clearInterval(timer); delete map.tcAwake; map.fire("tc:awake"); box.remove(); } };
  }

  function single(map, sides, facts) {
    var name = facts.labels[0] && el("div", "tc-side-name", map.getContainer(), facts.labels[0]);
    var panel = map.getContainer().querySelector(".tc-panel");
    if (panel) panel.style.display = facts.legend === false ? "none" : "";
    map.tcPaired = true;
    return { draw: function () {}, end: function () { delete map.tcPaired; if (name) name.remove(); } };
  }

  var KINDS = { swipe: swipe, periods: periods, single: single };

  TC.compare = function (map, words) {
    var sides = {}, facts = null, shown = null, said = "", waiting = null;

    function refresh() {
      waiting = null;
      var next = facts ? JSON.stringify([facts.mode, facts.labels]) : "";
      if (next !== said) {
        if (shown) shown.end();
        // another way of looking starts anew: the divider in the middle, the first period
        if (said && facts && JSON.parse(said)[0] !== facts.mode) map.tcPlays = map.tcPeriod = undefined;
        free(map);
        said = next;
        shown = facts ? KINDS[facts.mode](map, sides, facts, words) : null;
        map.fire("tc:covers");
      }
      if (shown) shown.draw();
    }

    function later() { if (!waiting) waiting = setTimeout(refresh, 0); }

    map.on("layeradd", function (e) {
      var tc = e.layer.options && e.layer.options.tc;
      if (!tc) return;
      if (tc.mode) { facts = tc; goTo(map, tc.go); }
      if (tc.side !== undefined && tc.side !== null) sides[tc.id] = tc.side;
      later();
    });
    map.on("layerremove", function (e) {
      var tc = e.layer.options && e.layer.options.tc;
      if (!tc) return;
      if (tc.mode && facts === tc) facts = null;
      delete sides[tc.id];
      later();
    });
  };
})();
