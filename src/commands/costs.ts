import { journalLines } from '../engine/history.ts';
import { readOrg } from '../engine/open.ts';
import { type Cost, costsOf, type Heading, printCosts, spendingBy } from '../views/costs.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'costs',
  group: 'look',
  summary: 'Show what was granted, spent, and is left',
  examples: [
    { line: 'lemming costs', does: 'shows the ledger, by agent' },
    { line: 'lemming costs --by day', does: 'shows what each day cost' },
    { line: 'lemming costs --by thread --json', does: 'what each conversation cost, for scripts' },
  ],
  args: [],
  flags: [
    {
      name: 'by',
      value: 'WHAT',
      about: 'heading of the table',
      choices: ['agent', 'model', 'provider', 'turn', 'day', 'task', 'thread'],
    },
  ],
  reads: true,
};

/** Agent, model and provider come from the ledger itself; the other headings from the journal, with the same total. */
export const run: Run = async (world, input) => {
  const { config, state, disk } = readOrg(world);
  const by = (input.flags.by as string | undefined) ?? 'agent';
  const costs = costsOf(config, state);
  const own: Record<string, Record<string, Cost>> = {
    agent: costs.by_agent,
    model: costs.by_model,
    provider: costs.by_provider,
  };
  const rows = own[by] ?? Object.fromEntries(spendingBy(by as Heading, journalLines(disk)));
  const data = { ...costs, ...(own[by] ? {} : { [`by_${by}`]: rows }) };
  return { data, text: printCosts(costs, by, new Map(Object.entries(rows))) };
};
