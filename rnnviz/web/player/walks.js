// The beats of a walk, made from those that the record keeps once.

/** Return every timestep's beats at the session's detail, with their ids, and a recap. */
export function forwardBeats(session) {
  const { record, variant, detail } = session;
  const beats = [];
  for (let t = 0; t < session.T; t++) {
    for (const index of variant.walks[detail][t ? "later" : "first"]) {
      const kept = record.beats[index];
      const title = kept.title.replace("{t}", t + 1);
      beats.push({ ...kept, title, t, id: `t${t + 1}.${kept.key}` });
    }
  }
  beats.push({ ...record.beats[variant.walks.recap], t: session.T - 1, id: "recap" });
  return beats;
}

/** Return which values a timestep has revealed up to a beat; null for all of them. */
export function revealed(beats, index) {
  const { t, key } = beats[index];
  if (key === "recap") return null;
  const names = new Set();
  for (let k = index; k >= 0 && beats[k].t === t; k--)
    for (const name of beats[k].reveals) names.add(name);
  return names;
}
