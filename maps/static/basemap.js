/* Maps from outside below everything: none at first, one when the reader chooses it. Their tiles come by way of
   the application; where they don't come, the map says why and goes on without them.

   Text from data only ever becomes `textContent`. */
(function () {
  "use strict";
  var TC = window.TC;
  var KEPT = "tc-base", NONE = "";

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  /* The choice holds for every map of this browser window, and for a new window nothing is chosen. */
  function kept() { try { return sessionStorage.getItem(KEPT) || NONE; } catch (closed) { return NONE; } }
  function keep(id) { try { sessionStorage.setItem(KEPT, id); } catch (closed) { /* chosen anew each time */ } }

  TC.basemaps = function (map, list, words) {
    var now = NONE, tiles = null, credit = null, note = null, came = false, asking = false;
    var fold = el("details", "tc-group tc-base", map.tcPanelBase);
    el("summary", "", fold, words.title);
    var group = "tc-base-" + L.stamp(map), choices = {};
    [{ id: NONE, title: words.none }].concat(list).forEach(function (base) {
      var line = el("label", "tc-layer-head", fold), tick = el("input", "", line);
      tick.type = "radio"; tick.name = group; tick.value = base.id; tick.checked = base.id === NONE;
      tick.onchange = function () { choose(base.id); keep(base.id); map.fire("tc:base", { id: base.id }); };
      el("span", "tc-layer-title", line, base.title);
      choices[base.id] = { base: base, tick: tick };
    });
    el("div", "tc-entry tc-base-note", fold, words.note);

    var Box = L.Control.extend({
      // whom the tiles are owed to stands beside the other lines, and below them where there is no room for both
      options: { position: "bottomright" },
      onAdd: function () {
        var base = choices[now].base, box = el("div", "tc-credit");
        el("span", "", box, base.attribution || base.title);
        box.title = base.attribution || base.title;
        return box;
      }
    });
    function place() {
      var corner = map.getSize().x < TC.apart ? "bottomleft" : "bottomright";
      if (credit && credit.getPosition() !== corner) credit.setPosition(corner);
    }
    map.on("resize", place);
    var Note = L.Control.extend({
      options: { position: "bottomleft" },
      onAdd: function () { var box = el("div", "tc-notice"); box.setAttribute("role", "status"); return box; }
    });

    function say(text) {
      if (!text) { if (note) note.remove(); note = null; return; }
      if (!note) note = new Note().addTo(map);
      note.getContainer().textContent = text;
    }

    /* An image that failed doesn't say why: its address is asked once more, and answers in a header. */
    function why(base, address) {
      if (asking || came) return;
      asking = true;
      fetch(address).then(function (answer) { return answer.headers.get("X-Thocong-Why"); })
        .catch(function () { return "server"; })
        .then(function (code) {
          asking = false;
          if (!came && now === base.id && code) say(words.failed + " " + base.title + ": " + (words[code] || words.other));
        });
    }

    function choose(id) {
      var chosen = choices[id] || choices[NONE], base = chosen.base;
      chosen.tick.checked = true;
      if (now === base.id) return;
      now = base.id;
      came = false;
      say("");
      if (tiles) tiles.remove();
      if (credit) credit.remove();
      tiles = credit = null;
      map.getContainer().classList.toggle("tc-on-base", now !== NONE);
      if (now === NONE) return;
      tiles = L.tileLayer(base.address, { maxNativeZoom: base.deepest, maxZoom: 19, zIndex: 1 });
      tiles.on("tileload", function () { came = true; say(""); });
      tiles.on("tileerror", function (e) { why(base, e.tile.src); });
      tiles.addTo(map);
      credit = new Box().addTo(map);
      place();
    }

    map.tcBase = function () { return now; };
    map.tcBases = list.map(function (base) { return { id: base.id, title: base.title }; });
    map.tcTakeBase = function (id) { choose(id); keep(id); fold.open = true; map.fire("tc:base", { id: id }); };
    map.on("tc:take-base", function (e) { choose(e.id); });
    choose(kept());
    if (now !== NONE) fold.open = true;
  };
})();
