/** `lemming memory`: shows what an agent remembers. */
import { entriesInFolder, entryNamed } from '../../app/look/memory-index.ts';
import { readOrg } from '../../app/read-org.ts';
import { failure } from '../../schema/fault.ts';
import { countEntries, entryRow, printEntries, printEntry } from '../../views/org/memory.ts';
import type { Definition, Run } from '../command.ts';
import { entryShape } from '../shapes.ts';
import { checkFolder } from './search.ts';

export const command = {
  name: 'memory',
  group: 'look',
  summary: 'Show what an agent remembers, or the shared context',
  examples: [
    {
      line: 'lemming memory hr',
      does: 'lists the entries of hr with version, pins and tags; to search them, use lemming search --memory',
    },
    { line: 'lemming memory hr capacity', does: 'shows one entry in full' },
    { line: 'lemming memory', does: 'lists the shared context in org/shared/context' },
  ],
  args: [
    { name: 'agent', about: 'the agent (default: the shared context)', optional: true, of: ['agent'] },
    { name: 'key', about: 'an entry, such as capacity, learned/NAME or shared/NAME', optional: true },
  ],
  flags: [],
  reads: true,
  right: 'look',
  resource: { uri: 'lemming://memory/{agent}', name: 'memory', about: 'what an agent remembers' },
  output: (z) =>
    z.union([
      z.strictObject({ agent: z.string().nullable(), entries: z.array(entryShape(z)) }),
      z.strictObject({ agent: z.string(), entry: entryShape(z) }),
    ]),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const { agent, key } = input.args;
  if (agent !== undefined) checkFolder(view, agent);
  if (agent === undefined || key === undefined) {
    const entries = entriesInFolder(view, agent);
    const none = agent === undefined ? 'The shared context is empty.' : `${agent} remembers nothing.`;
    const list = entries.length ? `${printEntries(entries)}\n\n${countEntries(entries.length)}` : none;
    return { data: { agent: agent ?? null, entries: entries.map(entryRow) }, text: list };
  }
  const entry = entryNamed(view, agent, key);
  if (!entry)
    throw failure('not-found', `${agent} has no memory entry ${JSON.stringify(key)}.`, {
      remedy: `Run lemming memory ${agent} to list the keys.`,
    });
  return { data: { agent, entry: entryRow(entry) }, text: printEntry(entry) };
};
