/** The schema of `org/org.yaml`. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';
import { credits } from './credits.ts';
import { keyReference } from './models.ts';
import { promptSettings } from './prompt.ts';
import { network } from './tool.ts';

const turns = (d: number, min = 1) => z.number().int().min(min).default(d);
const level = later(() => z.enum(['error', 'warn', 'info', 'debug']));

const key = later(() => keyReference().describe('a reference to the key, never the key itself'));

/** What `web_search` asks. */
const search = later(() =>
  z.discriminatedUnion('backend', [
    z.strictObject({
      backend: z.literal('local').describe('texts of the organisation; no network'),
      folder: z
        .string()
        .max(200)
        .refine(isInside, 'expected a path under org/shared')
        .describe('the folder under org/shared to search'),
    }),
    z.strictObject({
      backend: z.literal('searxng').describe('a SearXNG server that answers in JSON'),
      url: z
        .url({ protocol: /^https?$/ })
        .refine(isBare, 'expected a URL with no name, password, question or fragment in it')
        .describe('its address'),
      loopback: z.boolean().default(false).describe('true: the server runs on this machine'),
    }),
    z.strictObject({ backend: z.literal('brave').describe('Brave Search'), key: key() }),
    z.strictObject({ backend: z.literal('tavily').describe('Tavily'), key: key() }),
  ]),
);
export type SearchSettings = z.infer<ReturnType<typeof search>>;

function isBare(text: string): boolean {
  if (!URL.canParse(text)) return true; // is a fault already
  const { username, password } = new URL(text);
  return username === '' && password === '' && !/[?#]/.test(text);
}

const loads = later(() => z.number().int().min(1).optional());

/** How often an agent may load a skill. */
const skillLimit = later(() =>
  z
    .strictObject({
      per_turn: loads().describe('loads per turn'),
      per_day: loads().describe('loads per day (UTC)'),
    })
    .refine((limit) => limit.per_turn !== undefined || limit.per_day !== undefined, 'expected per_turn or per_day'),
);
export type SkillLimit = z.infer<ReturnType<typeof skillLimit>>;

/** When a policy ends by itself. */
const policyEnd = later(() =>
  z.strictObject({
    turn: z.number().int().min(0).optional().describe('the last turn in which it counts'),
    time: z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a time such as 2026-12-31T18:00:00Z')
      .refine((text) => !Number.isNaN(Date.parse(text)), 'expected a time such as 2026-12-31T18:00:00Z')
      .optional()
      .describe('the time in UTC at which it ends, such as 2026-12-31T18:00:00Z'),
    uses: z.number().int().min(1).optional().describe('how many actions it permits'),
    of: z.string().optional().describe('the approval with which it was given: its uses are counted under this name'),
  }),
);

/** `org/org.yaml`. */
export const orgFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format version of this file; lemming migrate updates it'),
    name: z.string().min(1).max(100).describe('name of the organisation'),
    purpose: z.string().max(10_000).default('').describe('what the organisation is for; every agent reads it'),
    clock: z
      .strictObject({
        turn_seconds: z
          .number()
          .min(0)
          .max(86_400)
          .default(10)
          .describe('the fewest seconds between turns of an open-ended run'),
        max_turns: z
          .number()
          .int()
          .min(1)
          .nullable()
          .default(null)
          .describe('the most turns of an open-ended run; null: no limit'),
      })
      .prefault({})
      .describe('when turns happen'),
    prompt: promptSettings().nullable().default(null).describe('the sections of prompts; null: the usual ones'),
    summary: z
      .strictObject({
        agent: z.string().describe('who writes the summary'),
        every: turns(12).describe('in turns; skipped if nothing has happened since the last summary'),
      })
      .nullable()
      .default(null)
      .describe('a regular report to people; null: none'),
    limits: z
      .strictObject({
        hops: turns(12).describe('the longest chain of messages between agents alone'),
        task_visits: turns(5).describe('visits after which a task that has not ended has failed'),
        tasks: turns(20_000).describe('tasks that may be open at the same time'),
        agent_tasks: turns(1000).describe('open tasks that an agent may have'),
        runs: turns(100).describe('runs of workflows that may be open at the same time'),
        max_attempts: turns(3).describe('failed visits after which a message becomes a dead letter'),
        concurrency: turns(64).describe('model calls at the same time'),
        steps: turns(8).describe('model calls that a visit may make'),
        live_turns: turns(200).describe('age in turns after which delivered mail is archived'),
        message_bytes: z
          .number()
          .int()
          .min(1024)
          .max(16_777_216)
          .default(1_048_576)
          .describe('the largest file that is read, in bytes'),
        inbox_tokens: z
          .number()
          .int()
          .min(200)
          .max(1_000_000)
          .default(8000)
          .describe('the most tokens of mail that a visit gets'),
        memory_tokens: z
          .number()
          .int()
          .min(0)
          .max(100_000)
          .default(1500)
          .describe('tokens of memory, and as many of the shared context, that a prompt shows'),
        memory_live: turns(200).describe('entries after which the oldest unpinned ones are moved to memory/archive'),
        memory_entries: turns(2000).describe(
          'entries that an agent, and the shared context, may have, including archived ones',
        ),
        memory_bytes: z
          .number()
          .int()
          .min(1024)
          .max(67_108_864)
          .default(4_194_304)
          .describe('bytes that the entries of an agent, and of the shared context, may have'),
        output_tokens: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(2000)
          .describe('tokens that a reply may have, unless the resume says less'),
        workspace_bytes: z
          .number()
          .int()
          .min(1024)
          .default(268_435_456)
          .describe('bytes that the workspace of an agent may contain'),
        workspace_files: z
          .number()
          .int()
          .min(1)
          .default(20_000)
          .describe('files and folders that the workspace of an agent may contain'),
        hires: z
          .number()
          .int()
          .min(0)
          .max(10_000)
          .default(8)
          .describe('agents that an agent and those it hired may employ at the same time'),
        hire_depth: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(2)
          .describe('1: only agents that people created may hire; 2: also those whom they hired; and so on'),
      })
      .prefault({})
      .describe('limits for all agents'),
    sandbox: z
      .enum(['box', 'unsafe-host'])
      .default('box')
      .describe(
        "box: agents' programs run in the sandbox or not at all; unsafe-host: without a sandbox they run with your rights, if you also give --unsafe-host",
      ),
    network: network()
      .nullable()
      .default(null)
      .describe('hosts that programs of shell and run_python may reach, once you approve them: lemming trust network'),
    tools: z
      .strictObject({
        prices: z
          .record(z.string(), credits())
          .default({})
          .describe('tool: credits that a use of it costs; overrides the "cost" in its TOOL.md'),
      })
      .prefault({})
      .describe('settings of tools, for all agents'),
    skills: z
      .strictObject({
        limits: z.record(z.string(), skillLimit()).default({}).describe('skill: how often each agent may load it'),
      })
      .prefault({})
      .describe('settings of skills, for all agents'),
    memory: z
      .strictObject({
        embedder: z
          .string()
          .nullable()
          .default(null)
          .describe('a model of org/models.yaml that makes vectors for search --memory --like; null: none'),
      })
      .prefault({})
      .describe('how memory is searched'),
    mail: z
      .strictObject({
        escalate_after: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .nullable()
          .default(null)
          .describe('turns after which a superior is told of mail that was not read or answered; null: never'),
      })
      .prefault({})
      .describe('how mail is watched'),
    tasks: z
      .strictObject({
        planner: z
          .string()
          .nullable()
          .default(null)
          .describe(
            'the agent that gets tasks without assignee and capability; null: the head of the first unit, or else the first agent of the chart that their author may write to',
          ),
        archive_after: z
          .number()
          .int()
          .min(0)
          .max(1_000_000)
          .nullable()
          .default(100)
          .describe(
            'turns after which a finished task that no open one needs is moved to org/tasks/archive; null: never',
          ),
        on_absence: z
          .enum(['resume', 'reassign', 'fail'])
          .default('reassign')
          .describe(
            'what becomes of open tasks whose assignee has left or is absent. resume: they wait for it; reassign: somebody else gets them; fail: they have failed',
          ),
        absent_after: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .nullable()
          .default(null)
          .describe('turns after which an agent that is paused counts as absent; null: never'),
      })
      .prefault({})
      .describe('settings of tasks'),
    search: search()
      .nullable()
      .default(null)
      .describe('the service that web_search uses; null: none, so the tool is refused'),
    policies: z
      .array(
        z.strictObject({
          act: z
            .string()
            .describe('a tool or *, and conditions: "shell command:git", "fetch_url agent:anna host:example.org"'),
          do: z
            .union([
              z.literal('auto'),
              z.literal('always'),
              z.literal('deny'),
              z.strictObject({ ask: z.array(z.string()).min(1).describe('the people who are asked') }),
            ])
            .describe(
              'auto: allow it; always: allow it even if a resume or a taint requires approval; deny: refuse it; ask: hold it until one of these people answers',
            ),
          until: policyEnd().optional().describe('when the policy ends by itself; the first of these counts'),
        }),
      )
      .default([])
      .describe('what to do with actions that match a pattern; the first match counts'),
    approvals: z
      .strictObject({
        timeout: z
          .string()
          .regex(
            /^[1-9]\d{0,8}(s|m|h|d| turns?)$/,
            'expected a number of turns such as "12 turns", or a time such as 24h',
          )
          .nullable()
          .default(null)
          .describe('time to answer: turns such as "12 turns", or a time such as 24h; null: no limit'),
        default: z.enum(['deny', 'approve']).default('deny').describe('the answer when nobody has answered in time'),
        escalate_to: z
          .array(z.string())
          .default(['human'])
          .describe('people, or contacts with a seat, to ask one after the other'),
      })
      .prefault({})
      .describe('settings of approvals'),
    log: z
      .strictObject({
        level: level().default('info').describe('the lowest level that is written'),
        levels: z
          .record(z.string(), level())
          .default({})
          .describe('levels by module: engine, disk, provider, tool, command'),
        max_bytes: z
          .number()
          .int()
          .min(1024)
          .default(1_048_576)
          .describe('size in bytes at which a log file is rotated'),
        max_files: z.number().int().min(1).max(100).default(5).describe('rotated log files that are kept'),
        max_days: z.number().int().min(1).default(30).describe('age in days after which a log file is rotated'),
      })
      .prefault({})
      .describe('what is written to the logs'),
  }),
);
export type OrgFile = z.infer<ReturnType<typeof orgFile>>;
