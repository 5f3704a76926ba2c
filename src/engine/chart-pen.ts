import { agentFolders } from '../core/config.ts';
import type { Patch } from '../core/entry.ts';
import { resumePath, retiredPath } from '../core/files.ts';
import type { ChartPen } from '../core/settle-staff.ts';
import type { State } from '../core/state.ts';
import { configReader, type ReadConfig } from '../disk/config.ts';
import { withAgent, withoutAgent } from '../disk/edit-chart.ts';
import { type Fault, printFault } from '../schema/fault.ts';
import type { Turn } from './turn.ts';

const CHART = 'org/chart.yaml';

type Texts = ReadonlyMap<string, string>;

/** Writes the chart of a turn. Every version is read as the next freeze would read it, and only a valid one stands. */
export function chartPen({ state, open }: Turn): ChartPen {
  const read = readers.get(state) ?? configReader();
  readers.set(state, read);
  let texts: Texts = state.files;

  const write = (changes: readonly (readonly [path: string, text: string | null])[], agent: string | null): Patch => {
    const was = texts.get(CHART) as string;
    const next = new Map(texts);
    for (const [path, text] of changes)
      if (text === null) next.delete(path);
      else next.set(path, text);
    const { config, faults } = read(next, agentFolders(next.keys(), state.aside.keys()), open.env ?? {}, state.absent);
    if (!config) throw new Unwritable(faults[0]);
    if (agent !== null && !config.agents.has(agent)) throw new Unwritable(config.broken.get(agent)?.[0]);
    texts = next;
    return { text: next.get(CHART) as string, was };
  };

  const chart = (edited: ReturnType<typeof withAgent>) => {
    if ('fault' in edited) throw new Unwritable(edited.fault);
    return [CHART, edited.text] as const;
  };

  return {
    hired: ({ agent, files, send_to, read_from }) =>
      tried(() => {
        if (open.barred?.includes(agent)) return { why: `agents/${agent} is a file, not a folder` };
        const edited = chart(withAgent(texts.get(CHART) as string, agent, { send_to, read_from }));
        return write([edited, ...files.map(({ path, text }) => [`agents/${agent}/${path}`, text] as const)], agent);
      }),
    retired: (agent) =>
      tried(() => {
        const edited = chart(withoutAgent(texts.get(CHART) as string, agent));
        const resume = texts.get(resumePath(agent)) ?? '';
        return write([edited, [resumePath(agent), null], [retiredPath(agent), resume]], null);
      }),
  };
}

/** What was read of the files that have not changed since is not read again. */
const readers = new WeakMap<State, ReadConfig>();

/** Why a version of the chart cannot be written. */
class Unwritable extends Error {
  constructor(fault: Fault | undefined) {
    super(fault ? printFault(fault) : 'the chart cannot be read then');
  }
}

function tried(work: () => Patch | { why: string }): Patch | { why: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unwritable) return { why: error.message };
    throw error;
  }
}
