/**
 * `lemming/workflow`: writes workflows in code.
 *
 * - `workflow(head)` begins one; `input` and `step` add to it.
 * - `print` gives the text of `org/workflows/<id>.yaml`. It throws a `FaultError` that says what is wrong with it.
 *
 * A step that needs one that was not named before it does not compile.
 */
import { stringify } from 'yaml';
import { FaultError, fault } from './schema/fault.ts';
import { type WorkflowDraft, workflowFile } from './schema/records/workflow.ts';

type WorkflowDraftStep = WorkflowDraft['steps'][number];

/** What a workflow says besides its inputs and steps. */
export type WorkflowHead = Omit<WorkflowDraft, 'version' | 'inputs' | 'steps'>;

/** A step, which may need those of the given names. */
export type WorkflowStepOf<Step extends string> = Omit<WorkflowDraftStep, 'id' | 'needs' | 'needs_any'> & {
  needs?: readonly Step[];
  needs_any?: readonly Step[];
};

/** A workflow with steps of the given names. A value: each addition gives another one. */
export interface WorkflowBuilder<Step extends string> {
  /** Adds an input. */
  input(name: string, input: NonNullable<WorkflowDraft['inputs']>[string]): WorkflowBuilder<Step>;
  /** Adds a step. */
  step<Id extends string>(id: Id, step: WorkflowStepOf<Step>): WorkflowBuilder<Step | Id>;
  /** The workflow as its file has it. Throws `invalid-value` with all that is wrong. */
  print(): string;
}

/** Begins a workflow. */
export function workflow(head: WorkflowHead = {}): WorkflowBuilder<never> {
  return builderOf(head, {}, []);
}

function builderOf<Step extends string>(
  head: WorkflowHead,
  inputs: NonNullable<WorkflowDraft['inputs']>,
  steps: readonly WorkflowDraftStep[],
): WorkflowBuilder<Step> {
  return {
    input: (name, input) => builderOf<Step>(head, { ...inputs, [name]: input }, steps),
    step: <Id extends string>(id: Id, step: WorkflowStepOf<Step>) =>
      builderOf<Step | Id>(head, inputs, [...steps, { id, ...step } as unknown as WorkflowDraftStep]),
    print: () => print({ version: 1, ...head, inputs, steps: [...steps] }),
  };
}

function print(draft: WorkflowDraft): string {
  const read = workflowFile().safeParse(draft);
  if (read.success) return stringify(draft);
  const flaws = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FaultError(fault('invalid-value', `The workflow is not valid: ${flaws.join('; ')}`));
}
