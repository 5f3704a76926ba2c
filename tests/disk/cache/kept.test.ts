import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keptKey, realKept } from '../../../src/disk/cache/cache-key.ts';
import { type CacheWriter, keptFiles, removeUnfinished } from '../../../src/disk/cache/kept.ts';
import { realHost } from '../../../src/disk/fs/host.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { turns } from '../../commands/keep/org.ts';
import { scratch, scratchOrg } from '../../commands/world.ts';
import { keptIn } from '../../kept.ts';

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

function place(): { root: string; env: Record<string, string>; file(name: string): string; key: string } {
  const top = scratch();
  const root = join(top, 'org');
  mkdirSync(root);
  return {
    root,
    env: { LEMMING_HOME: join(top, 'home') },
    file: (name) => join(root, '.lemming', name),
    key: join(top, 'home', 'kept.key'),
  };
}

describe('a kept file', () => {
  it('is read as it was written, with its seal, in pieces and in folders', () => {
    const { root, env } = place();
    const kept = realKept(root, env);
    const tag = kept.write('old/1', 'seal-1', 'one ', Buffer.from('two'), '');
    expect(kept.read('old/1')).toEqual({ seal: 'seal-1', bytes: Buffer.from('one two'), tag });
    expect(
      realKept(root, env)
        .read('old/1', tag as string)
        ?.bytes.toString(),
    ).toBe('one two');
    expect(kept.read('old/1', 'another')).toBeNull();
    kept.write('empty', '');
    expect(kept.read('empty')?.bytes.length).toBe(0);
    kept.drop('old/1');
    expect(kept.read('old/1')).toBeNull();
  });

  it('is not believed when any byte was flipped, or when it was cut or made longer', () => {
    const { root, env, file } = place();
    const kept = realKept(root, env);
    kept.write('state', 'a seal', '{"balance":5}');
    const good = readFileSync(file('state'));
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 1;
      writeFileSync(file('state'), bad);
      expect([at, kept.read('state')]).toEqual([at, null]);
      writeFileSync(file('state'), good.subarray(0, at));
      expect([at, kept.read('state')]).toEqual([at, null]);
    }
    writeFileSync(file('state'), Buffer.concat([good, Buffer.from([0])]));
    expect(kept.read('state')).toBeNull();
    writeFileSync(file('state'), good);
    expect(kept.read('state')?.bytes.toString()).toBe('{"balance":5}');
  });

  it('is not believed under another name, in another folder, or by another owner', () => {
    const { root, env, file } = place();
    const kept = realKept(root, env);
    kept.write('state', 's', 'x');
    writeFileSync(file('other'), readFileSync(file('state')));
    expect(kept.read('other')).toBeNull();
    const copy = join(dirname(root), 'copy');
    cpSync(root, copy, { recursive: true });
    expect(realKept(copy, env).read('state')).toBeNull();
    expect(realKept(root, { LEMMING_HOME: join(dirname(root), 'home-2') }).read('state')).toBeNull();
    expect(kept.read('state')).not.toBeNull();
  });

  it('may be larger than what is read of others', () => {
    const { root, env } = place();
    const piece = Buffer.alloc(24 * 1024 * 1024, 'x');
    const kept = realKept(root, env);
    kept.write('large', '', piece, piece, piece);
    expect(kept.read('large')?.bytes.length).toBe(3 * piece.length);
  });

  it('is as good as absent when it cannot be read, and half of it is never found', () => {
    const disk = new MemoryDisk();
    const kept = keptIn(disk);
    kept.write('state', 's', 'one', 'two');
    disk.looking = ({ path }) => (path.includes('state') ? 'io' : 'go');
    expect(kept.read('state')).toBeNull();
    disk.looking = null;
    disk.plan = ({ name }) => (name === 'write' ? 'io' : 'go');
    expect(() => kept.write('state', 's', 'three')).toThrow();
    disk.plan = () => 'go';
    expect(kept.read('state')?.bytes.toString()).toBe('onetwo');
  });
});

describe('a kept file that several processes write', () => {
  const writer = (pid: number): CacheWriter => ({
    place: 'org',
    pid,
    startOf: (one) => (one === 3 ? null : `s${one}`),
  });
  const filesOf = (disk: MemoryDisk, pid: number) => keptFiles(disk, writer(pid), () => Buffer.alloc(32, 1));
  /** Writes, and does something else before the n-th operation of it. */
  const between = (disk: MemoryDisk, at: number, other: () => void): void => {
    const first = disk.count + at;
    disk.plan = ({ index }) => {
      if (index === first) {
        disk.plan = () => 'go';
        other();
      }
      return 'go';
    };
    filesOf(disk, 1).write('state', 's', 'one', 'two', 'three');
  };

  it('is whole, whoever comes in between, and nothing is left beside it', () => {
    for (let at = 1; at <= 8; at++) {
      const disk = new MemoryDisk();
      between(disk, at, () => void filesOf(disk, 2).write('state', 's', 'another'));
      expect([at, filesOf(disk, 1).read('state')?.bytes.toString()]).toEqual([
        at,
        expect.stringMatching(/^(onetwothree|another)$/),
      ]);
      expect(disk.list('.lemming')).toEqual(['state']);
    }
  });

  it('leaves what a killed process began to the next engine, which takes it away and nothing else', () => {
    const disk = new MemoryDisk();
    for (const name of ['3-s3.tmp', '2-s1.tmp', 'state.json.tmp', '2-s2.tmp', 'lock.7', 'notes'])
      disk.create(`.lemming/${name}`, 'x');
    removeUnfinished(disk, writer(1));
    expect(disk.list('.lemming')).toEqual(['2-s2.tmp', 'lock.7', 'notes']);
  });

  it('may have the longest name', () => {
    const { root, env } = place();
    const name = 'n'.repeat(255);
    realKept(root, env).write(name, '', 'x');
    expect(realKept(root, env).read(name)?.bytes.toString()).toBe('x');
  });

  it('is tidied at each start of an engine', async () => {
    const root = scratchOrg({ edges: { human: ['a'] } });
    const { pid } = process;
    const mine = `${pid}-${realHost(root).startOf(pid)}.tmp`;
    mkdirSync(join(root, '.lemming'));
    for (const name of [mine, `${pid}-1.tmp`, 'state.json.tmp']) writeFileSync(join(root, '.lemming', name), 'half');
    await turns(root, 1);
    expect(readdirSync(join(root, '.lemming')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the key of kept files', () => {
  it('is made when something is kept, not when something is read, for the owner alone', () => {
    const { root, env, key } = place();
    expect(realKept(root, env).read('state')).toBeNull();
    expect(existsSync(key)).toBe(false);
    realKept(root, env).write('state', '', 'x');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(key)).mode & 0o777).toBe(0o700);
  });

  it.each(['', 'torn', `${'0'.repeat(63)}\n`, 'x'.repeat(65)])('is made anew when it is damaged: %j', (text) => {
    const { root, env, key } = place();
    realKept(root, env).write('state', '', 'x');
    writeFileSync(key, text);
    expect(realKept(root, env).read('state')).toBeNull();
    realKept(root, env).write('state', '', 'y');
    expect(realKept(root, env).read('state')?.bytes.toString()).toBe('y');
  });

  it('is made anew when others could read it', () => {
    const { root, env, key } = place();
    realKept(root, env).write('state', '', 'x');
    chmodSync(key, 0o644);
    expect(realKept(root, env).read('state')).toBeNull();
    realKept(root, env).write('state', '', 'y');
    expect(statSync(key).mode & 0o777).toBe(0o600);
  });

  it('is none without an owner, inside the org, or where nothing can be written', () => {
    const { root, env } = place();
    writeFileSync(join(dirname(root), 'file'), '');
    for (const wrong of [
      {},
      { LEMMING_HOME: join(root, 'home') },
      { LEMMING_HOME: join(dirname(root), 'file/home') },
    ]) {
      expect(keptKey(wrong, root, 'make')).toBeNull();
      expect(realKept(root, wrong).write('state', '', 'x')).toBeNull();
      expect(existsSync(join(root, '.lemming'))).toBe(false);
    }
    expect(keptKey(env, root, 'make')).toHaveLength(32);
  });

  it('is one key when many processes make it at once', async () => {
    const { root, env } = place();
    const module = new URL('../../../src/disk/cache/cache-key.ts', import.meta.url).href;
    const text = `import { keptKey } from ${JSON.stringify(module)}; console.log(Buffer.from(keptKey(${JSON.stringify(env)}, ${JSON.stringify(root)}, 'make')).toString('hex'));`;
    const ended = await Promise.all([1, 2, 3, 4].map(() => node('--import', 'tsx', '--input-type=module', '-e', text)));
    const keys = new Set(ended.map(({ stdout }) => stdout.trim()));
    expect([...keys]).toEqual([Buffer.from(keptKey(env, root, 'look') as Uint8Array).toString('hex')]);
  });
});
