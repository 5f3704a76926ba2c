import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { KeptFiles } from '../../../src/disk/cache/kept.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { GENESIS, Journal, journalPath } from '../../../src/disk/journal/journal.ts';
import { load } from '../../../src/engine/journal/load.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { opened } from '../../core/entries.ts';
import { sent } from '../../core/world.ts';
import { keptIn } from '../../kept.ts';
import { Lab } from '../world.ts';

const STATE = '.lemming/state.json';

/** A journal of a turn for each number, in which so many messages were sent. */
function journalOf(messages: readonly number[]): MemoryDisk {
  const disk = new MemoryDisk();
  const journal = new Journal(disk, 1, GENESIS, 0);
  for (const [i, many] of messages.entries()) {
    const turn = i + 1;
    journal.turnTo(turn);
    const lines: Entry[] = [opened(turn)];
    for (let n = 1; n <= many; n++) lines.push(sent({ from: 'a', to: ['b'], turn, n }));
    journal.add(...lines, { k: 'commit', turn, lock: 1 });
    journal.write(true);
    journal.add({ k: 'done', turn });
    journal.write(true);
  }
  journal.close();
  return disk;
}

/** Kept files of which the writing fails so. */
function failing(kept: KeptFiles, error: Error): KeptFiles {
  const write = (): never => {
    throw error;
  };
  return { read: kept.read, digest: kept.digest, drop: kept.drop, write };
}

describe('a long journal is folded', () => {
  /** Two rows of the fold for each message: 30,000 are enough to be kept. */
  const made = journalOf([8000, 8000, 1]);
  const long = () => made.copy();

  it('and kept on the way, between two turns, so that the next start goes on from there', () => {
    const disk = long();
    const kept = keptIn(disk);
    const whole = load(disk, undefined, undefined, { keep: kept }).state;
    expect([whole.clock.turn, whole.mail.waiting.size, disk.stat(STATE) !== null]).toEqual([3, 16_001, true]);
    const reads: string[] = [];
    disk.looking = ({ name, path }) => {
      if (name === 'read' && path.startsWith('org/journal/')) reads.push(path);
      return 'go';
    };
    const again = load(disk, kept);
    disk.looking = null;
    expect(reads).not.toContain(journalPath(1));
    expect([again.state.clock.turn, again.state.mail.waiting.size]).toEqual([3, 16_001]);
    expect(again.state.mail.waiting.get('000002-a-8000')).toEqual(whole.mail.waiting.get('000002-a-8000'));
  });

  it('out of the memory as well when nothing is kept, and nothing is lost where that cannot be done', () => {
    const read = long();
    const { state, store } = load(read);
    expect([state.mail.waiting.size, read.stat(STATE)]).toEqual([16_001, null]);
    expect(store.loose(state)).toBeLessThan(20_000);
    const closed = long();
    closed.plan = () => 'read-only';
    const there = load(closed).state;
    expect([there.mail.waiting.size, [...there.mail.received].length]).toEqual([16_001, 16_001]);
    const disk = long();
    const keep = failing(keptIn(disk), new DiskError('full', STATE, 'no room'));
    expect(load(disk, undefined, undefined, { keep }).state.mail.waiting.size).toBe(16_001);
  });

  it('and the texts of its last turn stay at hand: they are given next', () => {
    const { state, store } = load(long());
    store.sealForNow(state);
    expect([...state.mail.texts.changes().values()].map((text) => text?.id)).toEqual(['000003-a-01']);
    const recent = state.mail.recent.get('a') ?? [];
    expect(recent.length).toBeGreaterThan(1);
    expect(recent.map((id) => state.mail.texts.get(id)?.id)).toEqual(recent);
  });

  it('and what is wrong with the program itself is told', () => {
    const disk = long();
    const keep = failing(keptIn(disk), new TypeError('a bug'));
    expect(() => load(disk, undefined, undefined, { keep })).toThrow(TypeError);
  });
});

describe('a journal of many files', () => {
  it('tells from time to time how many are left, and few tell nothing', () => {
    const told = (turns: number): number[] => {
      const left: number[] = [];
      load(journalOf(Array(turns).fill(0)), undefined, undefined, { progress: (n) => left.push(n) });
      return left;
    };
    expect(told(40)).toEqual([]);
    expect(told(180)).toEqual([179, 129, 79]);
  });

  it('ends at the first that is damaged', () => {
    const disk = journalOf([1, 1, 1, 1]);
    disk.put(journalPath(2), (disk.files().get(journalPath(2)) ?? '').replace('Hello', 'Hallo'));
    const reads: string[] = [];
    disk.looking = ({ name, path }) => {
      if (name === 'read') reads.push(path);
      return 'go';
    };
    expect(() => load(disk)).toThrow(FaultError);
    expect(reads).not.toContain(journalPath(4));
  });
});

describe('an engine keeps its state while it runs', () => {
  /** One turn of replies of so many bytes in all. The engine was not closed. */
  async function grown(bytes: number, change: (ports: Ports) => Ports = (ports) => ports): Promise<Lab> {
    const agents = ['a', 'b', 'c', 'd'];
    const text = 'x'.repeat(Math.ceil(bytes / agents.length));
    class Long extends Lab {
      override ports(): Ports {
        return change(super.ports());
      }
    }
    const edges = Object.fromEntries([['human', agents], ...agents.map((name) => [name, []])]);
    const org = new Long({ edges }, () => ({ text }));
    org.drop(agents, 'Go.');
    await org.killedAfter(1);
    return org;
  }
  const MB = 1024 * 1024;

  it('after every 32 MB of journal, so that a kill costs no more', async () => {
    expect((await grown(9 * MB)).disk.stat(STATE)).toBeNull();
    expect((await grown(33 * MB)).disk.stat(STATE)).not.toBeNull();
  });

  it('unless the disk refuses, which stops no turn; a bug does', async () => {
    const refusing = (error: Error) => (ports: Ports) => ({ ...ports, kept: failing(ports.kept, error) });
    const org = await grown(33 * MB, refusing(new DiskError('full', STATE, 'no room')));
    expect([org.disk.stat(STATE), load(org.disk).state.clock.turn]).toEqual([null, 1]);
    await expect(grown(33 * MB, refusing(new TypeError('a bug')))).rejects.toThrow(TypeError);
  });
});

describe('a turn that was cut off', () => {
  it('is work, whatever else waits, and is no turn to let go by', async () => {
    const org = new Lab({ edges: { human: ['a'], a: [] } });
    org.drop('a', 'Go.');
    await org.cutOff();
    const engine = org.open();
    expect([await engine.hasWork(), await engine.pass(), engine.state.clock.turn]).toEqual([true, false, 0]);
    await engine.turn();
    expect([await engine.hasWork(), await engine.pass(), engine.state.clock.turn]).toEqual([false, true, 2]);
    engine.close();
  });
});

it('what commands ask comes after the turns that went by are made', async () => {
  const org = new Lab({ edges: { human: ['a'], a: [] } });
  await org.turns(1);
  const engine = org.open();
  const post = () => engine.post([{ k: 'request', request: { ask: 'pause', by: 'human', agent: null }, time: 0 }]);
  expect(await engine.pass()).toBe(true);
  expect(post).toThrow('went by');
  await engine.makePassed();
  post();
  engine.close();
  expect(await org.look(({ state }) => [state.clock.turn, state.staff.paused])).toEqual([2, true]);
});
