/** The command `lemming skill`. */
import type { Definition, Runs, Zod } from '../command.ts';
import { faultShape } from '../shapes.ts';
import { bringIn, giveAway, rollback, switchOff, switchOn } from './skill-change.ts';
import { listAll, show } from './skill-look.ts';
import { review, validate } from './skill-review.ts';

const SKILL = { name: 'skill', about: 'its id', of: ['skill'] } as const;
const AGENT = {
  name: 'agent',
  value: 'AGENT',
  about: 'the skill of this agent alone, not that of the organisation',
} as const;

export const command = {
  name: 'skill',
  group: 'parts',
  summary: 'List, show, check and review the skills of the organisation; switch them, bring them in, give them away',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the skills, who has each, and which are broken and why',
      examples: [
        { line: 'lemming skill', does: 'lists the skills; lemming skill list does the same' },
        { line: 'lemming skill list --agent coder_01', does: 'only those that coder_01 has' },
      ],
      args: [],
      flags: [{ name: 'agent', value: 'AGENT', about: 'only those that this agent has' }],
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
      summary: 'Show a skill as an agent is told it that loads it, or what an agent proposed',
      examples: [{ line: 'lemming skill show planning', does: 'its text, who has it, and its old versions' }],
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
      summary: 'Show how visits went in which agents read a skill, and their others',
      examples: [{ line: 'lemming skill outcomes planning', does: 'compares the visits with planning and without' }],
      args: [{ ...SKILL, about: 'one skill; all when left out', optional: true }],
      flags: [{ name: 'agent', value: 'AGENT', about: 'the visits of this agent alone' }],
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
      summary: 'Check the skills; exit code 3 when one is broken',
      examples: [{ line: 'lemming skill validate', does: 'lists what is wrong, with file, line and column' }],
      args: [{ ...SKILL, about: 'one skill; all when left out', optional: true }],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ ok: z.boolean(), faults: z.array(faultShape(z)) }),
    },
    {
      name: 'enable',
      summary: 'Put a skill back that was switched off',
      examples: [{ line: 'lemming skill enable planning', does: 'agents have it again from the next turn on' }],
      args: [SKILL],
      flags: [AGENT],
      reads: false,
      right: 'edit',
      output: (z) => placeShape(z),
    },
    {
      name: 'disable',
      summary: 'Switch a skill off',
      examples: [
        {
          line: 'lemming skill disable planning',
          does: 'moves it to org/skills/_off: nobody has it from the next turn on',
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
      examples: [{ line: 'lemming skill import ../skills/planning', does: 'makes the skill planning' }],
      args: [{ name: 'folder', about: 'the folder it lies in', of: ['folder'] }],
      flags: [{ name: 'replace', about: 'take the place of the skill of that name, which is kept' }],
      reads: false,
      right: 'owner',
      output: (z) => placeShape(z).extend({ files: z.number() }),
    },
    {
      name: 'export',
      summary: 'Copy a skill into a folder',
      examples: [{ line: 'lemming skill export planning ../skills', does: 'makes the folder ../skills/planning' }],
      args: [SKILL, { name: 'dir', about: 'the folder to copy it into' }],
      flags: [AGENT],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ id: z.string(), files: z.number() }),
    },
    {
      name: 'rollback',
      summary: 'Put the version of a skill back that was replaced last',
      examples: [
        { line: 'lemming skill rollback planning', does: 'keeps the present version, and puts the last one back' },
        { line: 'lemming skill rollback csv --agent coder_01', does: 'the same, of a skill that is of coder_01 alone' },
      ],
      args: [SKILL],
      flags: [AGENT],
      reads: false,
      right: 'edit',
      output: (z) => placeShape(z).extend({ kept: z.string().nullable() }),
    },
  ],
} as const satisfies Definition;

/** Changes files that people write, in place of their hand; an engine that is running sees them at its next turn. */
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
