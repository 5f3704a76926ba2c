import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { portsOf } from '../../src/app/ports.ts';
import * as replayCommand from '../../src/commands/time/replay.ts';
import * as verifyCommand from '../../src/commands/time/verify.ts';
import { RULES } from '../../src/core/journal/rules.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { copyWith } from '../../src/schema/copy.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, testWorld } from '../commands/world.ts';
import { entry, reply } from './entries.ts';
import { figuresOf } from './figures.ts';
import { PLAYED } from './kept.ts';
import { inFolder, playedTable } from './table.ts';

const replay = checked(replayCommand);
const verify = checked(verifyCommand);
const DOCS = join(import.meta.dirname, '../../docs/minds.md');

/** Whether a model would be told the same now. The number of the rules does not count: few prompts change with it. */
async function isFresh(root: string): Promise<boolean> {
  const again = new Recompute(TOOLS, portsOf(testWorld(root)));
  for (const group of readJournal(realDisk(root), []))
    await again.take(
      copyWith(group, {
        entries: group.entries.map((one) => (one.k === 'open' ? copyWith(one, { rules: RULES }) : one)),
      }),
    );
  expect(again.folded.size).toBe(0);
  return again.divergence === null;
}

describe.each(PLAYED.map((run) => [run.name, run] as const))('the played run %s', (name, run) => {
  it('verifies and replays to the same bytes; it is stale when its prompts are no longer what a model would be told', async () => {
    await inFolder(run, async (root) => {
      expect((await verify(testWorld(root), inputOf({}))).data).toMatchObject({ ok: true });
      expect((await replay(testWorld(root), inputOf({}))).data).toMatchObject({ identical: true });
      if (!(await isFresh(root))) console.log(`stale, to be played anew: ${name}`);
    });
  });
});

it('docs/minds.md shows the figures of all runs that are kept', async () => {
  expect(readFileSync(DOCS, 'utf8')).toContain(await playedTable());
});

describe('a call did nothing', () => {
  const idleIn = (...entries: Parameters<typeof figuresOf>[0] extends Iterable<{ entries: infer E }> ? E : never) =>
    figuresOf([{ entries: [...entries, entry({ k: 'commit', turn: 1 })] }]).idle;

  it('when it only ended its visit, was refused, or brought the same result again', () => {
    const send = { id: '1', tool: 'send_message', input: {} };
    expect(idleIn(reply(1, send), reply(2))).toEqual(['1.a.2']);
    expect(idleIn(reply(1, { ...send, tool: 'done' }))).toEqual(['1.a.1']);
    const told = (text: string) =>
      entry({ k: 'intent', n: 2, prompt: { after: 1, results: [{ id: '1', tool: 'x', text, ok: false }] } });
    expect(idleIn(reply(1, send), told('Refused (edge): No.'), reply(2, send))).toEqual(['1.a.1']);
    expect(idleIn(reply(1, send), told('The same result as in your first reply.'), reply(2, send))).toEqual(['1.a.1']);
    expect(idleIn(reply(1, send), told('Sent.'), reply(2, send))).toEqual([]);
  });

  it('but not when its text was sent', () => {
    const sent = entry({ k: 'sent', made: '1', message: { from: 'a' } });
    expect(idleIn(reply(1), sent)).toEqual([]);
  });
});
