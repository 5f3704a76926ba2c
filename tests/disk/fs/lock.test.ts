// @module-tag disk
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { type Host, type Lock, lockHolder, takeLock } from '../../../src/disk/fs/lock.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';

/** A machine with processes that live: each sees the others. */
function machine(more: Partial<Host> = {}) {
  const living = new Map<number, string>();
  const host = (pid: number): Host => {
    living.set(pid, `start of ${pid}`);
    return { pid, boot: 'boot-1', name: 'here', place: '1:2', startOf: (asked) => living.get(asked) ?? null, ...more };
  };
  return { host, kill: (pid: number) => living.delete(pid), reuse: (pid: number) => living.set(pid, 'another start') };
}

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'none';
}

function locksIn(disk: MemoryDisk): string[] {
  return disk.list('.lemming') ?? [];
}

describe('one engine', () => {
  it('holds the lock until it gives it back; a second is told who', () => {
    const disk = new MemoryDisk();
    const { host } = machine();
    const lock = takeLock(disk, host(1), 'run --until-idle');
    expect(lock.number).toBe(1);
    expect(lock.held()).toBe(true);
    expect(() => takeLock(disk, host(2), 'run')).toThrow(/process 1 on here \(lemming run --until-idle\)/);
    expect(lockHolder(disk, host(2))).toEqual({ pid: 1, command: 'run --until-idle' });
    lock.release();
    expect(lockHolder(disk, host(2))).toBeNull();
    expect(takeLock(disk, host(2), 'run').number).toBe(2);
    expect(locksIn(disk)).toEqual(['lock.2']);
  });

  it('counts on from holder to holder', () => {
    const disk = new MemoryDisk();
    const { host } = machine();
    for (let number = 1; number <= 12; number++) {
      const lock = takeLock(disk, host(number), 'run');
      expect(lock.number).toBe(number);
      lock.release();
      lock.release();
    }
    expect(locksIn(disk)).toEqual(['lock.12', 'lock.12.free']);
  });
});

/** Its lock says nothing of when the holder began, and no process of that number is known either. */
function nameless({ kill }: ReturnType<typeof machine>, disk: MemoryDisk): void {
  const owner = JSON.parse(Buffer.from(disk.read('.lemming/lock.1') ?? []).toString());
  disk.put('.lemming/lock.1', JSON.stringify({ ...owner, start: null }));
  kill(1);
}

describe('a lock is taken over at once', () => {
  const taken = (prepare: (kit: ReturnType<typeof machine>, disk: MemoryDisk) => void, later: Partial<Host> = {}) => {
    const disk = new MemoryDisk();
    const kit = machine();
    takeLock(disk, kit.host(1), 'run');
    prepare(kit, disk);
    return faultOf(() => takeLock(disk, { ...kit.host(2), ...later }, 'run'));
  };

  it.each<[string, Parameters<typeof taken>[0], Partial<Host>, string]>([
    ['from a process that died', (kit) => kit.kill(1), {}, 'none'],
    ['from a process whose number lives on in another', (kit) => kit.reuse(1), {}, 'none'],
    ['from another start of the machine', () => {}, { boot: 'boot-2' }, 'none'],
    ['from the folder that this one was copied from', () => {}, { place: '1:3' }, 'none'],
    ['from nobody: a torn file', (_kit, disk) => disk.put('.lemming/lock.1', '{"pid":'), {}, 'none'],
    ['from nobody: an empty file', (_kit, disk) => disk.put('.lemming/lock.1', ''), {}, 'none'],
    [
      'from a process without a start time, as on a machine that tells none',
      (kit, disk) => nameless(kit, disk),
      {},
      'none',
    ],
    ['but not from a living process', () => {}, {}, 'locked'],
    ['but not from another machine, which cannot be asked', (kit) => kit.kill(1), { name: 'there' }, 'locked'],
  ])('%s', (_what, prepare, later, code) => {
    expect(taken(prepare, later)).toBe(code);
  });

  it('and the one who lost it knows', () => {
    const disk = new MemoryDisk();
    const { host, kill } = machine();
    const first = takeLock(disk, host(1), 'run');
    kill(1);
    const second = takeLock(disk, host(2), 'run');
    expect([first.held(), second.held()]).toEqual([false, true]);
    first.release();
    expect(second.held()).toBe(true);
    expect(lockHolder(disk, host(3))).toMatchObject({ pid: 2 });
  });

  it('also when the folder was swept away', () => {
    const disk = new MemoryDisk();
    const { host } = machine();
    const lock = takeLock(disk, host(1), 'run');
    disk.remove('.lemming/lock.1');
    expect(lock.held()).toBe(false);
    expect(takeLock(disk, host(2), 'run').number).toBe(1);
  });
});

describe('of two that take a dead lock at the same time', () => {
  it('one wins, wherever the other comes between', () => {
    for (let at = 1; at <= 12; at++) {
      const disk = new MemoryDisk();
      const { host, kill } = machine();
      takeLock(disk, host(1), 'run');
      kill(1);
      const held: Lock[] = [];
      const take = (pid: number) => faultOf(() => held.push(takeLock(disk, host(pid), 'run')));
      let n = 0;
      disk.before = () => {
        if (++n === at) take(2);
      };
      take(3);
      disk.before = null;
      expect(
        held.filter((lock) => lock.held()),
        `at operation ${at}`,
      ).toHaveLength(1);
    }
  });

  it('none wins who slept while others came and went', () => {
    for (let at = 1; at <= 12; at++) {
      const disk = new MemoryDisk();
      const { host, kill } = machine();
      takeLock(disk, host(1), 'run');
      kill(1);
      let n = 0;
      let other: Lock | null = null;
      disk.before = () => {
        if (++n !== at) return;
        takeLock(disk, host(2), 'run').release();
        other = takeLock(disk, host(2), 'run');
      };
      const code = faultOf(() => takeLock(disk, host(3), 'run'));
      disk.before = null;
      if (other !== null) expect([code, (other as Lock).held()], `at operation ${at}`).toEqual(['locked', true]);
    }
  });
});

describe('a disk that fails', () => {
  it.each(['io', 'handles'] as const)('(%s) while a living lock is read is no reason to take it', (failure) => {
    const disk = new MemoryDisk();
    const { host } = machine();
    const lock = takeLock(disk, host(1), 'run');
    disk.looking = ({ name }) => (name === 'read' ? failure : 'go');
    expect(() => takeLock(disk, host(2), 'run')).toThrow(DiskError);
    disk.looking = null;
    expect(lock.held()).toBe(true);
  });

  it('while the lock is placed leaves it to the next', () => {
    for (const name of ['create', 'link'] as const) {
      const disk = new MemoryDisk();
      const { host } = machine();
      disk.plan = (operation) => (operation.name === name ? 'full' : 'go');
      expect(() => takeLock(disk, host(1), 'run')).toThrow(DiskError);
      disk.plan = () => 'go';
      expect(takeLock(disk, host(1), 'run').held()).toBe(true);
    }
  });

  it('while the lock is given back is told by nobody: the process ends', () => {
    const disk = new MemoryDisk();
    const { host, kill } = machine();
    const lock = takeLock(disk, host(1), 'run');
    disk.plan = () => 'full';
    lock.release();
    disk.plan = () => 'go';
    expect(faultOf(() => takeLock(disk, host(2), 'run'))).toBe('locked');
    kill(1);
    expect(takeLock(disk, host(2), 'run').number).toBe(2);
  });
});

it('a lock that changes hands all the time is given up', () => {
  const disk = new MemoryDisk();
  const { host } = machine();
  disk.create('.lemming/lock.1.free', '');
  const link = disk.link.bind(disk);
  disk.link = (from, to) => {
    if (!disk.stat(to)) link(from, to);
    disk.remove('.lemming/lock.1');
    throw new DiskError('exists', to, 'EEXIST');
  };
  expect(faultOf(() => takeLock(disk, host(1), 'run'))).toBe('locked');
});
