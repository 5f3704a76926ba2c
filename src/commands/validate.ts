import { checkFolder } from '../engine/open.ts';
import { printFault } from '../schema/fault.ts';
import { count } from '../views/table.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'validate',
  group: 'start',
  summary: 'Check every file that people write, and list all faults together',
  examples: [
    { line: 'lemming validate', does: 'lists what is wrong, with file, line and remedy; exit code 3 if anything is' },
  ],
  args: [],
  flags: [],
  reads: true,
};

export const run: Run = async (world) => {
  const { config, faults: broken, warnings } = checkFolder({ root: world.root, env: world.env });
  const faults = [...broken, ...warnings];
  const ok = faults.length === 0;
  const agents = config ? config.order.length : 0;
  return {
    data: { ok, faults },
    text: ok ? `Valid: ${count(agents, 'agent')}, no fault` : faults.map(printFault).join('\n'),
    exit: ok ? 0 : 3,
  };
};
