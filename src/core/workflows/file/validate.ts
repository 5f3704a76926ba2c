/** Finds what is wrong with a workflow beyond its schema: names, circles, steps that can never begin. */
import type { FaultCode } from '../../../schema/fault.ts';
import type { WorkflowFile, WorkflowStep } from '../../../schema/records/workflow.ts';
import { cycleFrom } from '../../tasks/cycle.ts';
import { nearestTo } from '../../text/nearest.ts';
import { flawOfValue, flawsOfInputs } from './inputs.ts';
import { flawsOfNames } from './names.ts';
import { beforeOf } from './order.ts';

/** What is wrong at one place of the file; the path leads through its data, so that whoever read it knows line and column. */
export interface WorkflowFlaw {
  code: Extract<FaultCode, 'invalid-value' | 'unknown-name' | 'duplicate-name' | 'missing-key'>;
  path: readonly (string | number)[];
  message: string;
  value?: string;
  nearest?: string;
}

/** What a workflow may refer to. */
export interface WorkflowSurroundings {
  agents: ReadonlySet<string>;
  /** Agents that are people: only they are asked. */
  people: ReadonlySet<string>;
  /** Every workflow that could be read, by its id; this one may be among them. */
  workflows: ReadonlyMap<string, WorkflowFile>;
  /** Why these are no times, or there is no such zone; null when they are times. */
  flawOfCron(pattern: string, zone: string): string | null;
}

/** What a person should know beforehand of a workflow, and everything that is wrong with it. */
export interface ValidatedWorkflow {
  /** None when it may run. In the order of the file, as far as one place is concerned. */
  flaws: WorkflowFlaw[];
  /** Steps that cannot be taken back: a run that fails after one of them ends as failed. */
  irreversible: string[];
}

/** Checks a workflow against itself and what is around it. */
export function validateWorkflow(id: string, file: WorkflowFile, around: WorkflowSurroundings): ValidatedWorkflow {
  const { steps } = file;
  return {
    flaws: [
      ...flawsOfInputs(file),
      ...flawsOfTriggers(file, around),
      ...repeated(steps),
      ...steps.flatMap((step, at) => [
        ...unknownSteps(steps, step, at),
        ...unknownAgents(step, at, around),
        ...flawsOfChild(step, at, around),
      ]),
      ...circles(steps),
      ...flawsOfNames(file),
      ...circleOfWorkflows(id, file, around),
    ],
    irreversible: steps.filter(({ compensate }) => compensate === 'none').map((step) => step.id),
  };
}

function repeated(steps: readonly WorkflowStep[]): WorkflowFlaw[] {
  return steps.flatMap(({ id }, at): WorkflowFlaw[] => {
    const first = steps.findIndex((one) => one.id === id);
    if (first === at) return [];
    const message = `There are two steps ${id}: steps[${first}] has that id`;
    return [{ code: 'duplicate-name', path: ['steps', at, 'id'], message, value: id }];
  });
}

function unknownSteps(steps: readonly WorkflowStep[], step: WorkflowStep, at: number): WorkflowFlaw[] {
  const ids = steps.map(({ id }) => id);
  return (['needs', 'needs_any'] as const).flatMap((key) =>
    step[key].flatMap((need, i) => unknown('step', need, ids, ['steps', at, key, i])),
  );
}

/** A fault when there is nothing of that name. */
function unknown(
  what: string,
  value: string,
  names: Iterable<string>,
  path: readonly (string | number)[],
): WorkflowFlaw[] {
  const known = [...names];
  if (known.includes(value)) return [];
  const message = `There is no ${what} ${value}`;
  return [{ code: 'unknown-name', path, message, value, ...nearestTo(value, known) }];
}

function unknownAgents(step: WorkflowStep, at: number, { agents, people }: WorkflowSurroundings): WorkflowFlaw[] {
  const path = ['steps', at];
  const { compensate, wait, approve = [], agent } = step;
  const doer = typeof compensate === 'object' ? compensate.agent : undefined;
  return [
    ...(agent === undefined ? [] : unknown('agent', agent, agents, [...path, 'agent'])),
    ...(doer === undefined ? [] : unknown('agent', doer, agents, [...path, 'compensate', 'agent'])),
    ...approve.flatMap((name) => unknown('person', name, people, [...path, 'approve'])),
    ...(wait?.approval?.by ?? []).flatMap((name) =>
      unknown('person', name, people, [...path, 'wait', 'approval', 'by']),
    ),
    ...(wait?.mail?.from ?? []).flatMap((name) => unknown('agent', name, agents, [...path, 'wait', 'mail', 'from'])),
  ];
}

function flawsOfTriggers(file: WorkflowFile, { agents, flawOfCron }: WorkflowSurroundings): WorkflowFlaw[] {
  const { on, owner, inputs } = file;
  const flaws: WorkflowFlaw[] = owner === undefined ? [] : unknown('agent', owner, agents, ['owner']);
  if (!on) return flaws;
  if (owner === undefined) {
    const message = 'A workflow with on: needs an owner: the seat as which its runs act';
    flaws.push({ code: 'missing-key', path: ['owner'], message });
  }
  flaws.push(...(on.mail?.from ?? []).flatMap((name) => unknown('agent', name, agents, ['on', 'mail', 'from'])));
  const why = on.cron === undefined ? null : flawOfCron(on.cron, on.zone);
  if (why !== null) flaws.push({ code: 'invalid-value', path: ['on', 'cron'], message: why, value: `${on.cron}` });
  return [...flaws, ...flawsOfGiven(inputs, on.with, ['on', 'with'], ['on', 'with'])];
}

/** Inputs that are not there, do not fit, or are missing. `place`: where it is said that one is missing. */
function flawsOfGiven(
  inputs: WorkflowFile['inputs'],
  given: WorkflowStep['with'],
  path: readonly (string | number)[],
  place: readonly (string | number)[],
): WorkflowFlaw[] {
  const names = Object.keys(inputs);
  const missing = names.filter((name) => inputs[name]?.default === undefined && !Object.hasOwn(given, name));
  return [
    ...Object.entries(given).flatMap(([name, value]): WorkflowFlaw[] => {
      const input = inputs[name];
      if (!input) return unknown('input', name, names, [...path, name]);
      const isFilledLater = JSON.stringify(value).includes('{{');
      const why = isFilledLater ? null : flawOfValue(input, value);
      return why === null ? [] : [{ code: 'invalid-value', path: [...path, name], message: `${name}: ${why}` }];
    }),
    ...missing.map((name): WorkflowFlaw => {
      const message = `The input ${name} has no default: give it in with`;
      return { code: 'missing-key', path: place, message, value: name };
    }),
  ];
}

function flawsOfChild(step: WorkflowStep, at: number, { workflows }: WorkflowSurroundings): WorkflowFlaw[] {
  if (step.workflow === undefined) return [];
  const child = workflows.get(step.workflow);
  const path = ['steps', at, 'workflow'];
  if (!child) return unknown('workflow', step.workflow, workflows.keys(), path);
  return flawsOfGiven(child.inputs, step.with, ['steps', at, 'with'], path);
}

/** Each circle once, at the first of its steps; and every step that waits for one. */
function circles(steps: readonly WorkflowStep[]): WorkflowFlaw[] {
  const needsOf = new Map(steps.map((step) => [step.id, [...step.needs, ...step.needs_any]]));
  const inCircle = new Set<string>();
  const flaws: WorkflowFlaw[] = [];
  for (const [at, { id }] of steps.entries()) {
    if (inCircle.has(id)) continue;
    const circle = cycleFrom(id, (one) => needsOf.get(one) ?? []);
    if (!circle) continue;
    for (const one of circle) inCircle.add(one);
    const message = `The needs of steps form a circle: ${circle.join(' → ')}`;
    flaws.push({ code: 'invalid-value', path: ['steps', at, 'needs'], message, value: id });
  }
  return [...flaws, ...unreachable(steps, inCircle)];
}

/** Steps that can never begin, because one that they need is in a circle. */
function unreachable(steps: readonly WorkflowStep[], inCircle: ReadonlySet<string>): WorkflowFlaw[] {
  const before = beforeOf(steps);
  const isLost = (step: string): boolean => inCircle.has(step);
  return steps.flatMap(({ id }, at): WorkflowFlaw[] => {
    const lost = isLost(id) ? undefined : [...(before.get(id) as ReadonlySet<string>)].find(isLost);
    if (lost === undefined) return [];
    const message = `The step ${id} can never begin: ${lost}, which comes before it, is in a circle`;
    return [{ code: 'invalid-value', path: ['steps', at, 'needs'], message, value: id }];
  });
}

function circleOfWorkflows(id: string, file: WorkflowFile, { workflows }: WorkflowSurroundings): WorkflowFlaw[] {
  const childrenOf = (one: string): string[] =>
    ((one === id ? file : workflows.get(one))?.steps ?? []).flatMap(({ workflow }) => workflow ?? []);
  const circle = cycleFrom(id, childrenOf);
  if (!circle) return [];
  const at = file.steps.findIndex(({ workflow }) => workflow === circle[1]);
  const message = `The workflows start each other in a circle: ${circle.join(' → ')}`;
  return [{ code: 'invalid-value', path: ['steps', at, 'workflow'], message, value: circle[1] as string }];
}
