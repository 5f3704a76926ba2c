import { expect } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { journalLines } from '../../../src/engine/journal/history.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { run } from '../../../src/engine/turn/run.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { lemming } from '../../commands/people/world.ts';
import { scratch } from '../../commands/world.ts';
import { trustingEnv } from '../../trusted.ts';

const PRICE = { input: 1, output: 4 };

/** What a played case left behind. */
export interface Played {
  root: string;
  /** Bodies of all messages that agents sent, in order, with author and readers. */
  mailed: { from: string; to: string[]; body: string }[];
  /** Replies as the journal has them. */
  replies: Extract<Entry, { k: 'reply' }>['reply'][];
  /** Everything in the journal as one text. */
  journal: string;
  visits: { agent: string; outcome: string; blame?: string | undefined; refused?: number | undefined }[];
}

/**
 * An organisation in which a person writes `letter` to `a`, played with that model (and `others` to fall back to) until nobody is
 * due. It must replay to the same bytes.
 */
export async function play(model: object, letter: string, others: Record<string, object> = {}): Promise<Played> {
  const root = scratch();
  buildOrg(realDisk(root), {
    edges: { human: ['a'], a: ['human', 'b'], b: ['a'] },
    models: Object.fromEntries(
      Object.entries({ default: model, ...others }).map(([name, one]) => [
        name,
        { price: PRICE, retry: { attempts: 1 }, ...one },
      ]),
    ),
    credits: { agents: { a: { grant: 5 }, b: { grant: 5 } } },
    resumes: { a: { tools: ['write_file'] } },
  });
  realDisk(root).create('agents/human/outbox/letter.md', `---\nto: a\n---\n${letter}\n`);
  const env = trustingEnv(root, { ANTHROPIC_API_KEY: 'a-key-0123456789' });
  const report = await withEngine({ machine: realMachine, root, env }, 'run', (engine, clock) =>
    run(engine, clock, { untilIdle: true, turns: 12, signal: new AbortController().signal, onTurn: () => {} }),
  );
  expect(report.reports.length).toBeLessThan(12);
  const lines = [...journalLines(realDisk(root))];
  expect((await lemming(root, ['replay', '--recompute', '--json'])).data).toMatchObject({ identical: true });
  return {
    root,
    mailed: lines.flatMap((line) => {
      if (line.k !== 'sent' || line.message.from === 'human') return [];
      const { from, to, body } = line.message;
      return [{ from, to, body }];
    }),
    replies: lines.flatMap((line) => (line.k === 'reply' ? [line.reply] : [])),
    journal: JSON.stringify(lines),
    visits: report.reports.flatMap(({ visits }) => visits.map((visit) => ({ ...visit }))),
  };
}
