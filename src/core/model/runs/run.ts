/** How a run of a workflow stands. It is plain data, so that a file and the state can keep it. */
import type { RunStatus } from '../../../schema/records/run.ts';
import type { TaskStatus } from '../../../schema/records/task.ts';
import type { WorkflowFile } from '../../../schema/records/workflow.ts';
import type { Json } from '../call.ts';

/**
 * `asking`: people are asked before it begins. `waiting`: it is a wait. `running`: its tasks or runs are made. `skipped`: it will
 * not begin, because its condition does not hold, because of what it needs, or because the run is taken back.
 */
export const STEP_STATUSES = [
  'pending',
  'asking',
  'waiting',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** How a task, a run or an undo stands that a run has made: what the latest facts said of its key. */
export interface StepTask {
  key: string;
  /** The id that it got; null until facts tell it. */
  id: string | null;
  status: TaskStatus;
  /** Whether anything was done about it. Only then is there something to compensate. */
  begun: boolean;
  attempts: number;
  result: string | null;
  reason: string | null;
  /** Micro-credits. */
  cost: number;
  /** The turn in which it was first seen to be finished. */
  ended: number | null;
}

/** Work that a step has made: one task or run, or one for each item. */
export interface StepWork extends StepTask {
  /** The number of its item from 1; null when the step is done once. */
  item: number | null;
  /** That item; null when there is none. */
  value: Json;
  /** The attempt of the step to which it belongs: a retry from a step makes new work. */
  round: number;
  /** What takes it back, once the run is compensated. */
  undo: StepTask | null;
  /** How often it was tried to take it back. */
  undos: number;
}

/** A step of a run. */
export interface StepState {
  status: StepStatus;
  /** 1, and one more with each retry. */
  round: number;
  /** When it began to ask, wait or work. */
  began: { turn: number; time: number } | null;
  /** The turn in which it ended. */
  ended: number | null;
  result: string | null;
  reason: string | null;
  /** All that it has ever made, of every round. */
  work: StepWork[];
}

/** What is left of a run that was to be taken back, and why. */
export interface RunRest {
  step: string;
  item: number | null;
  /** The key of the work that stands. */
  key: string;
  why: string;
  /** It is only mail that somebody has read. */
  mail?: true;
}

/** A run of a workflow. */
export interface RunState {
  id: string;
  /** The id of its workflow, and the text of its file when the run began. */
  workflow: string;
  text: string;
  /** What that text says. */
  file: WorkflowFile;
  inputs: Record<string, Json>;
  /** The seat as which it acts. */
  owner: string;
  /** The same key begins the same run only once; the run that began this one gave it, or whatever started it. */
  key: string | null;
  /** Micro-credits that it may cost. */
  budget: number | null;
  /** Messages and tasks between agents that led to it. */
  hops: number;
  /** Words of strangers are in what it was given. */
  tainted: boolean;
  /** The mail that started it; older journals do not tell its id. */
  mail: { id?: string | undefined; from: string; subject: string; body: string } | null;
  status: RunStatus;
  began: { turn: number; time: number };
  ended: number | null;
  steps: Record<string, StepState>;
  /** Mail that its steps have waited for: no mail ends two waits. */
  taken: string[];
  result: string | null;
  /** Why it failed, or is taken back. */
  reason: string | null;
  rest: RunRest[];
}

/** Whether a run does nothing more by itself. */
export function isOver(status: RunStatus): boolean {
  return status === 'completed' || status === 'compensated' || status === 'failed' || status === 'cancelled';
}
