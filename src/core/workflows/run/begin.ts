/** Begins a run of a workflow. */
import type { WorkflowFile } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import type { RunState, StepState } from '../../model/runs/run.ts';
import { readInputs } from '../file/inputs.ts';
import type { WorkflowFlaw } from '../file/validate.ts';

/**
 * What the integrator gives: an id that no other run has (at most 90 characters of a path), the text of the file and what it says
 * (`validateWorkflow` found no flaw in it), the seat as which the run acts, and the turn with its frozen time.
 */
export interface RunBeginning {
  id: string;
  workflow: string;
  text: string;
  file: WorkflowFile;
  inputs: { readonly [name: string]: Json };
  owner: string;
  mail: RunState['mail'];
  key: string | null;
  /** Micro-credits, besides the budget of its file; null: no further limit. */
  budget: number | null;
  hops: number;
  tainted: boolean;
  turn: number;
  time: number;
}

/** The run before its first `advance`; or what is wrong with the inputs. */
export function beginRun(beginning: RunBeginning): { run: RunState } | { flaws: WorkflowFlaw[] } {
  const { id, workflow, text, file, owner, mail, key, hops, tainted, turn, time } = beginning;
  const read = readInputs(file, beginning.inputs);
  if ('flaws' in read) return read;
  const steps = Object.fromEntries(file.steps.map((step): [string, StepState] => [step.id, freshStep()]));
  const run: RunState = {
    id,
    workflow,
    text,
    file,
    inputs: read.inputs,
    owner,
    key,
    budget: lesser(beginning.budget, file.budget ?? null),
    hops,
    tainted,
    mail,
    status: 'running',
    began: { turn, time },
    ended: null,
    steps,
    taken: [],
    result: null,
    reason: null,
    rest: [],
  };
  return { run };
}

function freshStep(): StepState {
  return {
    status: 'pending',
    round: 1,
    began: null,
    ended: null,
    result: null,
    reason: null,
    work: [],
  };
}

function lesser(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
