/** `lemming agent`: lists, shows, hires, retires, exports and imports agents. */
import type { Definition, Runs, Zod } from '../command.ts';
import { takenShape } from '../shapes.ts';
import { bringIn, create, giveAway, retire } from './agent-hire.ts';
import { listAll, listTemplates, show } from './agent-look.ts';

const AGENT = { name: 'agent', about: 'the name of the agent', of: ['agent'] } as const;
const EDGES = {
  name: 'edges',
  value: 'AGENT',
  many: true,
  about: 'an agent it can write to and read from, besides you; may be repeated',
} as const;
const CREDITS = {
  name: 'credits',
  value: 'CREDITS',
  kind: 'amount',
  about: 'its grant (default: 0)',
  right: 'money',
} as const;

export const command = {
  name: 'agent',
  group: 'parts',
  summary: 'List, show, create, retire, export or import agents',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the agents: role, credits left, and who hired them',
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
      examples: [{ line: 'lemming agent show hr', does: 'shows its resume; for its state, use lemming inspect' }],
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
      summary: 'Create an agent from a template; it starts in the next turn',
      examples: [
        {
          line: 'lemming agent create tess --template tester --edges manager --credits 5',
          does: 'creates a tester that can talk with you and the manager',
        },
      ],
      args: [{ name: 'agent', about: 'the name of the agent' }],
      flags: [
        { name: 'template', value: 'T', about: 'the template (default: worker)' },
        { name: 'role', value: 'TEXT', about: 'its role, in one line' },
        { name: 'instructions', value: 'TEXT', about: 'instructions beyond those of the template' },
        {
          name: 'tools',
          value: 'TOOL',
          many: true,
          about: 'a tool of the template that it may use (default: all of them); may be repeated',
        },
        EDGES,
        CREDITS,
      ],
      reads: false,
      right: 'edit',
      output: hiredShape,
    },
    {
      name: 'retire',
      summary: 'Retire an agent and those it hired; their mail and files stay',
      examples: [{ line: 'lemming agent retire tess', does: 'removes tess from the chart in the next turn' }],
      args: [AGENT],
      flags: [],
      reads: false,
      right: 'edit',
      output: (z) => z.strictObject({ agent: z.string(), team: z.array(z.string()), taken: takenShape(z) }),
    },
    {
      name: 'export',
      summary: 'Copy the resume, skills and memory of an agent into a folder',
      examples: [{ line: 'lemming agent export tess ../agents', does: 'creates the folder ../agents/tess' }],
      args: [AGENT, { name: 'dir', about: 'the folder to copy it into' }],
      flags: [],
      reads: false,
      right: 'owner',
      output: (z) => z.strictObject({ agent: z.string(), dir: z.string(), files: z.number() }),
    },
    {
      name: 'import',
      summary: 'Create an agent from a folder that lemming agent export wrote',
      examples: [{ line: 'lemming agent import ../agents/tess --credits 5', does: 'creates tess, with 5 credits' }],
      args: [{ name: 'folder', about: 'the folder to import', of: ['folder'] }],
      flags: [{ name: 'name', value: 'NAME', about: 'its name (default: the name of the folder)' }, EDGES, CREDITS],
      reads: false,
      right: 'owner',
      output: hiredShape,
    },
    {
      name: 'templates',
      summary: 'List the templates for new agents',
      examples: [
        { line: 'lemming agent templates', does: 'lists the templates in org/templates, and the built-in ones' },
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

/** Changes become requests, like those of every other command, and are settled with the coming turn. */
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
