/** Finds names in conditions and templates that stand for nothing. */
import { copyWith } from '../../../schema/copy.ts';
import type { WorkflowFile, WorkflowStep } from '../../../schema/records/workflow.ts';
import type { Json } from '../../model/call.ts';
import { nearestTo } from '../../text/nearest.ts';
import { namesIn, readExpression } from './expression.ts';
import { beforeOf } from './order.ts';
import { isReference } from './reference.ts';
import { namesInTemplates } from './template.ts';
import type { WorkflowFlaw } from './validate.ts';

type Path = readonly (string | number)[];

/** What may be named at a place. */
interface Nameable {
  inputs: readonly string[];
  steps: readonly string[];
  /** Steps whose results can be there. */
  before: ReadonlySet<string>;
  hasItem: boolean;
  hasMail: boolean;
  /** False where a run has not begun, so that only mail can be named. */
  hasRun: boolean;
}

const OF_MAIL = ['id', 'from', 'subject', 'body'];
const OF_RUN = ['id', 'owner'];
const OF_STEP = ['result', 'status'];

/** Every name in the workflow that stands for nothing, and every condition that cannot be read. */
export function flawsOfNames(file: WorkflowFile): WorkflowFlaw[] {
  const before = beforeOf(file.steps);
  const hasMail = file.on?.mail !== undefined;
  const all = { inputs: Object.keys(file.inputs), steps: file.steps.map(({ id }) => id), hasMail };
  const atStart: Nameable = copyWith(all, { before: new Set<string>(), hasItem: false, hasRun: false });
  return [
    ...inTemplates(file.on?.with ?? {}, ['on', 'with'], atStart),
    ...file.steps.flatMap((step, at) => {
      const known = before.get(step.id) as ReadonlySet<string>;
      return flawsOfStep(step, ['steps', at], copyWith(all, { before: known, hasItem: false, hasRun: true }));
    }),
  ];
}

function flawsOfStep(step: WorkflowStep, path: Path, known: Nameable): WorkflowFlaw[] {
  const { when, foreach, wait, compensate } = step;
  const inEach: Nameable = copyWith(known, { hasItem: foreach !== undefined });
  const inUndo: Nameable = copyWith(inEach, { before: new Set([...known.before, step.id]) });
  return [
    ...(when === undefined ? [] : inCondition(when, [...path, 'when'], known)),
    ...(foreach === undefined ? [] : flawsOfForeach(foreach, [...path, 'foreach', 'in'], known)),
    ...inTemplates(step.do ?? '', [...path, 'do'], inEach),
    ...inTemplates(step.with, [...path, 'with'], inEach),
    ...inTemplates(step.ensures, [...path, 'ensures'], inEach),
    ...inTemplates(wait?.approval?.text ?? '', [...path, 'wait', 'approval', 'text'], known),
    ...(typeof compensate === 'string'
      ? []
      : [
          ...inTemplates(compensate.do, [...path, 'compensate', 'do'], inUndo),
          ...inTemplates(compensate.with, [...path, 'compensate', 'with'], inUndo),
        ]),
  ];
}

function flawsOfForeach(
  { in: list, max }: NonNullable<WorkflowStep['foreach']>,
  path: Path,
  known: Nameable,
): WorkflowFlaw[] {
  if (typeof list === 'string') return isReference(list) ? inName(list, path, known) : [noName(list, path)];
  if (list.length <= max) return inTemplates(list, path, known);
  return [{ code: 'invalid-value', path, message: `The list has ${list.length} items, but max is ${max}` }];
}

function inCondition(text: string, path: Path, known: Nameable): WorkflowFlaw[] {
  const read = readExpression(text);
  if ('why' in read)
    return [{ code: 'invalid-value', path, message: `The condition cannot be read: ${read.why}`, value: text }];
  const names = namesIn(read.expression);
  if (names.length > 0) return names.flatMap((name) => inName(name, path, known));
  return [{ code: 'invalid-value', path, message: 'The condition names nothing, so it never changes', value: text }];
}

function inTemplates(value: Json, path: Path, known: Nameable): WorkflowFlaw[] {
  const { names, isBroken } = namesInTemplates(value);
  const broken: WorkflowFlaw[] = isBroken
    ? [{ code: 'invalid-value', path, message: 'A {{ is not closed, or holds more than a name' }]
    : [];
  return [
    ...broken,
    ...[...new Set(names)].flatMap((name) => (isReference(name) ? inName(name, path, known) : [noName(name, path)])),
  ];
}

function noName(text: string, path: Path): WorkflowFlaw {
  const message = `${JSON.stringify(text)} names nothing: expected inputs.NAME, steps.ID.result or steps.ID.status`;
  return { code: 'unknown-name', path, message, value: text };
}

function inName(name: string, path: Path, known: Nameable): WorkflowFlaw[] {
  const [first = '', second = '', third = ''] = name.split('.');
  const flaw = (message: string, near: { nearest?: string } = {}): WorkflowFlaw[] => [
    { code: 'unknown-name', path, message, value: name, ...near },
  ];
  const missing = (what: string, names: readonly string[]): WorkflowFlaw[] =>
    names.includes(second) ? [] : flaw(`There is no ${what} ${second}, which ${name} names`, nearestTo(second, names));
  if (first === 'item' || first === 'number')
    return known.hasItem
      ? []
      : flaw(`${name} stands for something only in do, with and compensate of a step with foreach`);
  if (first === 'mail')
    return known.hasMail ? missing('part of mail', OF_MAIL) : flaw(`${name} stands for something only with on: mail`);
  if (!known.hasRun) return flaw(`${name} is not known before a run begins: only mail can be named here`);
  if (first === 'run') return missing('part of a run', OF_RUN);
  if (first === 'inputs') return missing('input', known.inputs);
  const unknown = missing('step', known.steps);
  if (unknown.length > 0) return unknown;
  if (!OF_STEP.includes(third)) return flaw(`${name} says nothing: expected steps.${second}.result or .status`);
  if (known.before.has(second)) return [];
  return flaw(`${name} is not known there: ${second} does not come before; add it to needs`);
}
