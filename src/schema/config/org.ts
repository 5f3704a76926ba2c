/** The schema of `org/org.yaml`. */
import * as z from 'zod';
import { later } from '../later.ts';
import { isInside } from '../name.ts';
import { credits } from './credits.ts';
import { keyReference } from './models.ts';
import { network } from './tool.ts';

const turns = (d: number, min = 1) => z.number().int().min(min).default(d);
const level = later(() => z.enum(['error', 'warn', 'info', 'debug']));

const key = later(() => keyReference().describe('a reference to the key, never the key itself'));

/** What `web_search` asks. */
const search = later(() =>
  z.discriminatedUnion('backend', [
    z.strictObject({
      backend: z.literal('local').describe('texts of the organisation: no network'),
      folder: z
        .string()
        .max(200)
        .refine(isInside, 'expected a path under org/shared')
        .describe('folder under org/shared whose texts are searched'),
    }),
    z.strictObject({
      backend: z.literal('searxng').describe('a SearXNG that answers in JSON'),
      url: z
        .url({ protocol: /^https?$/ })
        .refine(isBare, 'expected a URL with no name, password, question or fragment in it')
        .describe('its address'),
      loopback: z.boolean().default(false).describe('true: it runs on this machine, and nowhere else is asked'),
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
      per_turn: loads().describe('loads in a turn'),
      per_day: loads().describe('loads on a day, by UTC'),
    })
    .refine((limit) => limit.per_turn !== undefined || limit.per_day !== undefined, 'expected per_turn or per_day'),
);
export type SkillLimit = z.infer<ReturnType<typeof skillLimit>>;

/** `org/org.yaml`. */
export const orgFile = later(() =>
  z.strictObject({
    version: z.literal(1).describe('format of this file; lemming migrate upgrades'),
    name: z.string().min(1).max(100).describe('name of the organisation'),
    purpose: z.string().max(10_000).default('').describe('what the organisation is for; every agent sees it'),
    clock: z
      .strictObject({
        turn_seconds: z
          .number()
          .min(0)
          .max(86_400)
          .default(10)
          .describe('least seconds between turns of an open-ended run'),
        max_turns: z
          .number()
          .int()
          .min(1)
          .nullable()
          .default(null)
          .describe('turns an open-ended run makes at most; null: no limit'),
      })
      .prefault({})
      .describe('when turns happen'),
    summary: z
      .strictObject({
        agent: z.string().describe('who writes the summary'),
        every: turns(12).describe('in turns; skipped when nothing happened since the last'),
      })
      .nullable()
      .default(null)
      .describe('a regular report to people; null: none'),
    limits: z
      .strictObject({
        hops: turns(12).describe('length of a chain of messages that no person took part in'),
        max_attempts: turns(3).describe('failed visits after which a message becomes a dead letter'),
        concurrency: turns(64).describe('provider calls at the same time'),
        steps: turns(8).describe('provider calls a visit may make'),
        live_turns: turns(200).describe('age in turns after which delivered mail moves to the archive'),
        message_bytes: z
          .number()
          .int()
          .min(1024)
          .max(16_777_216)
          .default(1_048_576)
          .describe('largest file that is read'),
        inbox_tokens: z
          .number()
          .int()
          .min(200)
          .max(1_000_000)
          .default(8000)
          .describe('tokens of mail a visit is given at most'),
        memory_tokens: z
          .number()
          .int()
          .min(0)
          .max(100_000)
          .default(1500)
          .describe('tokens of its memory, and as many of the shared context, that a prompt shows'),
        memory_live: turns(200).describe('entries after which the oldest that are not pinned move to memory/archive'),
        memory_entries: turns(2000).describe(
          'entries that an agent, and the shared context, may have, archived ones too',
        ),
        memory_bytes: z
          .number()
          .int()
          .min(1024)
          .max(67_108_864)
          .default(4_194_304)
          .describe('bytes that an agent, and the shared context, may have in entries'),
        output_tokens: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(2000)
          .describe('tokens a reply may have, unless the resume says less'),
        workspace_bytes: z
          .number()
          .int()
          .min(1024)
          .default(268_435_456)
          .describe('bytes that the workspace of an agent may hold'),
        workspace_files: z
          .number()
          .int()
          .min(1)
          .default(20_000)
          .describe('files and folders that the workspace of an agent may hold'),
        hires: z
          .number()
          .int()
          .min(0)
          .max(10_000)
          .default(8)
          .describe('agents that an agent, and those it hired, may have hired and not retired'),
        hire_depth: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(2)
          .describe('1: only agents that people made may hire; 2: those whom they hired as well; and so on'),
      })
      .prefault({})
      .describe('bounds that hold for everybody'),
    sandbox: z
      .enum(['box', 'unsafe-host'])
      .default('box')
      .describe(
        'box: programs of agents run in the Box or not at all; unsafe-host: where there is no Box they run with your rights, if --unsafe-host is given as well',
      ),
    network: network()
      .nullable()
      .default(null)
      .describe(
        'hosts of the web that programs of shell and run_python may reach, once you approved them: lemming trust network',
      ),
    tools: z
      .strictObject({
        prices: z
          .record(z.string(), credits())
          .default({})
          .describe('tool: credits that a use of it costs; goes before the "cost" of its TOOL.md'),
      })
      .prefault({})
      .describe('what holds for tools, whoever uses them'),
    skills: z
      .strictObject({
        limits: z.record(z.string(), skillLimit()).default({}).describe('skill: how often each agent may load it'),
      })
      .prefault({})
      .describe('what holds for skills, whoever has them'),
    memory: z
      .strictObject({
        embedder: z
          .string()
          .nullable()
          .default(null)
          .describe('a model of org/models.yaml that makes vectors for search --memory --like; null: there are none'),
      })
      .prefault({})
      .describe('how memory is searched'),
    search: search().nullable().default(null).describe('what web_search asks; null: nothing, and the tool is refused'),
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
              z.strictObject({ ask: z.array(z.string()).min(1).describe('who is asked') }),
            ])
            .describe(
              'auto: let it happen; always: also without the approval that a resume or a taint wants; deny: refuse it; ask: hold it until one of these answers',
            ),
        }),
      )
      .default([])
      .describe('what is done with acts of some pattern; the first that fits counts'),
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
          .describe(
            'how long those who were asked have: turns such as "12 turns", or wall time such as 24h; null: for ever',
          ),
        default: z
          .enum(['deny', 'approve'])
          .default('deny')
          .describe('the answer when the time of the last one is over'),
        escalate_to: z
          .array(z.string())
          .default(['human'])
          .describe('people, or contacts with a seat, who are asked one after the other'),
      })
      .prefault({})
      .describe('what happens to acts that wait for a person'),
    log: z
      .strictObject({
        level: level().default('info').describe('least level that is written'),
        levels: z
          .record(z.string(), level())
          .default({})
          .describe('levels by module: engine, disk, provider, tool, command'),
        max_bytes: z.number().int().min(1024).default(1_048_576).describe('size at which a log file is rotated'),
        max_files: z.number().int().min(1).max(100).default(5).describe('rotated log files that are kept'),
        max_days: z.number().int().min(1).default(30).describe('age in days after which a log file is rotated'),
      })
      .prefault({})
      .describe('what is written to the logs'),
  }),
);
export type OrgFile = z.infer<ReturnType<typeof orgFile>>;
