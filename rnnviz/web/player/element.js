// The element <rnnviz-player>, for pages that show one or several: a record inside it as JSON, or
// at the address in its attribute src. Attributes: id, theme, beat, detail.

import { el, refill } from "./dom.js";
import { mount } from "./player.js";

/** Keep the address of the page and the beat of a player together: #t2.f, or #name:t2.f. */
function linked(player, prefix) {
  const { session } = player;
  const follow = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash.startsWith(prefix)) session.go(hash.slice(prefix.length));
  };
  follow();
  addEventListener("hashchange", follow);
  const lead = () => {
    try {
      history.replaceState(null, "", `#${prefix}${session.beat.id}`);
    } catch {
      // a frame without an address of its own
    }
  };
  for (const type of ["beat", "view"]) session.on(type, lead);
}

function defineElement() {
  class RnnvizPlayer extends HTMLElement {
    async connectedCallback() {
      if (this.player) return;
      const data = this.querySelector('script[type="application/json"]');
      const source = this.getAttribute("src");
      const options = Object.fromEntries(
        ["theme", "beat", "detail"].map((name) => [name, this.getAttribute(name) ?? undefined]),
      );
      try {
        const record = data ? JSON.parse(data.textContent) : await (await fetch(source)).json();
        this.player = mount(this, record, options);
      } catch (error) {
        refill(this, el("p", { role: "alert" }, `rnnviz-player: ${error.message}`));
        throw error;
      }
      const several = document.querySelectorAll("rnnviz-player").length > 1;
      if (this.id || !several) linked(this.player, several ? `${this.id}:` : "");
      if (!several)
        document.addEventListener("keydown", (event) => {
          if (event.target === document.body) this.player.key(event);
        });
    }
  }
  customElements.define("rnnviz-player", RnnvizPlayer);
}

if (typeof customElements !== "undefined" && !customElements.get("rnnviz-player")) defineElement();
