/** `lemming skill`: lists, shows, checks, switches, imports and exports skills. */
import type { Definition, Runs, Zod } from '../command.ts';
import { faultShape } from '../shapes.ts';
import { bringIn, giveAway, rollback, switchOff, switchOn } from './skill-change.ts';
import { listAll, show } from './skill-look.ts';
import { review, validate } from './skill-review.ts';

const SKILL = { name: 'skill', about: 'the id of the skill', of: ['skill'] } as const;
const AGENT = {
  name: 'agent',
  value: 'AGENT',
  about: "the agent's own skill of that id, not the organisation's",
} as const;

export const command = {
  name: 'skill',
  group: 'parts',
  summary: 'List, show, check, enable, disable, import or export skills',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the skills, the agents that have each, and what is wrong with broken ones',
      examples: [
        { line: 'lemming skill', does: 'lists the skills; lemming skill list does the same' },
        { line: 'lemming skill list --agent coder_01', does: 'lists only the skills of coder_01' },
      ],
      args: [],
      flags: [{ name: 'agent', value: 'AGENT', about: 'only the skills of this agent' }],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          skills: z.array(
            z.strictObject({
              id: z.string(),
              folder: z.string(),
              description: z.string(),
              agents: z.array(z.string()),
              files: z.number(),
              version: z.string().nullable(),
              limits: limitsShape(z),
            }),
          ),
          proposed: z.array(proposalShape(z)),
          off: z.array(z.string()),
          off_of_agents: z.array(z.strictObject({ agent: z.string(), id: z.string() })),
          faults: z.array(faultShape(z)),
        }),
    },
    {
      name: 'show',
      summary: 'Show a skill as an agent loads it, or a skill that an agent proposed',
      examples: [
        { line: 'lemming skill show planning', does: 'shows its text, the agents that have it, and its old versions' },
      ],
      args: [SKILL],
      flags: [AGENT],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          id: z.string(),
          proposed: z.array(proposalShape(z).extend({ shows: z.string() })),
          folder: z.string().optional(),
          also: z.array(z.string()).optional(),
          head: z.looseObject({ name: z.string(), description: z.string() }).optional(),
          agents: z.array(z.string()).optional(),
          files: z.array(z.string()).optional(),
          version: z.string().nullable().optional(),
          limits: limitsShape(z).optional(),
          loads: z.array(z.strictObject({ agent: z.string(), loads: z.number() })).optional(),
          versions: z.array(z.number()).optional(),
          body: z.string().optional(),
        }),
    },
    {
      name: 'outcomes',
      summary: 'Compare visits in which agents read a skill with their other visits',
      examples: [
        { line: 'lemming skill outcomes planning', does: 'compares visits with and without the skill planning' },
      ],
      args: [{ ...SKILL, about: 'the id of the skill (default: all skills)', optional: true }],
      flags: [{ name: 'agent', value: 'AGENT', about: 'only the visits of this agent' }],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          agents: z.record(z.string(), courseShape(z)),
          skills: z.array(
            z.strictObject({ skill: z.string(), agent: z.string(), with: courseShape(z), without: courseShape(z) }),
          ),
          unread: z.array(z.string()),
        }),
    },
    {
      name: 'validate',
      summary: 'Check the skills; exit code 3 if one is broken',
      examples: [{ line: 'lemming skill validate', does: 'lists each fault with file, line and column' }],
      args: [{ ...SKILL, about: 'the id of the skill (default: all skills)', optional: true }],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ ok: z.boolean(), faults: z.array(faultShape(z)) }),
    },
    {
      name: 'enable',
      summary: 'Enable a disabled skill',
      examples: [{ line: 'lemming skill enable planning', does: 'agents can use it again from the next turn on' }],
      args: [SKILL],
      flags: [AGENT],
      reads: false,
      right: 'edit',
      output: (z) => placeShape(z),
    },
    {
      name: 'disable',
      summary: 'Disable a skill',
      examples: [
        {
          line: 'lemming skill disable planning',
          does: 'moves it to org/skills/_off; no agent can use it from the next turn on',
        },
      ],
      args: [SKILL],
      flags: [AGENT],
      reads: false,
      right: 'edit',
      output: (z) => placeShape(z),
    },
    {
      name: 'import',
      summary: 'Copy a folder with a SKILL.md into org/skills',
      examples: [{ line: 'lemming skill import ../skills/planning', does: 'adds the skill planning' }],
      args: [{ name: 'folder', about: 'the folder to import', of: ['folder'] }],
      flags: [{ name: 'replace', about: 'replace the skill of that name; the old version is kept' }],
      reads: false,
      right: 'owner',
      output: (z) => placeShape(z).extend({ files: z.number() }),
    },
    {
      name: 'export',
      summary: 'Copy a skill into a folder',
      examples: [{ line: 'lemming skill export planning ../skills', does: 'creates the folder ../skills/planning' }],
      args: [SKILL, { name: 'dir', about: 'the folder to copy it into' }],
      flags: [AGENT],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ id: z.string(), files: z.number() }),
    },
    {
      name: 'rollback',
      summary: 'Go back to the former version of a skill',
      examples: [
        { line: 'lemming skill rollback planning', does: 'restores the former version and keeps the present one' },
        { line: 'lemming skill rollback csv --agent coder_01', does: "does the same for coder_01's own skill csv" },
      ],
      args: [SKILL],
      flags: [AGENT],
      reads: false,
      right: 'edit',
      output: (z) => placeShape(z).extend({ kept: z.string().nullable() }),
    },
  ],
} as const satisfies Definition;

/** Changes the files as a person would by hand. A running engine sees them at its next turn. */
export const run: Runs<typeof command> = {
  list: listAll,
  show,
  outcomes: review,
  validate,
  enable: switchOn,
  disable: switchOff,
  import: bringIn,
  export: giveAway,
  rollback,
};

function placeShape(z: Zod) {
  return z.strictObject({ id: z.string(), folder: z.string() });
}

function limitsShape(z: Zod) {
  return z.looseObject({}).nullable();
}

function proposalShape(z: Zod) {
  return z.strictObject({
    approval: z.string(),
    agent: z.string(),
    id: z.string(),
    description: z.string(),
    folder: z.string(),
    answered: z.enum(['approve', 'deny']).nullable(),
  });
}

function courseShape(z: Zod) {
  return z.strictObject({
    visits: z.number(),
    failed: z.number(),
    cut: z.number(),
    messages: z.number(),
    refused_acts: z.number(),
    held_acts: z.number(),
    failed_uses: z.number(),
    calls: z.number(),
    ms: z.number(),
    cost: z.number(),
  });
}
