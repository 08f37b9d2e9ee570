/* Finding places and going back: a search box answered by the application, and the views one came from.
   Answers only ever become `textContent`. */
(function () {
  "use strict";
  var TC = window.TC;
  var WAIT_MS = 220, MOST_VIEWS = 60, CLOSEST = 16;

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  TC.search = function (map, address, words) {
    var box, field, list, hits = [], at = -1, asked = 0, timer = null, mark = null;
    var Search = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () {
        box = el("div", "tc-search leaflet-bar");
        box.setAttribute("role", "search");
        field = el("input", "", box);
        field.type = "search";
        field.placeholder = words.search;
        field.title = words.hint;
        field.autocomplete = "off";
        field.maxLength = 120;
        field.setAttribute("aria-label", words.search + ". " + words.hint);
        field.setAttribute("role", "combobox");
        field.setAttribute("aria-expanded", "false");
        list = el("div", "tc-hits", box);
        list.setAttribute("role", "listbox");
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        L.DomEvent.on(box, "keydown keyup keypress", L.DomEvent.stopPropagation);
        return box;
      }
    });
    new Search().addTo(map);
    // the corner puts the newest control last: the search stands first
    box.parentNode.insertBefore(box, box.parentNode.firstChild);

    function show(rows, note) {
      hits = rows;
      at = -1;
      list.textContent = "";
      rows.forEach(function (hit, i) {
        var row = el("button", "tc-hit", list);
        row.type = "button";
        row.tabIndex = -1;
        row.setAttribute("role", "option");
        el("b", "", row, hit.title);
        el("span", "", row, hit.detail);
        row.onclick = function () { go(i); };
      });
      if (note) el("div", "tc-no-hit", list, note).setAttribute("role", "status");
      field.setAttribute("aria-expanded", String(rows.length > 0));
    }

    function unmark() { if (mark) map.removeLayer(mark); mark = null; }

    function go(i) {
      var hit = hits[i], b = hit.bounds, bounds = L.latLngBounds([b[1], b[0]], [b[3], b[2]]);
      var point = b[0] === b[2] && b[1] === b[3], line = { color: "#1f2a37", weight: 2.5, dashArray: "5 4", fill: false, interactive: false };
      unmark();
      mark = point ? L.circleMarker(bounds.getCenter(), Object.assign({}, line, { radius: 11 })) : L.rectangle(bounds.pad(0.06), line);
      mark.bindTooltip(el("div", "tc-tip", null, hit.title), { permanent: true, direction: "top", className: "tc-found" }).addTo(map);
      map.tcKept = true;
      show([]);
      field.value = hit.title;
      field.blur();
      if (point) map.flyTo(bounds.getCenter(), Math.max(map.getZoom(), CLOSEST - 1), { duration: 0.8 });
      else map.flyToBounds(bounds, { maxZoom: CLOSEST, padding: [40, 40], duration: 0.8 });
    }

    function ask() {
      var text = field.value.trim(), mine = ++asked;
      if (!text) { show([]); return; }
      fetch(address + "?q=" + encodeURIComponent(text)).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      }).then(function (rows) {
        if (mine === asked) show(rows, rows.length ? "" : words.none);
      }).catch(function () { if (mine === asked) show([], words.failed); });
    }

    field.addEventListener("input", function () {
      clearTimeout(timer);
      if (!field.value) { asked++; show([]); unmark(); return; }
      timer = setTimeout(ask, WAIT_MS);
    });
    field.addEventListener("keydown", function (e) {
      var rows = list.querySelectorAll(".tc-hit");
      if (e.key === "Escape") { asked++; clearTimeout(timer); field.value = ""; show([]); unmark(); }
      else if (e.key === "Enter") { if (hits.length) go(at < 0 ? 0 : at); else { clearTimeout(timer); ask(); } }
      else if (rows.length && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
        at = (at + (e.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
        rows.forEach(function (row, i) { row.classList.toggle("tc-at", i === at); row.setAttribute("aria-selected", String(i === at)); });
        rows[at].scrollIntoView({ block: "nearest" });
      } else return;
      e.preventDefault();
    });
  };

  /* Back to the view before, and forward again. Views of the first moments, while the map still takes its
     size, are no views that anybody chose. */
  TC.views = function (map, words) {
    var views = [], at = -1, going = false, settled = false, buttons = {};
    var Views = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () {
        var bar = el("div", "leaflet-bar tc-views");
        [["back", "←", -1], ["forward", "→", 1]].forEach(function (way) {
          var button = (buttons[way[0]] = el("button", "", bar, way[1]));
          button.type = "button";
          button.title = words[way[0]];
          button.setAttribute("aria-label", words[way[0]]);
          button.onclick = function () { go(way[2]); };
        });
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      }
    });
    new Views().addTo(map);

    function draw() {
      buttons.back.disabled = at < 1;
      buttons.forward.disabled = at >= views.length - 1;
    }
    function go(step) {
      var view = views[at + step];
      if (!view) return;
      at += step;
      going = true;
      map.tcKept = true;
      map.setView(view.center, view.zoom, { animate: false });
      going = false;
      draw();
    }
    function same(a, b) {
      return a && a.zoom === b.zoom && map.project(a.center, b.zoom).distanceTo(map.project(b.center, b.zoom)) < 2;
    }
    map.on("moveend", function () {
      var now = { center: map.getCenter(), zoom: map.getZoom() };
      if (going || (settled && same(views[at], now))) return;
      // a map that is fitted again where its frame changes has no view to go back to
      if (!settled || map.tcFits) { views = []; at = -1; }
      views = views.slice(0, at + 1).concat([now]).slice(-MOST_VIEWS);
      at = views.length - 1;
      draw();
    });
    function settle() { settled = true; }
    ["mousedown", "wheel", "keydown", "touchstart"].forEach(function (name) {
      map.getContainer().addEventListener(name, settle, { once: true, passive: true, capture: true });
    });
    setTimeout(settle, 3000);
    draw();
  };
})();
