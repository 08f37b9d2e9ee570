/* Where the land lies on the screen, and where the buttons lie: how wide a map is only the browser knows.

   On a narrow map the buttons stand in rows above the land and not in a column beside it. The first view is the
   deepest one that shows all of the land in the part that is free of them. */
(function () {
  "use strict";
  var TC = window.TC;
  var NARROW_PX = 560, APART_PX = 860, GAP_PX = 5, STEP = 0.25, DEEPEST = 17, DEARLY = 1;
  // from this width on there is room for a line at either side of the foot
  TC.apart = APART_PX;
  var COVERS = ".leaflet-control, .tc-time, .tc-draw, .tc-swipe-name, .tc-side-name";

  /* At a quarter above a whole zoom picture tiles are stretched, and what they say is blurred; at a half and at
     three quarters they are those of the next zoom, drawn smaller. */
  function sharp(zoom) { return Math.abs(zoom % 1 - STEP) > 0.01; }

  L.Map.include({
    _limitZoom: function (zoom) {
      var snap = Math.abs(zoom % 1 - 0.75) < 0.001 ? 0.25 : this.options.zoomSnap;
      if (snap) zoom = Math.round(zoom / snap) * snap;
      return Math.max(this.getMinZoom(), Math.min(this.getMaxZoom(), zoom));
    },

    /* Leaflet moves a map that takes another size by whole pixels and reckons the middle anew: after ten changes it
       stands elsewhere. Here the middle stays to the last digit, whoever noticed the change first. */
    invalidateSize: function () {
      if (!this._loaded) return this;
      var before = this.getSize();
      this._sizeChanged = true;
      var after = this.getSize();
      // one that is hidden has no size; it comes back with the one it had
      if (before.equals(after) || !after.x || !after.y) { this._size = before; return this; }
      this._size = before;
      this._endPan();
      var centre = this.getCenter();
      this._size = after;
      this._resetView(centre, this.getZoom(), true);
      return this.fire("resize", { oldSize: before, newSize: after });
    },

    /* A map that glides is where it was sent to. */
    _endPan: function () {
      var pan = this._panAnim;
      if (!pan || !pan._inProgress) return;
      var there = pan._startPos.add(pan._offset);
      pan.stop();
      L.DomUtil.setPosition(this._mapPane, there);
    }
  });

  /* How the controls stand depends on the width, and what stands above the lowest line on its height. */
  TC.stand = function (map) {
    var box = map.getContainer(), corners = box.querySelectorAll(".leaflet-bottom");
    function stand() {
      var wide = box.clientWidth, low = 0;
      box.classList.toggle("tc-narrow", wide < NARROW_PX);
      box.classList.toggle("tc-stacked", wide < APART_PX);
      corners.forEach(function (corner) { low = Math.max(low, corner.offsetHeight); });
      box.style.setProperty("--tc-low", low + "px");
    }
    stand();
    var eye = new ResizeObserver(function () { stand(); map.invalidateSize(); });
    [box].concat(Array.prototype.slice.call(corners)).forEach(function (one) { eye.observe(one); });
    return stand;
  };

  /* Boxes of what lies over the land: left, top, right, bottom in pixels of the map. */
  function covers(map) {
    var box = map.getContainer(), own = box.getBoundingClientRect();
    return Array.prototype.map.call(box.querySelectorAll(COVERS), function (one) {
      // two maps side by side begin with one view: what stands in one of them alone doesn't count
      if (map.tcPaired && (one.matches(".tc-panel, .tc-side-name") || one.querySelector(".tc-panel"))) return null;
      var r = one.getBoundingClientRect();
      return r.width && r.height ? [r.left - own.left, r.top - own.top, r.right - own.left, r.bottom - own.top] : null;
    }).filter(Boolean);
  }

  /* Rectangles of a map that nothing lies over and that end at its edge or at something. */
  TC.free = function (size, blocks) {
    var wide = blocks.map(function (b) { return [b[0] - GAP_PX, b[1] - GAP_PX, b[2] + GAP_PX, b[3] + GAP_PX]; });
    function edges(first, side) {
      var all = [first].concat(wide.map(function (b) { return b[side]; }));
      return all.filter(function (at, i) { return all.indexOf(at) === i; });
    }
    var lefts = edges(GAP_PX, 2), tops = edges(GAP_PX, 3), rights = edges(size.x - GAP_PX, 0), lows = edges(size.y - GAP_PX, 1);
    var found = [];
    lefts.forEach(function (l) { rights.forEach(function (r) { if (r > l) tops.forEach(function (t) { lows.forEach(function (b) {
      if (b <= t || l < 0 || t < 0 || r > size.x || b > size.y) return;
      var clear = wide.every(function (k) { return k[2] <= l || k[0] >= r || k[3] <= t || k[1] >= b; });
      if (clear) found.push([l, t, r, b]);
    }); }); }); });
    return found;
  };

  /* The roomiest of the rectangles that a box of this size fits in. */
  function roomiest(rooms, need) {
    return rooms.reduce(function (best, room) {
      var x = room[2] - room[0], y = room[3] - room[1];
      if (x < need.x || y < need.y) return best;
      return best && best.area >= x * y ? best : { area: x * y, middle: L.point(room[0] + room[2], room[1] + room[3]).divideBy(2) };
    }, null);
  }

  /* Zoom and centre of the deepest view in which the bounds lie free; as deep as the map is wide, buttons or not,
     where those would cost more than a whole zoom. */
  TC.viewOf = function (map, bounds, blocks) {
    var size = map.getSize(), rooms = TC.free(size, blocks), box = L.latLngBounds(bounds);
    function spread(zoom) {
      var a = map.project(box.getNorthWest(), zoom), b = map.project(box.getSouthEast(), zoom);
      return { need: b.subtract(a), middle: a.add(b).divideBy(2) };
    }
    function centred(zoom, middle) { return { zoom: zoom, center: map.unproject(spread(zoom).middle.subtract(middle).add(size.divideBy(2)), zoom) }; }
    var plain = null;
    for (var zoom = Math.min(DEEPEST, map.getMaxZoom()); zoom > map.getMinZoom(); zoom -= STEP) {
      if (!sharp(zoom)) continue;
      var need = spread(zoom).need;
      if (plain === null && need.x <= size.x - 2 * GAP_PX && need.y <= size.y - 2 * GAP_PX) plain = zoom;
      var room = roomiest(rooms, need);
      if (room) return centred(zoom, room.middle);
      if (plain !== null && zoom <= plain - DEARLY) break;
    }
    return centred(plain === null ? map.getMinZoom() : plain, size.divideBy(2));
  };

  /* The first view, again when the frame takes another size and, at first, when something comes to lie over the
     land, until somebody chooses another: the reader's hand, a link, a row of a table, the search. */
  TC.fit = function (map, bounds) {
    var stand = TC.stand(map), own = false;
    function show(view) {
      own = true;
      // to the last digit: moved by whole pixels it would depend on where the map stood before
      map.setView(view.center, view.zoom, { animate: false, reset: true });
      own = false;
    }
    function fit() {
      if (map.tcKept || !map.getSize().x) return;
      stand();
      show(TC.viewOf(map, bounds, covers(map)));
    }
    function stop() { map.off("resize tc:covers", fit); map.tcFits = false; }
    map.tcFits = true;
    fit();
    map.on("resize tc:covers", fit);
    map.on("movestart zoomstart", function () {
      if (own) return;
      stop();
      // only then: kept half-way, a map that changes its size would stay half-way
      map.once("moveend", function () { map.tcKept = true; });
    });
    ["mousedown", "wheel", "keydown", "touchstart"].forEach(function (name) {
      map.getContainer().addEventListener(name, stop, { once: true, passive: true });
    });
    // what the reader opens over the land later moves it no more
    setTimeout(function () { map.off("tc:covers", fit); }, 3000);
  };
})();
