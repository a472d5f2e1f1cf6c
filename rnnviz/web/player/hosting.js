// The elements that hold players, on pages that show one or several: a record inside as JSON, or at
// the address in the attribute src. Attributes: id, theme, beat, detail.

import { el, refill } from "./dom.js";

const ALL = "rnnviz-player, rnnviz-figure";

/** Keep the address of the page and a player together: #t2.f, or #name:t2.f. */
function linked(player, prefix, { addressOf, visit }) {
  const { session } = player;
  const follow = () => {
    let hash = location.hash.slice(1);
    try {
      hash = decodeURIComponent(hash);
    } catch {
      return; // no address of ours
    }
    if (!hash || !hash.startsWith(prefix)) return;
    visit(session, hash.slice(prefix.length));
    if (prefix) player.root.scrollIntoView();
  };
  follow();
  addEventListener("hashchange", follow, { signal: player.signal });
  const lead = () => {
    if (player.signal.aborted) return;
    try {
      history.replaceState(null, "", `#${prefix}${addressOf(session)}`);
    } catch {
      // a frame without an address of its own
    }
  };
  for (const type of ["beat", "view", "variant"]) session.on(type, lead);
}

/** Define an element, unless there is one: `face` has mount, addressOf and visit. */
export function defineElement(name, face) {
  if (typeof customElements === "undefined" || customElements.get(name)) return;
  class RnnvizElement extends HTMLElement {
    async connectedCallback() {
      if (this.player || this.isLoading) return; // moved within the page
      this.isLoading = true;
      try {
        this.record ??= await this.read();
        if (this.isConnected) this.start();
      } catch (error) {
        refill(this, el("p", { role: "alert" }, `${name}: ${error.message}`));
        throw error;
      } finally {
        this.isLoading = false;
      }
    }

    /** End what plays and listens, unless the element is only moved. */
    disconnectedCallback() {
      queueMicrotask(() => {
        if (this.isConnected || !this.player) return;
        this.player.end();
        this.player = null;
      });
    }

    async read() {
      const data = this.querySelector('script[type="application/json"]');
      if (data) return JSON.parse(data.textContent);
      const answer = await fetch(this.getAttribute("src"));
      if (!answer.ok)
        throw new Error(`${answer.url}: wanted a record, got status ${answer.status}`);
      return answer.json();
    }

    start() {
      const options = Object.fromEntries(
        ["theme", "beat", "detail"].map((key) => [key, this.getAttribute(key) ?? undefined]),
      );
      const player = (this.player = face.mount(this, this.record, options));
      const several = document.querySelectorAll(ALL).length > 1;
      if (this.id || !several) linked(player, several ? `${this.id}:` : "", face);
      if (several) return;
      const heard = (event) => event.target === document.body && player.key(event);
      document.addEventListener("keydown", heard, { signal: player.signal });
    }
  }
  customElements.define(name, RnnvizElement);
}
