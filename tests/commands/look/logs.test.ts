import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../../src/app/read-org.ts';
import type { World } from '../../../src/commands/world.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { logger } from '../../../src/engine/log/log.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import type { LogEvent } from '../../../src/views/journal/log-event.ts';
import { lemming, objectsIn, office, put } from '../people/world.ts';

const MINUTE = 60_000;

/** Writes events as an engine does, so many minutes ago. */
function logged(root: string, events: [minutesAgo: number, event: Partial<LogEvent>][], env: World['env'] = {}): void {
  const { config } = readOrg({ machine: realMachine, root, env: {} });
  for (const [minutes, event] of events) {
    const log = logger(
      realDisk(root),
      new FakeClock(Date.now() - minutes * MINUTE),
      () => config,
      machineOwner(env).mask,
    );
    log.log({ level: 'info', module: 'engine', event: 'visit', turn: 1, ...event });
    log.flush();
  }
}

const EVENTS: [number, Partial<LogEvent>][] = [
  [90, { agent: 'manager', turn: 1, text: 'old' }],
  [30, { agent: 'manager', turn: 2, level: 'error', text: 'old error' }],
  [8, { agent: 'hr', turn: 3, level: 'error', text: 'hr fails' }],
  [5, { agent: 'manager', turn: 4, level: 'error', text: 'Timeout of the model' }],
  [4, { agent: 'manager', turn: 5, level: 'warn', text: 'refused' }],
  [3, { turn: 5, event: 'turn' }],
];

const texts = (said: { data: { lines: { text?: string; event: string }[] } }) =>
  said.data.lines.map((line) => line.text ?? line.event);

describe('logs', () => {
  it('scenario 32: filters combine', async () => {
    const root = office();
    logged(root, EVENTS);
    const logs = async (...more: string[]) => texts(await lemming(root, ['logs', ...more, '--json']));
    expect(await logs()).toEqual(['old', 'old error', 'hr fails', 'Timeout of the model', 'refused', 'turn']);
    expect(await logs('manager')).toEqual(['old', 'old error', 'Timeout of the model', 'refused']);
    expect(await logs('manager', '--level', 'error', '--since', '10m')).toEqual(['Timeout of the model']);
    expect(await logs('--level', 'warn', '--since', 'turn:3', '--grep', 'TIMEOUT')).toEqual(['Timeout of the model']);
    expect(await logs('--since', '1h', '--lines', '2')).toEqual(['refused', 'turn']);
    expect(await logs('--lines', '0')).toEqual([]);
    expect((await lemming(root, ['logs', 'manager', '--lines', '1'])).out).toMatch(
      /turn 5 {2}manager {2}warn {2}engine\/visit {2}refused\n$/,
    );
  });

  it('scenario 32: new lines stream through the filters, also over a rotation, until it is stopped', async () => {
    const root = office({ org: { log: { max_bytes: 1024, max_files: 3 } } });
    logged(root, EVENTS);
    const stop = new AbortController();
    let seen = '';
    const following = lemming(root, ['logs', '-f', 'manager', '--level', 'error', '--since', '10m', '--json'], {
      signal: stop.signal,
      onOut: (text) => {
        seen += text;
      },
    });
    const until = async (word: string) => {
      await expect.poll(() => seen).toContain(word);
    };
    await until('Timeout');
    for (let i = 1; i <= 12; i++) {
      logged(root, [
        [0, { agent: 'manager', turn: 6, level: i % 2 ? 'error' : 'info', text: `line-${i}-${'x'.repeat(100)}` }],
      ]);
      if (i % 4 === 0) await until(`line-${i - 1}-`);
    }
    stop.abort();
    const { exit, out } = await following;
    expect(exit).toBe(130);
    const lines = objectsIn(out).map((line) => String(line.text).slice(0, 7));
    expect(lines).toEqual(['Timeout', 'line-1-', 'line-3-', 'line-5-', 'line-7-', 'line-9-', 'line-11']);
  });

  it('passes over what is no log line, and reads older files only when more lines are wanted', async () => {
    const root = office();
    logged(root, EVENTS.slice(3, 4));
    appendFileSync(join(root, 'agents/manager/logs/activity.jsonl'), '{"torn\nnull\n7\n');
    put(
      root,
      'agents/manager/logs/activity.1.jsonl',
      JSON.stringify({
        time: '2020-01-01T00:00:00.000Z',
        org: 'office',
        turn: 1,
        level: 'info',
        module: 'engine',
        event: 'ancient',
      }),
    );
    expect(texts(await lemming(root, ['logs', 'manager', '--json']))).toEqual(['ancient', 'Timeout of the model']);
    expect(texts(await lemming(root, ['logs', 'manager', '--lines', '1', '--json']))).toEqual(['Timeout of the model']);
  });

  it('is empty where nothing was logged, and refuses what it does not know', async () => {
    const root = office();
    expect(texts(await lemming(root, ['logs', '--json']))).toEqual([]);
    expect((await lemming(root, ['logs', 'nobody'])).exit).toBe(6);
    expect((await lemming(root, ['logs', '../..'])).exit).toBe(6);
    expect((await lemming(root, ['logs', '--since', 'yesterday'])).exit).toBe(2);
    expect((await lemming(root, ['logs', '--level', 'loud'])).exit).toBe(2);
  });
});
