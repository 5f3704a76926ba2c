/** Schemas of data that several commands return. */
import { TURN_EVENTS } from '../views/journal/turn-event.ts';
import type { Zod } from './command.ts';

/** A fault. */
export const faultShape = (z: Zod) =>
  z.strictObject({
    code: z.string(),
    message: z.string(),
    remedy: z.string(),
    file: z.string().optional(),
    line: z.number().optional(),
    column: z.number().optional(),
    value: z.string().optional(),
    nearest: z.string().optional(),
  });

/** Whether a request is in the journal, or a running engine takes it in at its next freeze. */
export const takenShape = (z: Zod) => z.enum(['journaled', 'waits']);

/** When a request takes effect. */
export const effectShape = (z: Zod) => z.enum(['now', 'next turn']);

/** How much waits for a person. */
export const needsShape = (z: Zod) =>
  z.strictObject({
    count: z.number(),
    mail: z.number(),
    approvals: z.number(),
    dead_letters: z.number(),
    undelivered: z.number(),
    out_of_credits: z.number(),
    faults: z.number(),
  });

/** An answer that an agent owes. */
export const owedShape = (z: Zod) =>
  z.strictObject({
    agent: z.string(),
    to: z.string(),
    id: z.string(),
    subject: z.string(),
    turn: z.number(),
    reminded: z.boolean(),
  });

/** A message. */
export const mailShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    from: z.string(),
    to: z.array(z.string()),
    turn: z.number(),
    kind: z.string(),
    subject: z.string(),
    priority: z.string(),
    thread: z.string(),
    reply_to: z.string().nullable(),
    task: z.string().nullable(),
    via: z.string(),
    attachments: z.array(z.string()),
    files: z.array(z.string()),
    read: z.boolean(),
    waiting: z.array(z.string()),
    made_by: z.string().nullable(),
    made_by_act: z.number().nullable(),
    addressed: z.array(z.string()).optional(),
    routes: z.array(z.string()).optional(),
    became: z.record(z.string(), z.string()).optional(),
    collected: z.record(z.string(), z.number()).optional(),
    path: z.string(),
    body: z.string(),
  });

/** A notice for a person: `count` times, about the dead letters `ids`. */
export const noticeShape = (z: Zod) =>
  z.strictObject({
    turn: z.number(),
    about: z.string(),
    text: z.string(),
    count: z.number(),
    ids: z.array(z.string()),
  });

/** What an agent is doing, and its health. */
export const conditionShape = (z: Zod) =>
  z.enum(['unknown', 'initializing', 'idle', 'active', 'paused', 'error', 'offline', 'finished']);
export const healthShape = (z: Zod) => z.enum(['healthy', 'degraded', 'unhealthy']);

/** A memory entry; `agent` is null for the shared context. */
export const entryShape = (z: Zod) =>
  z.strictObject({
    agent: z.string().nullable(),
    key: z.string(),
    path: z.string(),
    version: z.number(),
    turn: z.number(),
    pin: z.boolean(),
    archived: z.boolean(),
    tags: z.array(z.string()),
    evidence: z.string(),
    text: z.string(),
  });

/** An event of a turn. */
export const eventShape = (z: Zod) =>
  z.strictObject({
    what: z.enum(TURN_EVENTS),
    agent: z.string().nullable(),
    id: z.string().nullable(),
    text: z.string(),
  });
export const turnShape = (z: Zod) =>
  z.strictObject({
    turn: z.number(),
    time: z.string().nullable(),
    committed: z.boolean(),
    spent: z.number(),
    events: z.array(eventShape(z)),
  });

/** An attempt at a model call: the exact prompt and the response. */
export const callShape = (z: Zod) =>
  z.strictObject({
    key: z.string(),
    model: z.string(),
    provider: z.string(),
    reserve: z.number(),
    cost: z.number().nullable(),
    ms: z.number().nullable(),
    cached: z.boolean(),
    max_output_tokens: z.number(),
    system: z.string(),
    tools: z.array(z.looseObject({ name: z.string() })),
    parts: z.array(z.looseObject({ role: z.string() })),
    images: z.array(z.string()),
    paid: z.array(z.strictObject({ act: z.number(), tool: z.string(), cost: z.number() })),
    answer: z.looseObject({ k: z.enum(['reply', 'failed']) }).nullable(),
    exact: z.boolean(),
  });

export const deadShape = (z: Zod) =>
  z.strictObject({
    id: z.string(),
    message: z.string().nullable(),
    to: z.array(z.string()),
    from: z.string(),
    path: z.string(),
    turn: z.number(),
    reason: z.string(),
    detail: z.string(),
    chain: z.string(),
  });

/** When a policy ends by itself. */
export const policyEndShape = (z: Zod) =>
  z.strictObject({
    turn: z.number().optional(),
    time: z.string().optional(),
    uses: z.number().optional(),
    of: z.string().optional(),
  });

/** A failure that the journal shows. */
export const findingShape = (z: Zod) =>
  z.strictObject({
    kind: z.string(),
    mode: z.string(),
    agent: z.string(),
    turn: z.number(),
    call: z.number().nullable(),
    thread: z.string().nullable(),
    text: z.string(),
    ids: z.array(z.string()),
    quote: z.string(),
    remedy: z.string(),
  });
