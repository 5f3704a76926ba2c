/** `lemming audit`: shows who did what, under which rule, and with what result. */
import { readOrg } from '../../app/read-org.ts';
import { readJournal } from '../../disk/journal/journal.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';
import { type AuditOptions, type AuditRow, auditOf, printAudit } from '../../views/journal/audit.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, InputOf, Run } from '../command.ts';

const OUTCOMES = ['done', 'asked', 'failed', 'refused', 'held', 'approved', 'denied'] as const;

export const command = {
  name: 'audit',
  group: 'look',
  summary: 'Show who did what, under which rule, and with what result',
  examples: [
    { line: 'lemming audit', does: 'shows the last 100 actions of agents and people' },
    {
      line: 'lemming audit --who coder_01 --outcome refused',
      does: 'shows what coder_01 tried to do without permission',
    },
    {
      line: 'lemming audit --act send_message --since-turn 40 --json',
      does: "prints JSON for a script, with the hash of the journal's last seal",
    },
  ],
  args: [],
  flags: [
    { name: 'who', value: 'NAME', about: 'only actions of this agent or person; file: changes by hand' },
    { name: 'act', value: 'ACT', about: 'only this tool, or this kind of request' },
    { name: 'rule', value: 'RULE', about: 'only actions that this rule decided' },
    {
      name: 'outcome',
      value: 'O',
      about: 'only actions with this result',
      choices: OUTCOMES,
    },
    { name: 'since-turn', value: 'N', kind: 'whole', about: 'only actions from this turn on' },
    { name: 'last', value: 'N', kind: 'whole', least: 1, about: 'at most the last N (default: 100)' },
  ],
  reads: true,
  right: 'look',
  resource: { uri: 'lemming://audit', name: 'audit', about: 'who did what, under which rule' },
  output: (z) =>
    z.strictObject({
      acts: z.array(
        z.strictObject({
          turn: z.number(),
          time: z.string().nullable(),
          who: z.string(),
          through: z.literal('mcp').nullable(),
          act: z.string(),
          outcome: z.enum(OUTCOMES),
          rule: z.string(),
          on: z.string(),
          detail: z.string(),
          id: z.string().nullable(),
        }),
      ),
      left_out: z.number(),
      head: z.string(),
    }),
} as const satisfies Definition;

const SHOWN = 100;

/**
 * Reads everything from the journal. `head` is the seal of its last group, which covers every byte before it. Throws
 * `damaged-journal`.
 */
export const run: Run<typeof command> = async (world, input) => {
  const { disk } = readOrg(world);
  const faults: Fault[] = [];
  let head = '';
  const groups = function* () {
    for (const group of readJournal(disk, faults)) {
      if (faults.length) return;
      head = group.seal;
      yield group;
    }
  };
  const most = input.flags.last ?? SHOWN;
  const { rows, left } = lastOf(auditOf(groups(), wishOf(input)), most);
  if (faults.length) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  const ending = left > 0 ? `${count(left, 'earlier action')} left out; --last N shows more` : '';
  return {
    data: { acts: rows, left_out: left, head },
    text: rows.length
      ? [printAudit(rows), ending].filter(Boolean).join('\n\n')
      : 'The journal contains no such action.',
  };
};

function wishOf({ flags }: InputOf<typeof command>): AuditOptions {
  const wish: AuditOptions = {};
  for (const key of ['who', 'act', 'rule', 'outcome'] as const) {
    const value = flags[key];
    if (value !== undefined) wish[key] = value;
  }
  const since = flags['since-turn'];
  if (since !== undefined) wish.since = since;
  return wish;
}

/** The last rows, and how many precede them. */
function lastOf(all: Iterable<AuditRow>, most: number): { rows: AuditRow[]; left: number } {
  let rows: AuditRow[] = [];
  let left = 0;
  for (const row of all) {
    rows.push(row);
    if (rows.length < 2 * most) continue;
    left += rows.length - most;
    rows = rows.slice(-most);
  }
  left += Math.max(0, rows.length - most);
  return { rows: rows.slice(-most), left };
}
