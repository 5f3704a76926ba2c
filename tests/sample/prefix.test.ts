import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withEngine } from '../../src/app/run-engine.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { journalLines } from '../../src/engine/journal/history.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { visitIn } from '../../src/views/journal/call.ts';

const TURNS = 10;
const root = mkdtempSync(path.join(tmpdir(), 'lemming-prefix-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a service sees before the conversation: the tools and the system text. */
const before = (call: { tools: unknown; system: string }) => `${JSON.stringify(call.tools)}\n${call.system}`;

it('of two consecutive prompts of an agent all bytes before the conversation are the same when only mail arrived, but for the tools of earlier mail, which come once', async () => {
  const home = path.join(import.meta.dirname, '../..');
  for (const folder of ['org', 'agents']) cpSync(path.join(home, folder), path.join(root, folder), { recursive: true });
  const disk = realDisk(root);
  await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
    for (let turn = 1; turn <= TURNS; turn++) {
      disk.create(`agents/human/outbox/m${turn}.md`, `---\nto: manager\n---\nPlease build page ${turn}.\n`);
      await engine.turn();
    }
  });
  const lines = [...journalLines(disk)];
  const shares: string[] = [];
  for (const agent of ['manager', 'planner', 'coder_01']) {
    const calls = Array.from({ length: TURNS }, (_, i) => visitIn(lines, i + 1, agent)?.calls ?? []).flat();
    expect(calls.length, agent).toBeGreaterThan(1);
    const isOffered = calls.map(({ tools }) => JSON.stringify(tools).includes('"read_mail"'));
    expect(isOffered, agent).toEqual([...isOffered].sort());
    for (const offered of [false, true])
      expect(new Set(calls.filter((_, i) => isOffered[i] === offered).map(before)).size, agent).toBe(1);
    const whole = calls.map((call) => before(call).length + JSON.stringify(call.parts).length);
    const share =
      calls.reduce((sum, call) => sum + before(call).length, 0) / whole.reduce((sum, size) => sum + size, 0);
    shares.push(`${agent} ${Math.round(share * 100)} % of ${calls.length} prompts`);
  }
  console.log(`shared prefix in the sample organisation: ${shares.join(', ')}`);
});
