/** The schema of a message: its kinds, priorities and front matter. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isRecipient } from '../name.ts';

/** The kinds a message may have; `notice` wakes nobody. */
export const MESSAGE_KINDS = ['message', 'request', 'response', 'report', 'status', 'task', 'notice'] as const;
export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
const PRIORITY_ALIASES: Record<string, string> = { critical: 'urgent', medium: 'normal' };
/** All names for a priority. */
export const PRIORITY_NAMES = [...PRIORITIES, ...Object.keys(PRIORITY_ALIASES)];

export const priority = later(() =>
  z
    .preprocess(
      (v) => (typeof v === 'string' && Object.hasOwn(PRIORITY_ALIASES, v) ? PRIORITY_ALIASES[v] : v),
      z.enum(PRIORITIES),
    )
    .describe(
      'urgent wakes its reader at once; the others order the inbox (critical and medium are read as urgent and normal)',
    ),
);

const recipient = later(() => z.string().refine(isRecipient, 'expected an agent name, @unit or *'));
const oneOrMany = later(() =>
  z.union([recipient(), z.array(recipient()).min(1)]).transform((v) => (typeof v === 'string' ? [v] : [...new Set(v)])),
);
const fileName = later(() =>
  z
    .string()
    .max(255, { abort: true })
    .regex(/^[^/\\\0-\x1f]+$/, 'expected the name of a file, without folders')
    .refine((v) => v !== '.' && v !== '..', 'expected the name of a file'),
);

/** How the message came, when it was not written by the person whose seat it is. */
export const through = later(() =>
  z.literal('mcp').optional().describe('an assistant did it, in the seat of the person'),
);

const asks = later(() =>
  z
    .string()
    .max(80, { abort: true })
    .regex(/^plan(:[a-z][a-z0-9_-]*)?$/, 'expected plan, or plan: and the name of a goal')
    .optional()
    .describe(
      'plan: its readers are to propose one with propose_plan; plan:NAME for a goal of org/goals. With task: to change the plan of that task',
    ),
);

const expires = later(() =>
  z.number().int().min(0).optional().describe('turn after which the message is a dead letter if still unread'),
);

/**
 * The front matter of a file that a person puts into their outbox. Everything but `to` is optional; `to` may come from the
 * file name or folder.
 */
export const dropHead = later(() =>
  z.strictObject({
    id: z.string().optional().describe('stamped by the engine'),
    from: z.string().optional().describe('stamped by the engine from the directory'),
    to: oneOrMany().optional().describe('agent names, @unit or *'),
    turn: z.number().int().min(0).optional().describe('stamped by the engine'),
    kind: z.enum(MESSAGE_KINDS).optional().describe('what sort of message this is'),
    subject: z.string().max(500).optional().describe('one line; the first line of the body when absent'),
    priority: priority().optional(),
    thread: z.string().max(100).optional().describe('id of the first message of the conversation'),
    reply_to: z.string().max(100).optional().describe('id of the message this one answers'),
    expires: expires(),
    hops: z.number().int().min(0).optional().describe('stamped by the engine'),
    task: z.string().max(100).optional().describe('id of the task this is about'),
    attachments: z.array(fileName()).max(64).optional().describe('files beside the message'),
    asks: asks(),
    through: through(),
  }),
);

/** The front matter of a message that the engine wrote: complete. */
export const messageHead = later(() =>
  z.strictObject({
    id: z.string().describe('<turn>-<author>-<n>'),
    from: z.string().describe('stamped by the engine from the directory'),
    to: z.array(z.string()).describe('agents that get it'),
    turn: z.number().int().min(0).describe('the turn in which it was sent; it is read from the next on'),
    kind: z.enum(MESSAGE_KINDS).describe('what sort of message this is'),
    subject: z.string().describe('one line'),
    priority: priority(),
    thread: z.string().describe('id of the first message of the conversation'),
    reply_to: z.string().optional().describe('id of the message this one answers'),
    expires: expires(),
    hops: z.number().int().min(0).describe('length of the chain of messages since a person wrote'),
    task: z.string().optional().describe('id of the task this is about'),
    via: z.string().optional().describe('model that answered in place of the first of the resume, and why'),
    attachments: z.array(z.string()).optional().describe('files beside the message'),
    asks: asks(),
    addressed: z.array(z.string()).optional().describe('whom its author addressed, where routes changed who gets it'),
    routes: z.array(z.string()).optional().describe('routes of org/routes.yaml that changed it'),
    became: z
      .record(z.string(), z.string())
      .optional()
      .describe('who got a task in place of the message, and the id of that task'),
  }),
);

/** What the engine knows of a message: the canonical front matter plus the body and the file. */
export interface Message {
  id: string;
  from: string;
  to: string[];
  turn: number;
  kind: (typeof MESSAGE_KINDS)[number];
  subject: string;
  priority: (typeof PRIORITIES)[number];
  thread: string;
  reply_to?: string;
  expires?: number;
  hops: number;
  task?: string;
  via?: string;
  attachments?: string[];
  /** `plan`, or `plan:` and a goal: its readers are to propose a plan; with `task`, to change the plan of that task. */
  asks?: string;
  /** Whom its author addressed, where routes changed who gets it; and the names of the routes that changed it. */
  addressed?: string[];
  routes?: string[];
  /** Reader → the task that it got in place of the message. */
  became?: Record<string, string>;
  /** Path in the org, such as `agents/planner/outbox/000042-01-coder_01-build.md`. */
  path: string;
  body: string;
}
