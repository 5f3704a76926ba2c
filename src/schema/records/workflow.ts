/** The schema of a workflow: its inputs, what starts it, and its steps. */
import * as z from 'zod';
import { credits } from '../config/credits.ts';
import { later } from '../later.ts';
import { isName } from '../name.ts';
import { condition } from './task.ts';

/** Steps of a workflow, and items of a step, at most. */
export const MOST_STEPS = 100;
export const MOST_ITEMS = 100;

const name = (of: string) => z.string().refine(isName, `expected ${of}: lower-case letters, digits, _ and -`);
const text = (most: number) => z.string().trim().min(1).max(most);
const agent = later(() => name('the name of an agent'));
const step = later(() => name('the id of a step'));
const steps = later(() => z.array(step()).max(MOST_STEPS).default([]));
const duration = later(() =>
  z.string().regex(/^[1-9]\d{0,5}( turns?|m|h|d)$/, 'expected a time such as 12 turns, 90m, 24h or 7d'),
);
const retries = later(() => z.number().int().min(0).max(100).default(2));
const values = later(() => z.record(name('a name'), z.json()).default({}));
const oneOrMany = later(() =>
  z.union([agent(), z.array(agent()).min(1).max(20)]).transform((v) => (typeof v === 'string' ? [v] : [...new Set(v)])),
);

const SIMPLE = ['string', 'integer', 'number', 'boolean'] as const;

/** One input, as a field of a JSON Schema is described. */
const input = later(() =>
  z.strictObject({
    type: z.enum([...SIMPLE, 'array']).describe('the type of its value'),
    description: text(500).optional().describe('what it is for'),
    default: z.json().optional().describe('its value where none is given; without a default it must be given'),
    enum: z.array(z.json()).min(1).max(100).optional().describe('the values that it may have'),
    minimum: z.number().optional().describe('the least number'),
    maximum: z.number().optional().describe('the greatest number'),
    maxLength: z.number().int().min(1).max(100_000).optional().describe('the most characters'),
    items: z.enum(SIMPLE).optional().describe('the type of each item of an array'),
    maxItems: z.number().int().min(1).max(1000).optional().describe('the most items of an array'),
  }),
);
export type WorkflowInput = z.infer<ReturnType<typeof input>>;

/** What starts a run by itself. */
const on = later(() =>
  z
    .strictObject({
      mail: z
        .strictObject({
          from: oneOrMany().describe('who must have written it'),
          subject: text(200).optional().describe('text in its subject (case does not matter)'),
        })
        .optional()
        .describe('mail to the owner starts a run'),
      every: z.number().int().min(1).max(1_000_000).optional().describe('a run starts every so many turns'),
      cron: text(100).optional().describe('a run starts at these times, such as 0 9 * * 1-5'),
      zone: text(64).default('UTC').describe('the time zone of cron, such as Europe/Berlin'),
      with: values().describe(
        'inputs of the run; may name {{mail.from}}, {{mail.subject}}, {{mail.body}} and {{mail.id}}',
      ),
    })
    .refine((v) => v.mail !== undefined || v.every !== undefined || v.cron !== undefined, {
      message: 'expected mail, every or cron',
    }),
);
export type WorkflowTriggers = z.infer<ReturnType<typeof on>>;

/** What a step waits for. */
const wait = later(() =>
  z
    .strictObject({
      mail: z
        .strictObject({
          from: oneOrMany().describe('who must have written it'),
          subject: text(200).optional().describe('text in its subject (case does not matter)'),
        })
        .optional()
        .describe('mail to the owner of the run; its text is the result of the step'),
      approval: z
        .strictObject({
          by: oneOrMany().describe('the people who are asked'),
          text: text(10_000).describe('what they are asked; may name {{inputs.x}} and {{steps.x.result}}'),
        })
        .optional()
        .describe('a person; their note is the result of the step'),
      turns: z.number().int().min(1).max(1_000_000).optional().describe('so many turns'),
    })
    .refine((v) => [v.mail, v.approval, v.turns].filter((one) => one !== undefined).length === 1, {
      message: 'expected one of mail, approval, turns',
    }),
);

const foreach = later(() =>
  z.strictObject({
    in: z
      .union([text(200), z.array(z.json()).max(MOST_ITEMS)])
      .describe('a list, or what holds one, such as inputs.files or steps.list.result'),
    max: z.number().int().min(1).max(MOST_ITEMS).describe('the most items; with more the step fails'),
  }),
);

const compensationTask = later(() =>
  z.strictObject({
    agent: agent().optional().describe('who does it (default: as the step)'),
    capability: text(64).optional().describe('a skill or capability that whoever does it must have'),
    do: text(100_000).describe('how to make up for the step'),
    with: values().describe('more that it is told: name → value'),
    timeout: duration().optional().describe('time after which it has failed, such as 12 turns or 24h'),
    retries: retries().describe('attempts after the first one that fails'),
  }),
);

/** Exactly one of these says what a step is. */
export const STEP_KINDS = ['agent', 'capability', 'wait', 'workflow'] as const;

const workflowStep = later(() =>
  z
    .strictObject({
      id: step().describe('its name in the workflow'),
      title: text(100).optional().describe('the step in a few words (default: its id)'),
      agent: agent().optional().describe('who does it'),
      capability: text(64).optional().describe('a skill or capability that whoever does it must have'),
      wait: wait().optional().describe('it is no work: it waits'),
      workflow: name('the id of a workflow').optional().describe('it is a run of that workflow'),
      do: text(100_000).optional().describe('what is to be done; may name {{inputs.x}} and {{steps.x.result}}'),
      with: values().describe('more that it is told, or the inputs of its workflow: name → value'),
      needs: steps().describe('steps that must all be completed before it'),
      needs_any: steps().describe('steps of which one must be completed before it'),
      when: text(500).optional().describe("a condition, such as inputs.urgent or steps.review.result == 'ok'"),
      foreach: foreach().optional().describe('it is done once for each {{item}} of a list'),
      approve: oneOrMany().optional().describe('people who are asked before it begins'),
      timeout: duration().optional().describe('time after which it has failed, such as 12 turns or 24h'),
      retries: retries().describe('attempts of its work after the first one that fails'),
      ensures: z.array(condition()).max(20).default([]).describe('what must hold when its work is completed'),
      compensate: z
        .union([z.enum(['undo', 'none']), compensationTask()])
        .default('undo')
        .describe('how it is taken back: undo its effects, none (it cannot be), or a task'),
    })
    .superRefine((v, context) => {
      for (const [path, message] of flawsOf(v)) context.addIssue({ code: 'custom', path: [path], message });
    }),
);
/** A step as its file states it. */
export type WorkflowStep = z.infer<ReturnType<typeof workflowStep>>;

type StepKeys = { [K in keyof WorkflowStep]?: unknown };

/** Keys that say something about work alone. */
const OF_WORK = ['foreach', 'approve', 'ensures', 'compensate'] as const;

/** Keys of a step that do not go together. */
function flawsOf(v: StepKeys): [keyof WorkflowStep, string][] {
  const kinds = STEP_KINDS.filter((kind) => v[kind] !== undefined);
  if (kinds.length !== 1) return [[kinds[1] ?? 'id', `expected one of ${STEP_KINDS.join(', ')} in a step`]];
  const flaws: [keyof WorkflowStep, string][] = [];
  const isWork = v.agent !== undefined || v.capability !== undefined;
  if (isWork && v.do === undefined) flaws.push(['id', 'expected do in the step: what is to be done']);
  if (!isWork && v.do !== undefined) flaws.push(['do', `expected no do beside ${kinds[0]}`]);
  if (v.wait !== undefined)
    for (const key of OF_WORK)
      if (!isDefault(key, v[key])) flaws.push([key, `expected no ${key} beside wait: there is no work`]);
  if (v.workflow !== undefined && !isDefault('ensures', v.ensures))
    flaws.push(['ensures', 'expected no ensures beside workflow: state them in its steps']);
  return flaws;
}

function isDefault(key: (typeof OF_WORK)[number], value: unknown): boolean {
  if (key === 'ensures') return (value as unknown[]).length === 0;
  return value === undefined || (key === 'compensate' && value === 'undo');
}

/** `org/workflows/<id>.yaml`. */
export const workflowFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    title: text(100).optional().describe('the workflow in a few words (default: its id)'),
    description: text(2000).optional().describe('what it is for'),
    inputs: z.record(name('the name of an input'), input()).default({}).describe('what a run is given: name → type'),
    owner: agent().optional().describe('the seat as which runs act that start by themselves'),
    on: on().optional().describe('what starts a run by itself; needs an owner'),
    budget: credits().optional().describe('credits that a run may cost'),
    steps: z.array(workflowStep()).min(1).max(MOST_STEPS).describe('what is done; the order is that of needs'),
  }),
);
/** A workflow as its file states it; amounts are in micro-credits. */
export type WorkflowFile = z.infer<ReturnType<typeof workflowFile>>;
/** A workflow as a person writes it: what has a default may be left out, and amounts are in credits. */
export type WorkflowDraft = z.input<ReturnType<typeof workflowFile>>;
