/** What hiring and retiring do to the state. */
import { forgetAllKnown } from '../../../mail/known.ts';
import { forgetDebts } from '../../../mail/owed.ts';
import type { HiredEffect, RetiredEffect } from '../../../model/entry.ts';
import { resumePath, retiredPath } from '../../../model/paths.ts';
import { noteAct } from '../../../model/state/acts.ts';
import { touch } from '../../../model/state/staff.ts';
import type { State } from '../../../model/state.ts';
import { taint } from '../../../rights/taint.ts';
import { moveFile, setFile } from '../../files-reducer.ts';

/** Credits move, they are not made: what a new agent gets, its creator loses. */
export function hire(state: State, { agent, by, turn, files, chart, credits, from }: HiredEffect): void {
  for (const { path, text } of files) setFile(state, `agents/${agent}/${path}`, text);
  setFile(state, 'org/chart.yaml', chart.text);
  state.staff.hired.set(agent, { by, turn });
  give(state, from, agent, credits);
  noteAct(state.acts, by, { turn, did: 'hired', things: [agent] });
  const read = state.rights.tainted.get(by);
  if (read !== undefined) taint(state, agent, read); // its instructions may be those of strangers
}

/** Their credits go where the effect says; their notices, and what they did, are forgotten. */
export function retire(state: State, { agent, by, turn, chart, credits, to }: RetiredEffect): void {
  moveFile(state, resumePath(agent), retiredPath(agent));
  setFile(state, 'org/chart.yaml', chart.text);
  state.staff.hired.delete(agent);
  forgetDebts(state, agent);
  forgetAllKnown(state, agent);
  state.files.trees.delete(agent);
  state.acts.last.delete(agent);
  noteAct(state.acts, by, { turn, did: 'retired', things: [agent] });
  give(state, agent, to, credits);
  Object.assign(touch(state.staff, agent), { paused: false, notices: [] });
  state.staff.pausedSince.delete(agent);
}

function give(state: State, from: string | null, to: string | null, credits: number): void {
  if (from !== null) touch(state.staff, from).granted -= credits;
  if (to !== null) touch(state.staff, to).granted += credits;
}
