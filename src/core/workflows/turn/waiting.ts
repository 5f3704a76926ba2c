/** Says whether runs have something to do in the next turn, or wait for turns to pass. */
import type { Config } from '../../model/config.ts';
import type { RunState } from '../../model/runs/run.ts';
import type { State } from '../../model/state.ts';
import { advance } from '../run/advance.ts';
import { factsFor } from './facts.ts';

/** Whether the next freeze takes a run on: what it waits for has come. */
export function canAdvance(config: Config, state: State, turn: number): boolean {
  return [...state.runs.open].some((id) => {
    const run = state.runs.all.get(id) as RunState;
    const { tasks, runs } = state;
    const { run: next, make, ask, cancel } = advance(run, factsFor({ config, state, tasks, runs, turn }, run));
    return next.status !== run.status || make.length + ask.length + cancel.length > 0 || standsOtherwise(run, next);
  });
}

function standsOtherwise(a: RunState, b: RunState): boolean {
  return Object.entries(a.steps).some(([id, { status }]) => b.steps[id]?.status !== status);
}

/** Whether an open run waits for turns to pass; `orTime`: also when only its time can run out. */
export function waitsForTurns(state: State, orTime: boolean): boolean {
  return [...state.runs.open].some((id) => {
    const { file, steps, status } = state.runs.all.get(id) as RunState;
    return file.steps.some((step) => {
      const is = steps[step.id]?.status;
      if (status !== 'running' || (is !== 'waiting' && is !== 'asking' && is !== 'running')) return false;
      return (is === 'waiting' && step.wait?.turns !== undefined) || (orTime && step.timeout !== undefined);
    });
  });
}
