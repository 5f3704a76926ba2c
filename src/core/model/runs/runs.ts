/** The slice of the state for runs of workflows. */
import type { Message } from '../../../schema/records/message.ts';
import type { RunRequest } from '../../../schema/records/request.ts';
import type { Json } from '../call.ts';
import { SpillMap } from '../maps/spill-map.ts';
import { isOver, type RunState } from './run.ts';

/** Up to when the triggers of a workflow were looked at. */
export interface TriggerMark {
  /** The turn in which it was first seen. */
  since: number;
  /** The turn and the time up to which its times count as past. */
  turn: number;
  time: number;
}

/** A run that begins by itself at the next freeze. */
export interface DueRun {
  workflow: string;
  key: string;
  inputs: { readonly [name: string]: Json };
  mail: RunState['mail'];
  hops: number;
  tainted: boolean;
}

/** How it went to take back what a piece of work did. */
export interface WorkUndo {
  /** The id of the task or run. */
  of: string;
  by: string;
  tries: number;
  status: 'running' | 'completed' | 'failed';
  reason: string | null;
}

/** The answer of a person to a question of a run. */
export interface RunAnswer {
  decision: 'approve' | 'deny';
  by: string;
  note: string;
}

/** Mail as a run is told of it. */
export type HeardMail = Pick<Message, 'id' | 'turn' | 'from' | 'subject' | 'body' | 'hops'> & { tainted?: true };

export interface RunsState {
  /** Id → run; one that was archived is no longer here. */
  all: Map<string, RunState>;
  /** Id → run in the archive. */
  past: SpillMap<RunState>;
  /** Runs that have not ended. */
  open: Set<string>;
  /** Key → the run that has it. */
  keys: Map<string, string>;
  /** Workflow with triggers → up to when they were looked at. */
  marks: Map<string, TriggerMark>;
  /** Runs that begin by themselves, until they have begun. */
  due: DueRun[];
  /** What people ask of runs, until the next freeze. */
  asked: RunRequest[];
  /** Open run → mail for which one of its steps waits, or will: it counts although somebody has read it by then. */
  heard: Map<string, HeardMail[]>;
  /** Key of a question → the held act that asks it, until it is answered. */
  questions: Map<string, string>;
  /** Key of a question → its answer. */
  answers: Map<string, RunAnswer>;
  /** Key of what takes work back → how that went. */
  undos: Map<string, WorkUndo>;
}

export function emptyRuns(): RunsState {
  return {
    all: new Map(),
    past: new SpillMap(),
    open: new Set(),
    keys: new Map(),
    marks: new Map(),
    due: [],
    asked: [],
    heard: new Map(),
    questions: new Map(),
    answers: new Map(),
    undos: new Map(),
  };
}

/** Notes mail for the open runs of those to whom it goes that wait for mail of its author. */
export function hearMail({ all, open, heard }: RunsState, to: readonly string[], mail: HeardMail): void {
  for (const id of open) {
    const { owner, file, steps } = all.get(id) as RunState;
    const isAwaited = file.steps.some(
      (step) => step.wait?.mail?.from.includes(mail.from) && !ENDED.has(steps[step.id]?.status),
    );
    if (!isAwaited || !to.includes(owner)) continue;
    const { id: one, turn, from, subject, body, hops, tainted } = mail;
    const kept = { id: one, turn, from, subject, body, hops, ...(tainted && { tainted }) };
    heard.set(id, [...(heard.get(id) ?? []), kept]);
  }
}
const ENDED: ReadonlySet<string | undefined> = new Set(['completed', 'failed', 'skipped', 'cancelled']);

/** Mail that was taken back from somebody who had not read it counts for none of their runs. */
export function unhearMail({ all, heard }: RunsState, from: readonly string[], mail: string): void {
  for (const [id, known] of heard)
    if (from.includes((all.get(id) as RunState).owner))
      heard.set(
        id,
        known.filter((one) => one.id !== mail),
      );
}

/** A run, archived or not. */
export function runNamed({ all, past }: Pick<RunsState, 'all' | 'past'>, id: string): RunState | undefined {
  return all.get(id) ?? past.get(id);
}

/** Takes a run that has ended out of what a turn looks at. What was asked and undone in it stands in the run. */
export function archiveRun(runs: RunsState, id: string): void {
  const run = runs.all.get(id);
  if (!run) return;
  runs.past.set(id, run);
  runs.all.delete(id);
  for (const map of [runs.questions, runs.answers, runs.undos])
    for (const key of map.keys()) if (key.startsWith(`${RUN_KEY}${id}/`)) map.delete(key);
}

/** Ended runs that may go to the archive after so many turns: no run that has not ended made them. Pure. */
export function archivableRuns({ all }: RunsState, turn: number, older: number): string[] {
  return [...all.values()].flatMap(({ id, key, ended, status }) => {
    const parent = isOfRun({ key }) ? all.get((key as string).split('/')[1] as string) : undefined;
    const isHeld = parent !== undefined && !isOver(parent.status);
    return isOver(status) && !isHeld && turn - (ended as number) >= older ? id : [];
  });
}

/** Puts a run in the place of its earlier form; one from the archive comes back. */
export function setRun(runs: RunsState, run: RunState): void {
  runs.past.delete(run.id);
  runs.all.set(run.id, run);
  if (run.key !== null) runs.keys.set(run.key, run.id);
  if (isOver(run.status)) {
    runs.open.delete(run.id);
    runs.heard.delete(run.id);
  } else runs.open.add(run.id);
}

/** What the keys of all tasks, runs and questions that a run makes begin with. Nobody else may use such a key. */
export const RUN_KEY = 'run/';

/** Whether a run made the task: its result goes to the run. */
export function isOfRun({ key }: { key: string | null }): boolean {
  return key?.startsWith(RUN_KEY) === true;
}
