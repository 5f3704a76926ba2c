import { closest } from 'fastest-levenshtein';
import { readOrg } from '../../app/read-org.ts';
import type { View } from '../../app/view.ts';
import { trustNow } from '../../core/tools/declared.ts';
import { ownerOf } from '../../disk/owner/owner.ts';
import { toolsetOf } from '../../engine/tools/toolset.ts';
import { type Fault, FaultError, failure, printBroken } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import { printTool, printTools, type ToolRow, toolRows } from '../../views/org/tool.ts';
import type { Command, Outcome, Run, World } from '../command.ts';

export const command: Command = {
  name: 'tool',
  group: 'parts',
  summary: 'List the tools that agents can have, or show one: who has it, what it takes, costs and changes',
  examples: [
    { line: 'lemming tool', does: 'lists those that ship with LeMMing, those in org/tools, and those of servers' },
    { line: 'lemming tool show shell', does: 'what agents are told of it, its input, limits and price' },
  ],
  args: [
    { name: 'what', about: 'list or show', optional: true, choices: ['list', 'show'] },
    { name: 'tool', about: 'for show: its name', optional: true, of: ['tool'] },
  ],
  flags: [],
  reads: true,
};

export const run: Run = async (world, input) => {
  const view = readOrg(world);
  const rows = toolRows(await toolboxOf(world, view), view.config);
  const { what = 'list', tool } = input.args;
  if (what === 'list') return listAll(rows, view.faults.filter(isOfTools));
  if (tool === undefined) throw failure('usage', 'lemming tool show takes the name of a tool');
  const row = find(rows, tool, view.faults);
  return { data: row, text: printTool(row) };
};

function isOfTools({ file = '' }: Fault): boolean {
  return file.startsWith('org/tools/') || file === 'org/mcp.yaml';
}

function listAll(tools: readonly ToolRow[], faults: readonly Fault[]): Outcome {
  return { data: { tools, faults }, text: [printTools(tools), ...faults.map(printBroken)].join('\n\n') };
}

/** The tools as the next turn has them: what the owner of the machine approves now counts. */
function toolboxOf(world: World, { config, state }: View) {
  const [now] = trustNow(config, state, ownerOf(world.env, world.root).approved);
  const trusted = now?.k === 'trusted' ? new Map(Object.entries(now.tools)) : state.trusted;
  return toolsetOf(TOOLS, config, trusted);
}

function find(rows: readonly ToolRow[], name: string, faults: readonly Fault[]): ToolRow {
  const found = rows.find((row) => row.name === name);
  if (found) return found;
  const broken = faults.find(({ file }) => file?.startsWith(`org/tools/${name}/`));
  if (broken) throw new FaultError(broken);
  const near = closest(
    name,
    rows.map((row) => row.name),
  );
  throw failure('not-found', `There is no tool ${JSON.stringify(name)}.`, {
    remedy: `lemming tool lists them. Did you mean ${near}?`,
  });
}
