/* Printing: what the reader sees goes to the application, which draws it on paper and hands back a file. */
(function () {
  "use strict";
  var TC = window.TC;
  var ICON = "M4 5V1h8v4M4 12H2V6h12v6h-2M4 10h8v5H4z";

  function el(tag, name, parent, text) {
    var node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  function icon(parent) {
    var ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), path = document.createElementNS(ns, "path");
    svg.setAttribute("viewBox", "0 0 16 16"); svg.setAttribute("width", "16"); svg.setAttribute("height", "16");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICON); path.setAttribute("fill", "none"); path.setAttribute("stroke", "currentColor"); path.setAttribute("stroke-width", "1.4");
    svg.appendChild(path);
    parent.appendChild(svg);
  }

  function choice(form, name, label, options) {
    var row = el("label", "", form);
    el("span", "", row, label);
    var select = el("select", "", row);
    select.name = name;
    options.forEach(function (option) { el("option", "", select, option[1]).value = option[0]; });
    return select;
  }

  function save(blob, name) {
    var link = el("a", "", document.body), address = URL.createObjectURL(blob);
    link.href = address;
    link.download = name;
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 60000);
  }

  TC.print = function (map, facts, words) {
    var form, said, press, own = false;

    /* What the map shows changes while it stays: the application knows, unless the reader wrote a title. */
    function retitle() {
      if (own) return;
      fetch(facts.address).then(function (answer) { return answer.ok ? answer.json() : {}; }).then(function (now) {
        if (!own && now.title) form.elements.title.value = now.title;
      }).catch(function () { /* the title it began with stays */ });
    }

    var Print = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () {
        var box = el("div", "tc-print leaflet-bar"), open = el("button", "tc-print-open", box);
        open.type = "button"; open.title = words.open; open.setAttribute("aria-label", words.open);
        open.setAttribute("aria-expanded", "false");
        icon(open);
        form = el("form", "tc-print-form", box);
        form.hidden = true;
        open.onclick = function () {
          form.hidden = !form.hidden;
          open.setAttribute("aria-expanded", String(!form.hidden));
          if (!form.hidden) retitle();
        };
        var row = el("label", "", form), title = el("input", "", (el("span", "", row, words.title), row));
        title.name = "title"; title.maxLength = 120; title.value = facts.title;
        title.oninput = function () { own = title.value.trim() !== ""; };
        choice(form, "paper", words.paper, [["A4", "A4"], ["A3", "A3"]]);
        choice(form, "wide", "", [["1", words.wide], ["", words.tall]]).setAttribute("aria-label", words.paper);
        choice(form, "scale", words.scale_label, [["0", words.fit]].concat(facts.scales));
        choice(form, "kind", words.kind, [["pdf", "PDF"], ["png", "PNG"]]);
        press = el("button", "tc-print-make", form, words.make);
        press.type = "submit";
        said = el("div", "tc-print-said", form);
        said.setAttribute("role", "status");
        form.onsubmit = function (e) { e.preventDefault(); make(); };
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        L.DomEvent.on(box, "keydown keyup keypress", L.DomEvent.stopPropagation);
        return box;
      }
    });
    new Print().addTo(map);

    function make() {
      var b = map.getBounds(), of = function (name) { return form.elements[name].value; }, name = "";
      var asked = {
        title: of("title"), paper: of("paper"), wide: Boolean(of("wide")), kind: of("kind"), scale: Number(of("scale")),
        bounds: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()], layers: map.tcShown ? map.tcShown() : [],
        divider: map.tcDivider ? map.tcDivider() : null, base: map.tcBase ? map.tcBase() : ""
      };
      press.disabled = true;
      said.textContent = words.drawing;
      fetch(facts.address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        name = (/filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "") || [])[1] || "ban-do." + asked.kind;
        return answer.blob();
      }).then(function (blob) { save(blob, name); said.textContent = words.done; })
        .catch(function () { said.textContent = words.failed; })
        .then(function () { press.disabled = false; });
    }
  };
})();
