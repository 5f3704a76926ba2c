/** `lemming tool`: lists and shows the tools that agents can use. */

import { readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { trustNow } from '../../core/tools/declared.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { toolsetOf } from '../../engine/tools/toolset.ts';
import { type Fault, FaultError, failure, printBroken } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { printTool, printTools, type ToolRow, toolRows } from '../../views/org/tool.ts';
import type { Definition, Runs, Zod } from '../command.ts';
import { faultShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'tool',
  group: 'parts',
  summary: 'List the tools for agents, or show one',
  bare: 'list',
  commands: [
    {
      name: 'list',
      summary: 'List the tools for agents, and what is wrong with broken ones',
      examples: [{ line: 'lemming tool', does: 'lists the built-in tools, those in org/tools, and those of servers' }],
      args: [],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => z.strictObject({ tools: z.array(toolShape(z)), faults: z.array(faultShape(z)) }),
    },
    {
      name: 'show',
      summary: 'Show a tool: the agents that have it, its input, price and effects',
      examples: [
        { line: 'lemming tool show shell', does: 'shows its description for agents, input, limits and price' },
      ],
      args: [{ name: 'tool', about: 'the name of the tool', of: ['tool'] }],
      flags: [],
      reads: true,
      right: 'look',
      output: (z) => toolShape(z),
    },
  ],
} as const satisfies Definition;

export const run: Runs<typeof command> = {
  list: async (world) => {
    const { rows, faults } = await toolsIn(world);
    const broken = faults.filter(isOfTools);
    return { data: { tools: rows, faults: broken }, text: [printTools(rows), ...broken.map(printBroken)].join('\n\n') };
  },
  show: async (world, { args: { tool } }) => {
    const { rows, faults } = await toolsIn(world);
    const row = find(rows, tool, faults);
    return { data: row, text: printTool(row) };
  },
};

function toolShape(z: Zod) {
  return z.strictObject({
    name: z.string(),
    about: z.string(),
    from: z.string(),
    agents: z.array(z.string()),
    ask: z.array(z.string()),
    for_all: z.boolean(),
    held: z.enum(['always', 'unless-policy']).nullable(),
    touches: z.enum(['pure', 'idempotent', 'once']).nullable(),
    outbound: z.boolean(),
    cost: z.number(),
    timeout_ms: z.number().nullable(),
    result_chars: z.number().nullable(),
    barred: z.string().nullable(),
    input: z.looseObject({}),
  });
}

async function toolsIn(world: World): Promise<{ rows: ToolRow[]; faults: readonly Fault[] }> {
  const view = readOrg(world);
  return { rows: toolRows(await toolboxOf(world, view), view.config), faults: view.faults };
}

function isOfTools({ file = '' }: Fault): boolean {
  return file.startsWith('org/tools/') || file === 'org/mcp.yaml';
}

/** The tools of the next turn, with the owner's present approvals. */
function toolboxOf(world: World, { config, state }: View) {
  const [now] = trustNow(config, state, ownerOf(world).approved);
  const trusted = now?.k === 'trusted' ? new Map(Object.entries(now.tools)) : state.rights.trusted;
  return toolsetOf(TOOLS, config, trusted);
}

function find(rows: readonly ToolRow[], name: string, faults: readonly Fault[]): ToolRow {
  const found = rows.find((row) => row.name === name);
  if (found) return found;
  const broken = faults.find(({ file }) => file?.startsWith(`org/tools/${name}/`));
  if (broken) throw new FaultError(broken);
  throw failure('not-found', `There is no tool ${JSON.stringify(name)}.`, {
    ...nearestTo(
      name,
      rows.map((row) => row.name),
    ),
    remedy: 'Run lemming tool to list the tools.',
  });
}
