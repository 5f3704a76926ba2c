import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as backupCommand from '../../src/commands/keep/backup.ts';
import * as exportCommand from '../../src/commands/keep/export.ts';
import { ProviderError } from '../../src/core/model/call.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { logger } from '../../src/engine/log/log.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../commands/world.ts';
import type { Act } from '../regression/org.ts';
import { Lab, service } from './world.ts';

const backup = checked(backupCommand);
const exportRun = checked(exportCommand);

const SECRET = 'sk-ca/nary"é?0123456789';
const hex = (text: string) => Buffer.from(text).toString('hex');
const numbered = (text: string) =>
  text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** How a key may be written by whoever was sent it. */
const FORMS: [how: string, form: string][] = [
  ['as it is', SECRET],
  ['in hexadecimal digits', hex(SECRET)],
  ['in capital hexadecimal digits', hex(SECRET).toUpperCase()],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in a URL, in lower case', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
  ['in a URL, each character', hex(SECRET).replace(/../g, '%$&')],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in JSON with its slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON of ASCII alone', numbered(JSON.stringify(SECRET).slice(1, -1))],
  ['in JSON within JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
  ['in base64', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
];

/** Pieces by which one would know it: eight characters of it, or sixteen digits. What JSON does to them is undone. */
function traces(text: string): string[] {
  const plain = text.replaceAll('\\', '').toLowerCase();
  const windows = (whole: string, size: number) =>
    Array.from({ length: whole.length - size + 1 }, (_, i) => whole.slice(i, i + size));
  const pieces = [...windows(SECRET, 8), ...windows(hex(SECRET), 16), ...windows(encodeURIComponent(SECRET), 10)];
  return pieces.filter((piece) => plain.includes(piece.toLowerCase()));
}

/** An organisation that writes logs, whose key is known. */
class Logged extends Lab {
  override env = { MY_API_KEY: SECRET };
  override ports(): Ports {
    const ports = super.ports();
    const { log, flush } = logger(ports.disk, ports.clock, () => null, ports.owner.mask);
    return {
      ...ports,
      log: (event) => {
        log({ ...event, level: 'error' });
        flush();
      },
    };
  }
}

/** What stands in files that LeMMing wrote: all but these. */
function written(org: Lab, ...byHand: string[]): string {
  return org
    .paths(/^(?!\.lemming\/)/)
    .filter((path) => !byHand.includes(path))
    .map((path) => `${path}\n${org.read(path)}`)
    .join('\n');
}

describe('a key that comes back', () => {
  it.each(FORMS)('%s, in an answer or a failure and in their request ids, lies nowhere', async (_how, form) => {
    const org = new Logged({
      edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
      models: { default: { provider: 'good', price: {} }, broken: { provider: 'broken', price: {} } },
      resumes: { b: { model: 'broken' } },
    });
    org.providers.good = service(() => ({ text: `The key is ${form}, it said.`, requestId: `r-${form}-1` }));
    org.providers.broken = service(() => {
      throw new ProviderError('auth', `401: ${form} is wrong`, { requestId: `r-${form}-2` });
    });
    org.drop(['a', 'b'], 'Go.');
    await org.turns(2);
    const all = written(org);
    expect(traces(all)).toEqual([]);
    expect(org.lines('reply').map(({ reply }) => reply.requestId)).toEqual(['r-[MY_API_KEY]-1']);
    expect(org.lines('failed')[0]).toMatchObject({ requestId: 'r-[MY_API_KEY]-2' });
    expect(all).toMatch(/logs\/activity\.jsonl[\s\S]*\[MY_API_KEY\]/);
  });

  it('is struck out before a message is cut, wherever it stands', async () => {
    const org = new Logged({
      edges: { human: ['a'], a: ['human'] },
      models: { default: { provider: 'broken', price: {} } },
      org: { limits: { max_attempts: 99 } },
    });
    let before = 0;
    org.providers.broken = service(() => {
      throw new ProviderError('malformed', `${'x'.repeat(before)}${SECRET} ${hex(SECRET)}`);
    });
    for (const most of [500, 2000])
      for (before = most - 60; before < most; before += 6) {
        org.drop('a', 'Go.');
        await org.turns(1);
      }
    expect(org.lines('failed').length).toBeGreaterThan(15);
    expect(traces(written(org))).toEqual([]);
  });
});

describe('a key in a file of a person', () => {
  const config = `name=old\nkey=${SECRET}\n`;
  const byHand: Record<string, string> = {
    'agents/a/workspace/config.txt': config,
    'agents/a/workspace/long.txt': `${'x'.repeat(29_990)}${SECRET}`,
    'agents/a/workspace/line.txt': `needle${'x'.repeat(285)}${SECRET}`,
    'agents/a/workspace/over.txt': `mine ${SECRET}`,
    'org/shared/s.txt': config,
  };
  const ACTS: Act[] = [
    { tool: 'read_file', input: { path: 'long.txt' } },
    { tool: 'read_file', input: { path: 'long.txt', from: 29_994 } },
    { tool: 'search_files', input: { pattern: 'needle' } },
    { tool: 'edit_file', input: { path: 'config.txt', old: 'old', new: 'new' } },
    { tool: 'write_file', input: { path: 'over.txt', content: 'of the agent' } },
    { tool: 'edit_file', input: { path: 'shared/s.txt', old: 'old', new: 'new' } },
  ];

  async function worked(): Promise<Logged> {
    const org = new Logged(
      {
        edges: { human: ['a'], a: ['human'] },
        resumes: { a: { tools: ['read_file', 'search_files', 'edit_file', 'write_file'], shared: ['.'] } },
        files: byHand,
      },
      ({ n }) => (n === 1 ? ACTS : []),
    );
    org.drop('a', 'Go.');
    await org.turns(2);
    return org;
  }

  it('is shown to nobody, not in pieces, and the journal holds none of it, whoever edits the file', async () => {
    const org = await worked();
    const mine = Object.keys(byHand);
    expect(traces(JSON.stringify(org.prompts))).toEqual([]);
    const kept = org.paths(/over\.txt\.conflict|config\.txt\.conflict/);
    expect(traces(written(org, ...mine, ...kept))).toEqual([]);
    // Nothing of the person's is lost.
    expect(org.read('agents/a/workspace/config.txt')).toBe(config.replace('old', 'new'));
    expect(org.read('agents/a/workspace/over.txt')).toBe('of the agent');
    expect(org.read('org/shared/s.txt')).toBe(config);
    expect(kept.map((path) => org.read(path))).toContain(`mine ${SECRET}`);
    expect(org.prompts.length).toBeGreaterThan(1);
  });

  it('goes into no export, and into a backup only as the person wrote it', async () => {
    const org = await worked();
    const root = scratch();
    const disk = realDisk(root);
    for (const path of org.paths(/^(?!\.lemming\/)/)) disk.create(path, org.disk.read(path) as Uint8Array);
    const world = () => testWorld(root, { env: org.env });
    const unpacked = (file: string) => gunzipSync(readFileSync(file)).toString();
    const clean = join(scratch(), 'clean.tgz');
    await exportRun(world(), inputOf({ args: { file: clean } }));
    expect(traces(unpacked(clean))).toEqual([]);
    const whole = join(scratch(), 'whole.tgz');
    await backup(world(), inputOf({ args: { file: whole } }));
    const holders = org.paths(/^(?!\.lemming\/)/).filter((path) => org.read(path)?.includes(SECRET));
    expect(unpacked(whole).split(SECRET).length - 1).toBe(holders.length);
    expect(holders.filter((path) => !/workspace|org\/shared/.test(path))).toEqual([]);
  });
});
