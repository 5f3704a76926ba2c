/** The schema of the front matter of a resume. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';

/** Grants: a tool name, `ask:` before it to hold each use for approval; object form narrows it (paths, hosts, commands). */
const toolGrant = later(() =>
  z
    .string()
    .regex(
      /^(ask:)?([a-z][a-z0-9_]*|[a-z][a-z0-9-]*__(\*|[A-Za-z0-9_-]+))$/,
      'a tool name such as read_file, ask:shell, or SERVER__TOOL',
    ),
);

/** Whether a grant without its `ask:`, such as `read_file` or `github__*`, is of that tool. */
export function covers(grant: string, tool: string): boolean {
  return grant === tool || (grant.endsWith('__*') && tool.startsWith(grant.slice(0, -1)));
}

/** A host, `*.` before it for those below, `*` for every one; a port after it when it is not the usual one. */
const hostPattern = later(() =>
  z
    .string()
    .max(260, { abort: true })
    .regex(
      /^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+|\[[0-9a-f:]+\])(:[1-9]\d{0,4})?$/,
      'a host such as example.org, "*.example.org" or example.org:8443, in small letters',
    ),
);

export const schedule = later(() =>
  z.strictObject({
    every: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('in turns; the agent may be called in turns where (turn - offset) mod every = 0'),
    offset: z.number().int().min(0).default(0).describe('in turns'),
    when: z
      .enum(['mail', 'always'])
      .default('mail')
      .describe('mail: call it only if mail waits; always: call it each time'),
  }),
);

/** The front matter of `agents/<name>/resume.md`. The body holds the instructions. */
export const resumeHead = later(() =>
  z.strictObject({
    version: z.literal(1).optional().describe('format version of this file'),
    name: z.string().optional().describe('the name of the folder'),
    role: z.string().max(500).default('').describe('one line, shown to neighbours'),
    person: z.boolean().default(false).describe('true for a person: never scheduled, never billed'),
    model: z
      .union([z.string(), z.array(z.string()).min(1)])
      .default('default')
      .transform((v) => (typeof v === 'string' ? [v] : v))
      .describe('a key of org/models.yaml, or a list of keys; the first that works is used'),
    schedule: schedule()
      .default({ every: 1, offset: 0, when: 'mail' })
      .describe('when the agent is due; urgent mail always wakes it'),
    tools: z
      .array(toolGrant())
      .default([])
      .describe(
        'the tools it may use; "ask:" before a name makes each use wait for approval; SERVER__* means all tools of a server',
      ),
    skills: z.array(z.string()).default([]).describe('skills from org/skills'),
    capabilities: z
      .array(z.string().min(1).max(64))
      .max(50)
      .default([])
      .describe('words for what it can do: a task that names one of them may be given to it'),
    shared: z
      .array(z.string().max(200).refine(isInside, 'expected a path under org/shared'))
      .default([])
      .describe('paths under org/shared that it may read and write; "" or "." for all'),
    hosts: z
      .array(hostPattern())
      .default([])
      .describe('hosts that fetch_url may reach: example.org, "*.example.org" for its subdomains, "*" for all'),
    commands: z
      .array(z.string().regex(/^[\w.+-]{1,64}$/, 'the name of a program such as git'))
      .optional()
      .describe('programs that shell may run, one at a time and without shell syntax (default: all)'),
    unit: z.string().optional().describe('its department, a file in org/units'),
    extends: z
      .string()
      .optional()
      .describe('a template in org/templates that provides missing keys; the resume may only reduce its rights'),
    limits: z
      .strictObject({
        steps: z.number().int().min(1).max(100).optional().describe('model calls that a visit may make'),
        output_tokens: z.number().int().min(1).max(1_000_000).optional().describe('tokens that a reply may have'),
      })
      .default({})
      .describe('limits of this agent, within those of org.yaml'),
  }),
);
export type ResumeHead = z.infer<ReturnType<typeof resumeHead>>;

/** A resume as the engine uses it. */
export interface Resume extends ResumeHead {
  name: string;
  /** The body: instructions, verbatim. */
  instructions: string;
}
