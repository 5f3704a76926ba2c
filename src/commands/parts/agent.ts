/** The command `lemming agent`. */
import type { Definition, Runs, Zod } from '../command.ts';
import { takenShape } from '../shapes.ts';
import { bringIn, create, giveAway, retire } from './agent-hire.ts';
import { listAll, listTemplates, show } from './agent-look.ts';

const AGENT = { name: 'agent', about: 'its name', of: ['agent'] } as const;
const EDGES = { name: 'edges', value: 'AGENT', many: true, about: 'with whom it speaks beside you' } as const;
const CREDITS = {
  name: 'credits',
  value: 'CREDITS',
  kind: 'amount',
  about: 'what it is granted; nothing when left out',
  right: 'money',
} as const;

export const command = {
  name: 'agent',
  group: 'parts',
  summary: 'List, show, hire and retire agents; give them away and bring them in',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the agents: who hired them, what they have left, and what they are for',
      examples: [{ line: 'lemming agent', does: 'lists the agents; lemming agent list does the same' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          agents: z.array(
            z.strictObject({
              name: z.string(),
              role: z.string(),
              hired_by: z.string().nullable(),
              left: z.number(),
              last_turn: z.number(),
            }),
          ),
          coming: z.array(z.strictObject({ ask: z.enum(['hire', 'retire']), agent: z.string() })),
        }),
    },
    {
      name: 'show',
      summary: 'Show the resume of an agent, and who it hired',
      examples: [{ line: 'lemming agent show hr', does: 'its resume; lemming inspect shows how it is' }],
      args: [AGENT],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          name: z.string(),
          path: z.string(),
          hired: z.strictObject({ by: z.string(), turn: z.number() }).nullable(),
          team: z.array(z.string()),
          text: z.string(),
        }),
    },
    {
      name: 'create',
      summary: 'Make an agent from a template; it is there from the next turn on',
      examples: [
        {
          line: 'lemming agent create tess --template tester --edges manager --credits 5',
          does: 'makes a tester who speaks with you and the manager',
        },
      ],
      args: [{ name: 'agent', about: 'its name' }],
      flags: [
        { name: 'template', value: 'T', about: 'what it is made from; worker when left out' },
        { name: 'role', value: 'TEXT', about: 'what it is for, in one line' },
        { name: 'instructions', value: 'TEXT', about: 'how it is to work, beyond what the template says' },
        { name: 'tools', value: 'TOOL', many: true, about: 'fewer tools than the template has' },
        EDGES,
        CREDITS,
      ],
      reads: false,
      right: 'edit',
      output: hiredShape,
    },
    {
      name: 'retire',
      summary: 'End the work of an agent and of those whom it hired; its mail and files stay',
      examples: [{ line: 'lemming agent retire tess', does: 'takes tess out of the chart with the next turn' }],
      args: [AGENT],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => z.strictObject({ agent: z.string(), team: z.array(z.string()), taken: takenShape(z) }),
    },
    {
      name: 'export',
      summary: 'Copy resume, skills and memory of an agent into a folder',
      examples: [{ line: 'lemming agent export tess ../agents', does: 'makes the folder ../agents/tess' }],
      args: [AGENT, { name: 'dir', about: 'the folder to copy it into' }],
      flags: [],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ agent: z.string(), dir: z.string(), files: z.number() }),
    },
    {
      name: 'import',
      summary: 'Make an agent of a folder that lemming agent export wrote',
      examples: [{ line: 'lemming agent import ../agents/tess --credits 5', does: 'makes tess, with 5 credits' }],
      args: [{ name: 'folder', about: 'the folder it lies in', of: ['folder'] }],
      flags: [{ name: 'name', value: 'NAME', about: 'another name than that of the folder' }, EDGES, CREDITS],
      reads: false,
      right: 'owner',
      output: hiredShape,
    },
    {
      name: 'templates',
      summary: 'List what agents can be made from',
      examples: [
        { line: 'lemming agent templates', does: 'lists the templates of org/templates, and those that ship' },
      ],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) =>
        z.strictObject({
          templates: z.array(z.strictObject({ id: z.string(), role: z.string(), tools: z.array(z.string()) })),
          shipped: z.array(z.string()),
        }),
    },
  ],
} as const satisfies Definition;

/** What changes the organisation is asked for as by every other command, and settled with the coming turn. */
export const run: Runs<typeof command> = {
  list: listAll,
  show,
  create,
  retire,
  export: giveAway,
  import: bringIn,
  templates: listTemplates,
};

function hiredShape(z: Zod) {
  return z.strictObject({
    agent: z.string(),
    edges: z.array(z.string()),
    credits: z.number(),
    files: z.number(),
    taken: takenShape(z),
  });
}
