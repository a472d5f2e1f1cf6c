// Where a player can be sent: t2.f, recap, or with ~gradients behind it into that view.

const DETAIL_LEVELS = ["full", "gates", "brief"];

/** Return what leads to what a player shows: t2.f, or in the gradient view t2.f~gradients. */
export function addressOf(session) {
  return session.beat.id + (session.view === "values" ? "" : `~${session.view}`);
}

/** Go where an address leads: to its beat, in a detail that has it, else to its timestep. */
export function visit(session, address) {
  const [id, view] = address.split("~");
  const t = Number(/^t(\d+)/.exec(id)?.[1]) - 1;
  if (id !== "recap" && !(t < session.T)) return;
  session.setView(view === "gradients" ? "gradients" : "values");
  if (session.go(id)) return;
  const { walks } = session.variant;
  const key = id.split(".")[1];
  const has = (level) => walks[level].later.some((k) => session.record.beats[k].key === key);
  const level = session.view === "values" && DETAIL_LEVELS.find(has);
  if (level) session.setDetail(level);
  if (!session.go(id)) session.goTo(t);
}
