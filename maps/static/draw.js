/* Drawing and changing a boundary: polygons, rectangles along the grid of the workspace, handles for the corners.

   What is drawn goes to the page through `window.drawnItems`, the way the map component reads drawings, but with
   every digit (Leaflet's own GeoJSON keeps six, eleven centimetres) and with the revision it was made from. What the
   page wants shown comes with a group whose `options.tc.drawing` holds {n, parts}; a revision is taken once, so an
   echo of the reader's own strokes never takes the pencil away. While drawing, clicks stay with the pencil: the map
   would answer each of them with a run of the page.

   What is drawn stands in the storage of this browser tab too, corners of an unfinished outline with it: a reload
   begins a new session with an empty sheet, and what was left behind is put on it and told to the page. No other tab
   sees that storage. */
(function () {
  "use strict";
  var TC = window.TC;
  var PANE = "tc-97-drawing", NEAR_PX = 10, SNAP_PX = 12, MOST_HANDLES = 240, MOST_TARGETS = 40000;

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  function at(point) { return L.latLng(point[1], point[0]); }

  function points(list) {
    return Array.isArray(list) && list.every(function (p) { return Array.isArray(p) && p.length === 2 && p.every(isFinite); });
  }

  function sound(kept) {
    return kept && points(kept.draft) && Array.isArray(kept.parts) && kept.parts.every(function (part) {
      return Array.isArray(part) && part.length && part.every(function (ring) { return points(ring) && ring.length > 2; });
    });
  }

  /* What a tab remembers of a drawing; of a storage that is closed or full nothing is missed but this. */
  function shelf(key) {
    var name = "tc-draw-" + key;
    return {
      read: function () {
        try { var kept = JSON.parse(sessionStorage.getItem(name)); return sound(kept) ? kept : null; } catch (closed) { return null; }
      },
      write: function (kept) {
        try {
          if (kept) sessionStorage.setItem(name, JSON.stringify(kept));
          else sessionStorage.removeItem(name);
        } catch (full) { /* drawn for this session alone */ }
      }
    };
  }

  TC.draw = function (map, words, definition, key) {
    var memory = shelf(key), sheet = null, from = "", told = "";
    var parts = [], taken = null, mode = "", draft = [], snapping = false, pointer = null, reports = 0, targets = null;
    var grid = window.proj4 && definition ? proj4("EPSG:4326", definition) : null;
    var box = map.getContainer(), handles = L.layerGroup().addTo(map);
    var ink = { pane: PANE, color: "#5b3fa8", weight: 3, fillColor: "#5b3fa8", fillOpacity: 0.14, interactive: false };
    var face = L.polygon([], ink).addTo(map);
    var line = L.polyline([], Object.assign({}, ink, { dashArray: "6 5", weight: 2.5 })).addTo(map);

    /* ---- what is drawn, and what is said of it ---- */
    function flat(point) { return grid ? grid.forward(point) : point; }

    function ringHa(ring) {
      var xy = ring.map(flat), sum = 0;
      xy.forEach(function (a, i) { var b = xy[(i + 1) % xy.length]; sum += a[0] * b[1] - b[0] * a[1]; });
      return Math.abs(sum) / 2e4;
    }

    function areaHa() {
      return parts.reduce(function (all, part) {
        return all + part.reduce(function (sum, ring, i) { return sum + (i ? -1 : 1) * ringHa(ring); }, 0);
      }, 0);
    }

    function figure(value) {
      var digits = value < 10 ? 3 : 2, pieces = value.toFixed(digits).split(".");
      pieces[0] = pieces[0].replace(/\B(?=(\d{3})+$)/g, words.thousands);
      return pieces.join(words.decimal) + " ha";
    }

    function show() {
      face.setLatLngs(parts.map(function (part) { return part.map(function (ring) { return ring.map(at); }); }));
      var open = preview();
      line.setLatLngs(open.map(at));
      say(open);
      buttons.undo.disabled = !(draft.length || parts.length || taken);
      buttons.edit.disabled = !parts.length;
      buttons.clear.disabled = !parts.length && !draft.length;
    }

    function preview() {
      if (mode === "rectangle" && draft.length && pointer) {
        var four = rectangle(draft[0], pointer);
        return four.concat([four[0]]);
      }
      return draft.length && pointer ? draft.concat([pointer]) : draft;
    }

    function say(open) {
      var text = mode ? words["hint_" + mode] : "";
      if (mode === "polygon" && draft.length > 2) text = words.hint_close;
      if (mode === "rectangle" && draft.length) text = words.hint_corner;
      if (mode === "edit" && crowded()) text = words.hint_crowded;
      var area = mode === "polygon" || mode === "rectangle" ? (open.length > 2 ? ringHa(open) : 0) : areaHa();
      hint.textContent = [area ? figure(area) : "", told, text].filter(Boolean).join("  ·  ");
      hint.hidden = !hint.textContent;
    }

    function report(extra) {
      reports += 1;
      var facts = Object.assign({ n: taken, at: Date.now() + reports / 1000 }, extra);
      var geometry = parts.length ? { type: "MultiPolygon", coordinates: parts } : null;
      var feature = { type: "Feature", properties: facts, geometry: geometry };
      window.drawnItems = { toGeoJSON: function () { return { features: [feature] }; } };
      map.fire("draw:edited", { layer: {} });
    }

    function changed() { told = ""; show(); remember(); report({}); }

    function remember() {
      if (sheet === null) return;
      var any = parts.length || draft.length;
      memory.write(any ? { sheet: sheet, from: from, parts: parts, draft: draft, mode: draft.length ? mode : "" } : null);
    }

    /* A sheet that this tab hasn't drawn on is one of a new session: what was left of the last one goes on it. An
       outline that isn't closed yet is known to nobody but the tab. */
    function restore() {
      var kept = memory.read();
      if (!kept || kept.from !== from || (kept.sheet === sheet && !kept.draft.length)) { remember(); return; }
      var other = kept.sheet !== sheet && JSON.stringify(kept.parts) !== JSON.stringify(parts);
      if (other) parts = kept.parts;
      if (kept.draft.length) {
        enter(kept.mode === "rectangle" ? "rectangle" : "polygon");
        draft = kept.draft;
      }
      if (other || kept.draft.length) told = words.restored;
      show();
      remember();
      // the component listens a moment after it has put its groups on the map
      if (other) setTimeout(function () { report({ restored: true }); }, 400);
    }

    /* ---- corners of a rectangle follow the grid in which the land is measured ---- */
    function rectangle(a, b) {
      var p = flat(a), q = flat(b), four = [p, [q[0], p[1]], q, [p[0], q[1]]];
      return grid ? four.map(function (xy) { return grid.inverse(xy); }) : four;
    }

    /* ---- snapping: corners first, then edges of what the map shows as shapes ---- */
    function gather() {
      targets = [];
      map.eachLayer(function (layer) {
        if (!(layer instanceof L.Polyline) || layer === face || layer === line) return;
        var pane = map.getPane(layer.options.pane);
        if (pane && pane.style.display === "none") return;
        (function rings(list) {
          if (!list.length || targets.length > MOST_TARGETS) return;
          if (Array.isArray(list[0])) { list.forEach(rings); return; }
          list.forEach(function (one, i) { targets.push([one, list[i + 1] || (layer instanceof L.Polygon ? list[0] : null)]); });
        })(layer.getLatLngs());
      });
    }

    function snapped(latlng) {
      if (!snapping || !targets) return latlng;
      var here = map.latLngToLayerPoint(latlng), best = SNAP_PX, corner = null, edge = null, away = SNAP_PX;
      var view = map.getBounds().pad(0.2);
      targets.forEach(function (target) {
        if (!view.contains(target[0]) && !(target[1] && view.contains(target[1]))) return;
        var a = map.latLngToLayerPoint(target[0]), d = a.distanceTo(here);
        if (d < best) { best = d; corner = target[0]; }
        if (!target[1] || corner) return;
        var b = map.latLngToLayerPoint(target[1]), foot = L.LineUtil.closestPointOnSegment(here, a, b), e = foot.distanceTo(here);
        if (e < away) {
          var whole = a.distanceTo(b) || 1, share = a.distanceTo(foot) / whole;
          away = e;
          edge = L.latLng(target[0].lat + (target[1].lat - target[0].lat) * share,
                          target[0].lng + (target[1].lng - target[0].lng) * share);
        }
      });
      return corner || edge || latlng;
    }

    function placed(latlng) { var s = snapped(latlng); return [s.lng, s.lat]; }

    /* ---- drawing ---- */
    function near(point, latlng, px) {
      return map.latLngToContainerPoint(at(point)).distanceTo(map.latLngToContainerPoint(latlng)) <= px;
    }

    function add(latlng) {
      if (mode === "rectangle" && draft.length) { finish(rectangle(draft[0], placed(latlng))); return; }
      var closes = draft.length > 2 && near(draft[0], latlng, NEAR_PX);
      if (closes || (draft.length && near(draft[draft.length - 1], latlng, 4))) {
        if (draft.length > 2) finish(draft);
        return;
      }
      draft.push(placed(latlng));
      pointer = null;
      told = "";
      show();
      remember();
    }

    function finish(ring) {
      var xy = ring.map(flat), sum = 0;
      xy.forEach(function (a, i) { var b = xy[(i + 1) % xy.length]; sum += a[0] * b[1] - b[0] * a[1]; });
      parts = parts.concat([[sum < 0 ? ring.slice().reverse() : ring]]);
      draft = [];
      enter("edit");
      changed();
    }

    function back() {
      if (draft.length) { draft.pop(); show(); remember(); return; }
      if (taken === null && !parts.length) return;
      report({ undo: true });
    }

    function clear() { parts = []; draft = []; enter(""); changed(); }

    function enter(next) {
      mode = next;
      draft = [];
      pointer = null;
      box.classList.toggle("tc-draws", mode === "polygon" || mode === "rectangle");
      ["polygon", "rectangle", "edit"].forEach(function (name) { buttons[name].setAttribute("aria-pressed", String(mode === name)); });
      map.doubleClickZoom[mode ? "disable" : "enable"]();
      if (mode) gather();
      grips();
      show();
      remember();
    }

    /* ---- changing corners ---- */
    function crowded() {
      var view = map.getBounds(), count = 0;
      parts.forEach(function (part) { part.forEach(function (ring) { ring.forEach(function (p) { if (view.contains(at(p))) count += 1; }); }); });
      return count > MOST_HANDLES;
    }

    function grips() {
      handles.clearLayers();
      if (mode !== "edit" || crowded()) return;
      var view = map.getBounds().pad(0.1);
      parts.forEach(function (part, p) {
        part.forEach(function (ring, r) {
          ring.forEach(function (point, i) {
            var next = ring[(i + 1) % ring.length];
            if (view.contains(at(point))) grip(p, r, i, point);
            if (view.contains(at(point)) || view.contains(at(next))) middle(p, r, i, [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2]);
          });
        });
      });
    }

    function mark(point, name, title) {
      var icon = L.divIcon({ className: "tc-grip " + name, iconSize: [14, 14] });
      return L.marker(at(point), { icon: icon, draggable: true, title: title, alt: title, bubblingMouseEvents: false, zIndexOffset: name ? 0 : 500 }).addTo(handles);
    }

    function grip(p, r, i, point) {
      var dot = mark(point, "", words.corner + " " + (i + 1));
      dot.on("drag", function () { parts[p][r][i] = placed(dot.getLatLng()); show(); });
      dot.on("dragend", function () { grips(); changed(); });
      dot.on("contextmenu", function (e) { L.DomEvent.stop(e.originalEvent); drop(p, r, i); });
      L.DomEvent.on(dot.getElement(), "keydown", function (e) { keyed(e, p, r, i); });
    }

    function middle(p, r, i, point) {
      var dot = mark(point, "tc-grip-new", words.add), inside = false;
      function insert() { if (!inside) { parts[p][r].splice(i + 1, 0, placed(dot.getLatLng())); inside = true; } }
      dot.on("dragstart", insert);
      dot.on("drag", function () { parts[p][r][i + 1] = placed(dot.getLatLng()); show(); });
      dot.on("dragend", function () { grips(); changed(); });
      dot.on("click", function () { insert(); grips(); changed(); });
    }

    function drop(p, r, i) {
      if (parts[p][r].length > 3) { parts[p][r].splice(i, 1); grips(); changed(); return; }
      hint.hidden = false;
      hint.textContent = words.hint_three;
    }

    var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    function keyed(e, p, r, i) {
      if (e.key === "Delete" || e.key === "Backspace") { L.DomEvent.stop(e); drop(p, r, i); return; }
      var step = STEPS[e.key];
      if (!step) return;
      L.DomEvent.stop(e);
      var from = map.latLngToContainerPoint(at(parts[p][r][i])), by = e.shiftKey ? 10 : 1;
      parts[p][r][i] = placed(map.containerPointToLatLng(from.add([step[0] * by, step[1] * by])));
      e.target._leaflet_pos && handles.eachLayer(function (dot) { if (dot.getElement() === e.target) dot.setLatLng(at(parts[p][r][i])); });
      changed();
    }

    /* ---- controls ---- */
    var bar = el("div", "tc-draw", box), buttons = {};
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", words.toolbar);
    function button(name, act) {
      var b = (buttons[name] = el("button", "", bar, words[name]));
      b.type = "button";
      b.title = words["title_" + name] || words[name];
      b.onclick = act;
    }
    ["polygon", "rectangle", "edit"].forEach(function (name) { button(name, function () { enter(mode === name ? "" : name); }); });
    button("snap", function () { snapping = !snapping; buttons.snap.setAttribute("aria-pressed", String(snapping)); gather(); });
    buttons.snap.setAttribute("aria-pressed", "false");
    button("undo", back);
    button("clear", clear);
    L.DomEvent.disableClickPropagation(bar);
    // on a narrow map the tools stand in rows, and what is said of them above the last
    new ResizeObserver(function () { box.style.setProperty("--tc-tools", bar.offsetHeight + "px"); }).observe(bar);
    var hint = el("div", "tc-draw-hint", box);
    hint.setAttribute("role", "status");

    function drawing() { return mode === "polygon" || mode === "rectangle"; }
    function onMap(e) { return drawing() && !(e.target.closest && e.target.closest(".leaflet-control, .tc-draw, .tc-time, .tc-swipe")); }
    box.addEventListener("click", function (e) {
      if (!onMap(e)) return;
      e.stopImmediatePropagation();
      if (!(map.dragging && map.dragging.moved())) add(map.mouseEventToLatLng(e));
    }, true);
    box.addEventListener("dblclick", function (e) { if (onMap(e) || mode === "edit") e.stopImmediatePropagation(); }, true);
    map.on("mousemove", function (e) {
      if (!drawing() || !draft.length) return;
      pointer = placed(e.latlng);
      show();
    });
    map.on("moveend", function () { if (mode === "edit") { grips(); show(); } });
    document.addEventListener("keydown", function (e) {
      if (e.key === "Escape" && mode) { enter(""); return; }
      var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
      if (typing || !((e.key === "z" && (e.ctrlKey || e.metaKey)) || (e.key === "Backspace" && draft.length))) return;
      e.preventDefault();
      back();
    });

    map.on("layeradd", function (e) {
      var given = e.layer.options && e.layer.options.tc && e.layer.options.tc.drawing;
      if (!given || given.n === taken) { if (drawing()) gather(); return; }
      var begins = sheet !== given.sheet;
      taken = given.n;
      parts = given.parts;
      if (begins) sheet = null;  // nothing is remembered of a sheet before what was left behind is looked at
      enter(mode === "edit" && parts.length ? "edit" : "");
      if (!begins) return;
      sheet = given.sheet;
      from = given.from;
      restore();
    });
    enter("");
  };
})();
