/* Controls of the map that no library has: a layer panel with groups, legend, opacity and zoom-to, tooltips
   made of plain text, hatchings, and the position of the pointer in VN-2000.

   A layer takes part by `options.tc = {id, order, group, title, legend: [{fill, stroke, dash, label}], opacity, show}`.
   Text from data only ever becomes `textContent`, so nothing in an attribute can run. */
(function () {
  "use strict";
  var TC = (window.TC = window.TC || {});

  /* Leaflet takes the focus when the mouse goes down; inside a frame that scrolls the page around it, and the
     click then lands somewhere else than where it was aimed. */
  L.Map.Keyboard.include({
    _onMouseDown: function () {
      if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
    }
  });

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  /* The page's own letters in the frame of the map too; a file, and a page that hides them, have others. */
  try {
    var link = window.parent !== window && window.parent.document.querySelector("link[rel=preload][as=font]");
    if (link) {
      new FontFace("Source Sans", "url(" + link.href + ")", { weight: "200 900" }).load()
        .then(function (face) { document.fonts.add(face); }, function () {});
    }
  } catch (outside) { /* not ours to read */ }

  /* A pane named tc-ORDER-ID is made when a layer first asks for it; order decides what lies on top. */
  TC.panes = function (map) {
    // names of provinces would lie on one another where the whole country is seen
    function near() { map.getContainer().classList.toggle("tc-near", map.getZoom() >= 7); }
    map.on("zoomend", near).whenReady(near);
    var waits = null;
    function spread() { if (!waits) waits = setTimeout(function () { waits = null; TC.spread(map); }, 50); }
    map.on("zoomend viewreset layeradd tc:state", spread);
    var known = map.getPane;
    map.getPane = function (name) {
      var pane = known.call(map, name);
      var asked = !pane && typeof name === "string" && /^tc-(\d+)-/.exec(name);
      if (asked) {
        pane = map.createPane(name);
        pane.style.zIndex = 300 + Number(asked[1]);
      }
      return pane;
    };
  };

  /* Text that stands on the map: a badge in the colour and the line of its layer, or a plain name. */
  function signed(at, facts, style, pane) {
    var text = el("span", "", null, facts.sign);
    if (style.fill) {
      text.style.borderColor = style.color;
      text.style.borderStyle = style.dashArray ? "dashed" : "solid";
    }
    var icon = L.divIcon({ className: style.fill ? "tc-badge" : "tc-name", html: text, iconSize: [0, 0] });
    return L.marker(at, { pane: pane, icon: icon, interactive: Boolean(facts.tip), keyboard: false });
  }

  /* Numbers that fall on one place stand beside one another, the first of them at the place: below it they would
     be known to nobody. Names keep clear of them and of one another, and those without room come with nearness. */
  var ASIDE = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1], [0, 2], [0, -2]];
  TC.spread = function (map) {
    var boxes = [];
    function named(one) { return one.parentNode.classList.contains("tc-name"); }
    var signs = Array.prototype.filter.call(map.getContainer().querySelectorAll(".tc-badge span, .tc-name span"), function (one) { return one.offsetWidth; });
    signs.sort(function (a, b) { return named(a) - named(b) || a.textContent.localeCompare(b.textContent, "vi", { numeric: true }); });
    signs.forEach(function (one) {
      var at = L.DomUtil.getPosition(one.parentNode) || L.point(0, 0), wide = one.offsetWidth + 1, tall = one.offsetHeight + 1;
      var ways = ASIDE.slice(0, named(one) ? 3 : ASIDE.length).map(function (by) {
        var x = at.x + by[0] * wide - wide / 2, y = at.y + by[1] * tall - tall / 2;
        return { by: [by[0] * wide, by[1] * tall], box: [x, y, x + wide, y + tall] };
      });
      var place = ways.find(function (way) {
        return boxes.every(function (b) {
          return way.box[2] <= b[0] || way.box[0] >= b[2] || way.box[3] <= b[1] || way.box[1] >= b[3];
        });
      });
      one.style.visibility = place || !named(one) ? "" : "hidden";
      if (place || !named(one)) boxes.push((place || ways[0]).box);
      one.style.marginLeft = (place || ways[0]).by[0] + "px";
      one.style.marginTop = (place || ways[0]).by[1] + "px";
    });
  };

  TC.features = function (group, data, styles, pane) {
    L.geoJson(data, {
      pane: pane,
      smoothFactor: 0.5,
      style: function (feature) { return styles[feature.properties.look] || styles[0]; },
      pointToLayer: function (feature, at) {
        var facts = feature.properties;
        return facts.sign ? signed(at, facts, styles[facts.look] || styles[0], pane)
          : L.circleMarker(at, { pane: pane, radius: 5 });
      }
    }).addTo(group);
  };

  /* Tiles are put on the map by the panel, for as long as they can be seen. */
  TC.tiles = function (group, address, options) { group.tcTiles = { address: address, options: options }; };

  TC.hatchings = function (map, hatchings) {
    var ns = "http://www.w3.org/2000/svg";
    var svg = document.createElementNS(ns, "svg");
    svg.setAttribute("width", "0");
    svg.setAttribute("height", "0");
    svg.style.position = "absolute";
    var defs = svg.appendChild(document.createElementNS(ns, "defs"));
    hatchings.forEach(function (h) {
      var pattern = defs.appendChild(document.createElementNS(ns, "pattern"));
      pattern.setAttribute("id", "tc-" + h.id);
      pattern.setAttribute("width", h.size);
      pattern.setAttribute("height", h.size);
      pattern.setAttribute("patternUnits", "userSpaceOnUse");
      var ground = pattern.appendChild(document.createElementNS(ns, "rect"));
      ground.setAttribute("width", h.size);
      ground.setAttribute("height", h.size);
      ground.setAttribute("fill", h.fill);
      var path = pattern.appendChild(document.createElementNS(ns, "path"));
      path.setAttribute("d", h.path);
      path.setAttribute("stroke", h.stroke);
      path.setAttribute("stroke-width", h.width);
      path.setAttribute("fill", "none");
    });
    document.body.appendChild(svg);
  };

  function tooltips(layer) {
    if (layer.eachLayer) layer.eachLayer(tooltips);
    var lines = layer.feature && layer.feature.properties && layer.feature.properties.tip;
    if (!lines || !layer.bindTooltip || layer.getTooltip()) return;
    var box = el("div", "tc-tip");
    lines.forEach(function (line, i) { el("div", i ? "" : "tc-tip-title", box, line); });
    layer.bindTooltip(box, { sticky: true });
    // a listener for the focus makes a stop of the keyboard out of every feature: hundreds before the next button
    var shape = layer.getElement && layer.getElement();
    if (shape) shape.setAttribute("tabindex", "-1");
  }

  function swatch(item, parent) {
    var ns = "http://www.w3.org/2000/svg";
    var svg = parent.appendChild(document.createElementNS(ns, "svg"));
    svg.setAttribute("width", "22");
    svg.setAttribute("height", "14");
    svg.setAttribute("aria-hidden", "true");
    var shape = svg.appendChild(document.createElementNS(ns, item.line ? "path" : item.point ? "circle" : "rect"));
    if (item.line) { shape.setAttribute("d", "M1 7H21"); }
    else if (item.point) { shape.setAttribute("cx", "11"); shape.setAttribute("cy", "7"); shape.setAttribute("r", "5"); }
    else { shape.setAttribute("x", "1"); shape.setAttribute("y", "1"); shape.setAttribute("width", "20"); shape.setAttribute("height", "12"); }
    shape.setAttribute("fill", item.line ? "none" : item.fill || "none");
    shape.setAttribute("fill-opacity", item.opacity === undefined ? 1 : item.opacity);
    shape.setAttribute("stroke", item.stroke || "none");
    shape.setAttribute("stroke-width", item.weight || 1.5);
    if (item.dash) shape.setAttribute("stroke-dasharray", item.dash);
    if (item.over) {
      var over = svg.appendChild(shape.cloneNode());
      over.setAttribute("fill", item.over);
    }
  }

  TC.paneOf = function (map, id) {
    var panes = map.getPanes();
    for (var name in panes) if (name.replace(/^tc-\d+-/, "") === id && name.indexOf("tc-") === 0) return panes[name];
    return null;
  };

  /* Layers of several periods that stand for one thing share a row, a legend and a state: their twin name. */
  function keyOf(tc) { return tc.twin || tc.id; }

  TC.panel = function (map, words) {
    var layers = {}, state = {}, given = {}, wanted = {}, waiting = null;
    var Panel = L.Control.extend({
      options: { position: "topright" },
      onAdd: function () {
        var box = el("div", "tc-panel leaflet-bar");
        var head = el("button", "tc-panel-head", box, words.layers);
        head.type = "button";
        head.setAttribute("aria-expanded", "true");
        var body = el("div", "tc-panel-body", box);
        this.body = el("div", "", body);
        // what lies below everything comes last, and isn't built anew with the layers
        map.tcPanelBase = el("div", "", body);
        function fold(closed) {
          box.classList.toggle("tc-closed", closed);
          head.setAttribute("aria-expanded", String(!closed));
        }
        function byWidth() { if (map.getSize().x) fold(map.getSize().x < 720); }
        head.onclick = function () {
          // whoever opens or closes it has it so at any width
          map.off("resize", byWidth);
          fold(!box.classList.contains("tc-closed"));
        };
        byWidth();
        map.on("resize", byWidth);
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      }
    });
    var panel = new Panel().addTo(map);

    /* What is to be seen, the lowest first: for a print of it. */
    map.tcShown = function () {
      return Object.keys(layers).filter(function (id) {
        var tc = layers[id].options.tc, pane = TC.paneOf(map, id);
        return !tc.mode && state[keyOf(tc)].show && !(pane && pane.style.visibility === "hidden");
      }).sort(function (a, b) {
        return state[keyOf(layers[a].options.tc)].order - state[keyOf(layers[b].options.tc)].order;
      }).map(function (id) { return [id, state[keyOf(layers[id].options.tc)].opacity]; });
    };

    function twins(key) {
      return Object.keys(layers).filter(function (id) { return keyOf(layers[id].options.tc) === key; });
    }

    function apply(key) {
      var s = state[key];
      twins(key).forEach(function (id) {
        var pane = TC.paneOf(map, id);
        if (!pane) return;
        pane.style.display = s.show ? "" : "none";
        pane.style.opacity = s.opacity;
        pane.style.zIndex = 300 + s.order;
      });
      tend();
    }

    /* Tiles are asked for while somebody can see them. The component takes every group away and puts it back
       when one of them changes: tiles of an address that is still wanted stay as they are. */
    var tiles = {}, tending = null;
    // a moment later, when what compares periods knows which of them are shown
    function tend() { if (!tending) tending = setTimeout(tendNow, 60); }
    function tendNow() {
      tending = null;
      var wanted = {};
      Object.keys(layers).forEach(function (id) {
        var made = layers[id].tcTiles, tc = layers[id].options.tc;
        if (!made || !state[keyOf(tc)].show || (map.tcAwake && !map.tcAwake(tc))) return;
        wanted[id + " " + made.address] = made;
      });
      Object.keys(tiles).forEach(function (name) {
        if (!wanted[name]) { tiles[name].remove(); delete tiles[name]; }
      });
      Object.keys(wanted).forEach(function (name) {
        if (!tiles[name]) tiles[name] = L.tileLayer(wanted[name].address, wanted[name].options).addTo(map);
      });
    }
    map.on("tc:awake", tend);

    /* Changes places with the neighbour in the panel, and so on the map. */
    function swap(key, other) {
      var own = state[key].order;
      state[key].order = state[other].order;
      state[other].order = own;
      [key, other].forEach(changed);
      draw();
    }

    function changed(key) {
      apply(key);
      map.fire("tc:state", Object.assign({ key: key }, state[key]));
    }

    map.on("tc:take-state", function (e) {
      if (!state[e.key]) return;
      Object.assign(state[e.key], { show: e.show, opacity: e.opacity, order: e.order });
      apply(e.key);
      later();
    });

    /* For a link: how the layers stand and how the page gave them; and what a link wants of those that come. */
    map.tcLayers = function () {
      return Object.keys(layers).map(function (id) { return layers[id].options.tc; }).filter(function (tc) {
        return tc.title && given[keyOf(tc)];
      }).map(function (tc) { return { name: given[keyOf(tc)].name, now: state[keyOf(tc)], given: given[keyOf(tc)] }; });
    };
    map.tcTakeLayers = function (all) {
      wanted = all;
      Object.keys(given).forEach(function (key) { if (want(key)) { changed(key); later(); } });
    };
    function want(key) {
      var name = given[key].name, asked = Object.prototype.hasOwnProperty.call(wanted, name) && wanted[name];
      if (asked) Object.assign(state[key], asked);
      return asked;
    }

    function boundsOf(key) {
      var all = L.latLngBounds([]);
      twins(key).forEach(function (id) {
        var layer = layers[id], tc = layer.options.tc;
        var bounds = tc.bounds ? L.latLngBounds(tc.bounds) : layer.getBounds && layer.getBounds();
        if (bounds && bounds.isValid()) all.extend(bounds);
      });
      return all;
    }

    function row(tc, parent, above, below) {
      var key = keyOf(tc), s = state[key], line = el("div", "tc-layer", parent);
      var head = el("label", "tc-layer-head", line);
      var tick = el("input", "", head);
      tick.type = "checkbox";
      tick.checked = s.show;
      tick.onchange = function () { s.show = tick.checked; changed(key); };
      if (tc.legend && tc.legend.length === 1 && !tc.legend[0].label) swatch(tc.legend[0], head);
      el("span", "tc-layer-title", head, tc.title);
      var tools = el("span", "tc-tools", line);
      var slide = el("input", "tc-opacity", tools);
      slide.type = "range"; slide.min = 0.1; slide.max = 1; slide.step = 0.1; slide.value = s.opacity;
      slide.title = words.opacity; slide.setAttribute("aria-label", words.opacity + ": " + tc.title);
      slide.oninput = function () { s.opacity = Number(slide.value); changed(key); };
      var go = el("button", "tc-go", tools, "⤢");
      go.type = "button"; go.title = words.zoom; go.setAttribute("aria-label", words.zoom + ": " + tc.title);
      go.onclick = function () {
        var bounds = boundsOf(key);
        if (bounds.isValid()) map.fitBounds(bounds, { maxZoom: 17 });
      };
      if (tc.about && tc.about.length) about(tc, s, tools, line);
      var moves = el("span", "tc-moves", tools);
      [["▴", words.up, above], ["▾", words.down, below]].forEach(function (way) {
        var move = el("button", "", moves, way[0]);
        move.type = "button"; move.title = way[1]; move.disabled = !way[2];
        move.setAttribute("aria-label", way[1] + ": " + tc.title);
        move.onclick = function () { swap(key, keyOf(way[2])); };
      });
      (tc.legend || []).forEach(function (item) {
        if (!item.label) return;
        var entry = el("div", "tc-entry", line);
        swatch(item, entry);
        el("span", "", entry, item.label);
      });
    }

    /* Where a layer comes from, under its legend. */
    function about(tc, s, tools, line) {
      var open = el("button", "tc-go tc-info", tools, "i"), facts = null;
      open.type = "button"; open.title = words.about; open.setAttribute("aria-label", words.about + ": " + tc.title);
      function show() {
        open.setAttribute("aria-expanded", String(Boolean(s.about)));
        if (facts) facts.remove();
        facts = s.about ? el("dl", "tc-about", line) : null;
        if (facts) tc.about.forEach(function (fact) { el("dt", "", facts, fact[0]); el("dd", "", facts, fact[1]); });
      }
      open.onclick = function () { s.about = !s.about; show(); };
      setTimeout(show, 0);
    }

    function draw() {
      waiting = null;
      var open = {};
      panel.body.querySelectorAll("details").forEach(function (d) { open[d.dataset.group] = d.open; });
      panel.body.textContent = "";
      var list = Object.keys(layers).map(function (id) { return layers[id].options.tc; }).filter(function (tc) { return tc.title; });
      list.sort(function (a, b) { return state[keyOf(b)].order - state[keyOf(a)].order || (a.side || 0) - (b.side || 0); });
      list = list.filter(function (tc, i) {
        return list.findIndex(function (other) { return keyOf(other) === keyOf(tc); }) === i;
      });
      var groups = [];
      list.forEach(function (tc) { if (groups.indexOf(tc.group) < 0) groups.push(tc.group); });
      groups.forEach(function (name) {
        var fold = el("details", "tc-group", panel.body);
        fold.dataset.group = name;
        var first = list.filter(function (tc) { return tc.group === name; });
        fold.open = name in open ? open[name] : !first[0].folded;
        el("summary", "", fold, name);
        first.forEach(function (tc, i) { row(tc, fold, first[i - 1], first[i + 1]); });
      });
      map.fire("tc:covers");
    }

    function later() { if (!waiting) waiting = setTimeout(draw, 0); }

    map.on("layeradd", function (e) {
      var tc = e.layer.options && e.layer.options.tc;
      if (!tc) return;
      layers[tc.id] = e.layer;
      var key = keyOf(tc);
      if (!state[key]) {
        state[key] = { show: tc.show !== false, opacity: tc.opacity || 1, order: tc.order };
        given[key] = Object.assign({ name: tc.twin || tc.name || tc.id }, state[key]);
        want(key);
      }
      tooltips(e.layer);
      apply(key);
      later();
    });
    map.on("layerremove", function (e) {
      var tc = e.layer.options && e.layer.options.tc;
      if (tc && layers[tc.id] === e.layer) { delete layers[tc.id]; later(); tend(); }
    });
  };

  function number(value, digits, words) {
    var parts = value.toFixed(digits).split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, words.thousands);
    return parts.join(words.decimal);
  }

  TC.position = function (map, definition, words) {
    var Box = L.Control.extend({
      options: { position: "bottomleft" },
      onAdd: function () { return el("div", "tc-position", null, words.position); }
    });
    var box = new Box().addTo(map), convert = window.proj4 && proj4("EPSG:4326", definition);
    map.on("mousemove", function (e) {
      var at = e.latlng, text = number(at.lat, 5, words) + "°, " + number(at.lng, 5, words) + "°", shown = box.getContainer();
      shown.textContent = "";
      if (convert) {
        var xy = convert.forward([at.lng, at.lat]);
        el("span", "", shown, "X " + number(xy[1], 1, words) + "  Y " + number(xy[0], 1, words));
        el("i", "", shown, "  ·  ");
      }
      el("span", "", shown, text);
    });
  };

  /* Leaflet's own buttons speak English. */
  TC.titles = function (map, words) {
    [["in", words.zoom_in], ["out", words.zoom_out]].forEach(function (pair) {
      var button = map.getContainer().querySelector(".leaflet-control-zoom-" + pair[0]);
      if (!button) return;
      button.title = pair[1];
      button.setAttribute("aria-label", pair[1]);
    });
  };

  /* By which a link tells the map from others of the page. */
  TC.named = function (map, name) { map.tcName = name; };

  TC.label = function (map, text) {
    var Box = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () { return el("div", "tc-label", null, text); }
    });
    new Box().addTo(map);
  };
})();
