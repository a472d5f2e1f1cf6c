// The player as a notebook's widget; the names of the model's values are those of widget.py.

import { mount } from "./player.js";

function render({ model, el: host }) {
  // of what has the focus, else JupyterLab takes ↓, space and even d d, which deletes the cell
  host.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
  const player = mount(host, model.get("record"));
  const { session } = player;
  const variantOf = (name) => {
    const found = session.record.variants.findIndex((variant) => variant.names.includes(name));
    return name && found >= 0 ? found : session.record.variant;
  };
  const pull = {
    edits: () => session.replaceEdits(model.get("edits")),
    convention: () => session.setVariant(variantOf(model.get("convention"))),
    detail: () => session.setDetail(model.get("detail")),
    view: () => session.setView(model.get("view")),
    beat: () => session.go(model.get("beat")),
    t: () => session.beat.t === model.get("t") || session.goTo(model.get("t")),
  };
  const state = () => ({
    t: session.beat.t,
    beat: session.beat.id,
    edits: Object.fromEntries(session.edits),
    convention:
      session.variantIndex === session.record.variant ? "" : (session.variant.names[0] ?? ""),
    view: session.view,
    detail: session.detail,
  });
  let isPulling = false;
  const pulled = (name) => {
    isPulling = true;
    try {
      pull[name]();
    } finally {
      isPulling = false;
      push(); // also where something was refused: then Python is told what stands
    }
  };
  const push = () => {
    if (isPulling) return;
    let isNew = false;
    for (const [name, value] of Object.entries(state())) {
      if (JSON.stringify(model.get(name)) === JSON.stringify(value)) continue;
      model.set(name, value);
      isNew = true;
    }
    if (isNew) model.save_changes();
  };
  for (const name of ["convention", "edits", "detail", "view", "beat"]) pull[name]();
  const names = Object.keys(pull);
  const heard = names.map((name) => [`change:${name}`, () => pulled(name)]);
  for (const [event, listener] of heard) model.on(event, listener);
  player.onshow = push;
  const themed = followLab(player);
  return () => {
    player.end();
    themed?.disconnect();
    for (const [event, listener] of heard) model.off(event, listener);
  };
}

/** Follow JupyterLab's theme, which need not be the system's. */
function followLab(player) {
  const { body } = document;
  const follow = () => player.setTheme(body.dataset.jpThemeLight === "false" ? "dark" : "light");
  if (body.dataset.jpThemeLight === undefined) return null;
  follow();
  const observer = new MutationObserver(follow);
  observer.observe(body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  return observer;
}

export default { render };
