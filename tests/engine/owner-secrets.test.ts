import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as exportCommand from '../../src/commands/keep/export.ts';
import * as runCommand from '../../src/commands/run/run.ts';
import { ProviderError } from '../../src/core/model/call.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { machineOwner, ownerOf } from '../../src/disk/owner/owner.ts';
import { logger } from '../../src/engine/log/log.ts';
import { maskJson } from '../../src/engine/secrets.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { checked } from '../commands/checked.ts';
import { ask, RELAY } from '../commands/relay.ts';
import { inputOf, scratchOrg, testWorld } from '../commands/world.ts';
import { quickest, timed } from '../quickest.ts';
import { type Act, say } from '../regression/org.ts';
import { Lab, service } from './world.ts';

const exportTo = checked(exportCommand);
const runTurns = checked(runCommand);

const FROM_FILE = 'sk-file-"ca/nary"+01';
const PRINTED = 'sk-printed-ca=nary&02';

/** Each way in which a secret may be written. */
function forms(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`x${secret}y`).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ];
}
const ALL = [...forms(FROM_FILE), ...forms(PRINTED)];
/** What no file may hold: each form, without what JSON or base64 puts around it. */
const MARKS = [FROM_FILE, PRINTED].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  ...[0, 1].map((offset) => Buffer.from(secret.slice(offset)).toString('base64').slice(4, 20)),
  Buffer.from(secret).toString('hex'),
]);
const found = (text: string) => MARKS.filter((mark) => text.includes(mark));

const act = (tool: string, input: Act['input']): Act => ({ tool, input });

/** An environment whose owner has one key in `.env` and one that a program prints. */
function owned(): Record<string, string> {
  const top = mkdtempSync(join(tmpdir(), 'lemming-owned-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const home = join(top, 'home');
  mkdirSync(home, { mode: 0o700 });
  const put = (name: string, text: string) => writeFileSync(join(home, name), text, { mode: 0o600 });
  put('.env', `FILE_KEY='${FROM_FILE}'\n`);
  const argv = [process.execPath, '-e', `console.log(${JSON.stringify(PRINTED)})`];
  put('secrets.yaml', JSON.stringify({ version: 1, secrets: { x: { run: argv } } }));
  return { LEMMING_HOME: home, PATH: process.env.PATH ?? '' };
}

it('a key that a service refused is asked for again, one that it took is not', async () => {
  const env = owned();
  const count = join(env.LEMMING_HOME as string, 'count');
  const script = `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(count)}, 'x'); console.log('key-number-' + fs.readFileSync(${JSON.stringify(count)}, 'utf8').length)`;
  const secrets = { version: 1, secrets: { x: { run: [process.execPath, '-e', script] } } };
  writeFileSync(join(env.LEMMING_HOME as string, 'secrets.yaml'), JSON.stringify(secrets), { mode: 0o600 });
  const org = new Lab({
    edges: { human: ['a'], a: ['human'] },
    models: { default: { provider: 'svc', key: 'secret://x', price: {}, retry: { attempts: 1 } } },
    credits: { agents: { a: { grant: 1 } } },
  });
  org.env = env;
  const keys: string[] = [];
  org.providers.svc = {
    about: '',
    repeatable: false,
    free: false,
    connect: async (_model, outside) => ({
      complete: async () => {
        keys.push(await outside.secret('secret://x'));
        if (keys.length === 1) throw new ProviderError('auth', 'wrong key');
        return { text: '', acts: [], usage: null, requestId: null, model: 'm' };
      },
    }),
  };
  for (let turn = 0; turn < 3; turn++) {
    org.drop('a', `Message ${turn}`);
    await org.turns(2);
  }
  expect(keys.length).toBeGreaterThanOrEqual(3);
  expect(new Set(keys.slice(1))).toEqual(new Set(['key-number-2']));
  expect(keys[0]).toBe('key-number-1');
});

describe('secrets of the owner', () => {
  it('reach no prompt, journal, message or fault, in any form', async () => {
    const org = new Lab(
      {
        edges: { human: ['a', 'b'], a: ['human'], b: [] },
        resumes: { a: { tools: ['write_file', 'remember'] }, b: { model: 'broken' } },
        models: { default: { provider: 'mind' }, broken: { provider: 'broken', price: {} } },
      },
      ({ n }) =>
        n === 1
          ? [
              act('write_file', { path: 'out.txt', content: ALL.join('\n') }),
              act('remember', { key: 'k', text: ALL.join('\n') }),
              say('human', ALL.join('\n')),
            ]
          : [],
    );
    org.env = owned();
    org.providers.broken = service(() => {
      throw new ProviderError('auth', ALL.join(' '));
    });
    await ownerOf({ machine: org, env: org.env }).secret('secret://x');
    org.drop('a', ALL.join('\n'));
    org.drop('b', 'And you?');
    const reports = await org.turns(2);
    expect(found(JSON.stringify(org.prompts))).toEqual([]);
    expect(JSON.stringify(org.prompts)).toContain('[secret://x]');
    expect(found(JSON.stringify(reports))).toEqual([]);
    expect(JSON.stringify(reports)).toContain('auth: ');
    const written = [...org.disk.files()];
    expect(written.filter(([, text]) => found(text).length > 0)).toEqual([]);
    expect(written.filter(([, text]) => text.includes('[FILE_KEY]')).length).toBeGreaterThan(3);
  });

  it('reach no log, also when they are revealed after it was opened', async () => {
    const env = owned();
    const disk = new MemoryDisk();
    const owner = machineOwner(env);
    const log = logger(disk, new FakeClock(), () => null, owner.mask);
    await owner.secret('secret://x');
    log.log({ level: 'error', module: 'provider', event: 'failed', turn: 1, message: ALL.join(' ') });
    log.flush();
    const text = [...disk.files()].map(([, content]) => content).join();
    expect(text).toContain('[secret://x]');
    expect(found(text)).toEqual([]);
  });

  it('are struck out of an export, although nobody asked for them in that process, and stay in the files of people', async () => {
    const env = owned();
    const root = scratchOrg({
      ...RELAY,
      models: { default: { provider: 'scripted', script: 'org/script.yaml', key: 'secret://x' } },
    });
    realDisk(root).create('agents/a/workspace/notes.txt', ALL.join('\n'));
    ask(root, 'a', ALL.join('\n'));
    await runTurns(testWorld(root), inputOf({ flags: { 'until-idle': true } }));
    const world = testWorld(root, { env });
    const file = join(env.LEMMING_HOME ?? '', '../clean.tgz');
    const { data } = await exportTo(world, inputOf({ args: { file } }));
    const archive = gunzipSync(realDisk(join(file, '..')).read('clean.tgz') ?? new Uint8Array()).toString('latin1');
    expect(found(archive)).toEqual([]);
    expect(archive).toContain('[secret://x]');
    expect((data as { secrets_struck_from: string[] }).secrets_struck_from).toContain('agents/a/workspace/notes.txt');
    expect(Buffer.from(realDisk(root).read('agents/a/workspace/notes.txt') ?? []).toString()).toBe(ALL.join('\n'));
  });

  it('an export says which secrets it could not look for', async () => {
    const root = scratchOrg({
      ...RELAY,
      models: { default: { provider: 'scripted', script: 'org/script.yaml', key: 'secret://y' } },
    });
    const world = testWorld(root, { env: owned() });
    await exportTo(world, inputOf({ args: { file: join(root, 'x.tgz') } }));
    expect(world.said.join()).toContain('secret://y could not be read');
  });
});

describe('a redactor', () => {
  it('without any secret leaves values as they are, and takes notice when there is one', async () => {
    const env = { ODD: 'odd-canary' };
    const owner = machineOwner(env);
    const { mask } = owner;
    const value = { text: 'odd-canary' };
    expect(maskJson(mask, value)).toBe(value);
    await owner.secret('env:ODD');
    expect(maskJson(mask, value)).toEqual({ text: '[ODD]' });
  });

  it('costs next to nothing when there is no secret', async () => {
    const mask = machineOwner({ HOME: '/nowhere' }).mask;
    const value = { text: 'x'.repeat(100_000) };
    const redactAll = () => {
      for (let i = 0; i < 10_000; i++) maskJson(mask, value);
    };
    expect(await quickest(500, () => timed(redactAll))).toBeLessThan(500);
  });
});
