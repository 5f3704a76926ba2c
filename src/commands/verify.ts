import { realDisk } from '../disk/real.ts';
import { verifyJournal } from '../engine/verify.ts';
import { FAULTS, printFault } from '../schema/fault.ts';
import { barFor } from './bar.ts';
import type { Command, Run } from './command.ts';

export const command: Command = {
  name: 'verify',
  group: 'time',
  summary: 'Check every byte of the journal: lines, seals, chain, turns',
  examples: [
    { line: 'lemming verify', does: 'finds any changed byte, missing file, torn tail or replaced text' },
    { line: 'lemming verify --json', does: 'prints { ok, faults } and the hash of the last seal' },
  ],
  args: [],
  flags: [],
  reads: true,
};

export const run: Run = async (world) => {
  const { faults, ...found } = verifyJournal(realDisk(world.root), barFor(world, 'files'));
  const [first] = faults;
  const redacted = found.redacted ? `, ${found.redacted} groups with erased text` : '';
  const counts = `${found.files} files, ${found.turns} turns, ${found.lines} lines${redacted}`;
  if (first)
    return {
      data: { ok: false, faults, ...found },
      text: [...faults.map(printFault), `The journal is damaged: ${counts}.`].join('\n'),
      exit: FAULTS[first.code].exit,
    };
  return { data: { ok: true, faults, ...found }, text: `The journal is whole: ${counts}.\nLast seal: ${found.head}` };
};
