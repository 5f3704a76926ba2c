import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/core/model/config.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import { logger } from '../../../src/engine/log/log.ts';
import { orgFile } from '../../../src/schema/config/org.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import type { LogEvent } from '../../../src/views/journal/log-event.ts';

const START = Date.parse('2026-01-02T03:04:05.000Z');
const DAY = 86_400_000;

/** A clock whose waits only end when the test says so. */
class HeldClock extends FakeClock {
  wake: () => void = () => {};
  waits = 0;
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.waits++;
    return new Promise((done, fail) => {
      this.wake = () => {
        this.advance(ms);
        done();
      };
      signal?.addEventListener('abort', () => fail(signal.reason));
    });
  }
}

function setUp(log: object = {}, env = {}) {
  const disk = new MemoryDisk();
  const clock = new HeldClock(START);
  disk.now = () => clock.now();
  const config = { org: orgFile().parse({ version: 1, name: 'acme', log }) } as Config;
  const sink = logger(disk, clock, () => config, machineOwner(env).mask);
  const linesOf = (path: string) =>
    Buffer.from(disk.read(path) ?? [])
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { disk, clock, sink, linesOf };
}

const event = (more: Partial<LogEvent> = {}): LogEvent => ({
  level: 'info',
  module: 'engine',
  event: 'visit',
  turn: 7,
  ...more,
});

describe('the log', () => {
  it('writes a line with its context into the file of the agent, or of the org', () => {
    const { disk, sink, linesOf } = setUp();
    disk.mkdir('agents/hr');
    sink.log(event({ agent: 'hr', message: '000007-hr-01', task: 'T-1-hr-1', outcome: 'ok' }));
    sink.log(event({ event: 'turn' }));
    sink.log(event({ agent: '../../etc', event: 'strange' }));
    expect(sink.flush()).toBeNull();
    expect(linesOf('agents/hr/logs/activity.jsonl')).toEqual([
      {
        time: '2026-01-02T03:04:05.000Z',
        org: 'acme',
        turn: 7,
        agent: 'hr',
        message: '000007-hr-01',
        task: 'T-1-hr-1',
        level: 'info',
        module: 'engine',
        event: 'visit',
        outcome: 'ok',
      },
    ]);
    expect(linesOf('org/logs/activity.jsonl').map((line) => line.event)).toEqual(['turn', 'strange']);
  });

  it('keeps to the level of each module', () => {
    const { sink, linesOf } = setUp({ level: 'warn', levels: { tool: 'debug', engine: 'error' } });
    for (const module of ['engine', 'tool', 'disk'] as const)
      for (const level of ['error', 'warn', 'info', 'debug'] as const)
        sink.log(event({ module, level, event: `${module} ${level}` }));
    sink.flush();
    expect(linesOf('org/logs/activity.jsonl').map((line) => line.event)).toEqual([
      'engine error',
      'tool error',
      'tool warn',
      'tool info',
      'tool debug',
      'disk error',
      'disk warn',
    ]);
  });

  it('writes once a second at most, with one append a file, and the rest when it is flushed', async () => {
    const { disk, clock, sink, linesOf } = setUp();
    for (let i = 0; i < 100; i++) sink.log(event({ event: `e${i}` }));
    expect([disk.count, clock.waits]).toEqual([0, 1]);
    clock.wake();
    await new Promise(setImmediate);
    expect(linesOf('org/logs/activity.jsonl')).toHaveLength(100);
    const before = disk.count;
    sink.log(event());
    sink.flush();
    expect(disk.count - before).toBe(1);
  });

  it('begins a new file by size, and keeps so many old ones', () => {
    const { disk, sink, linesOf } = setUp({ max_bytes: 1024, max_files: 2 });
    for (let i = 0; i < 20; i++) {
      sink.log(event({ event: `e${i}`, text: 'x'.repeat(300) }));
      sink.flush();
    }
    expect(disk.list('org/logs')).toEqual(['activity.1.jsonl', 'activity.2.jsonl', 'activity.jsonl']);
    const events = ['.2', '.1', ''].flatMap((n) => linesOf(`org/logs/activity${n}.jsonl`)).map((line) => line.event);
    expect(events.at(-1)).toBe('e19');
    expect(events).toEqual(Array.from({ length: events.length }, (_, i) => `e${20 - events.length + i}`));
  });

  it('begins a new file by age', () => {
    const { disk, clock, sink, linesOf } = setUp({ max_days: 3 });
    disk.stat = ((stat) => (path: string) => {
      const found = stat.call(disk, path);
      return found?.kind === 'folder' ? { ...found, mtimeMs: START } : found;
    })(disk.stat);
    sink.log(event({ event: 'first' }));
    sink.flush();
    clock.advance(2 * DAY);
    sink.log(event({ event: 'second' }));
    sink.flush();
    clock.advance(2 * DAY);
    sink.log(event({ event: 'third' }));
    sink.flush();
    expect(linesOf('org/logs/activity.1.jsonl').map((line) => line.event)).toEqual(['first', 'second']);
    expect(linesOf('org/logs/activity.jsonl').map((line) => line.event)).toEqual(['third']);
  });

  it('keeps the lines when the disk is full, says so, and writes them later', () => {
    const { disk, sink, linesOf } = setUp();
    disk.plan = () => 'full';
    sink.log(event({ event: 'kept' }));
    expect(sink.flush()?.failure).toBe('full');
    disk.plan = () => 'go';
    sink.log(event({ event: 'next' }));
    expect(sink.flush()).toBeNull();
    expect(linesOf('org/logs/activity.jsonl').map((line) => line.event)).toEqual(['kept', 'next']);
  });

  it('strikes out the secrets of the environment', () => {
    const { sink, linesOf } = setUp({}, { OPENAI_API_KEY: 'sk-very"secret\\value', HOME: '/home/me' });
    sink.log(event({ text: 'the key is sk-very"secret\\value in /home/me' }));
    sink.flush();
    expect(linesOf('org/logs/activity.jsonl')[0].text).toBe('the key is [OPENAI_API_KEY] in /home/me');
  });
});
