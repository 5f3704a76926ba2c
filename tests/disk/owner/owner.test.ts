// @module-tag disk
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProviderError } from '../../../src/core/model/call.ts';
import { type Trusted, trustHash } from '../../../src/core/model/trust.ts';
import { override } from '../../../src/disk/config/env.ts';
import { readEnv } from '../../../src/disk/owner/env-file.ts';
import { type Owner, outsideOf, ownerOf } from '../../../src/disk/owner/owner.ts';
import { ownerFolder } from '../../../src/disk/owner/owner-folder.ts';
import { FaultError } from '../../../src/schema/fault.ts';

const machine = { owners: new WeakMap() };

const NODE = process.execPath;

/** An owner's folder with these files, mode 0600 each, and an org beside it; both go away with the test. */
function place(files: Record<string, string> = {}, variables: Record<string, string> = {}) {
  const top = mkdtempSync(join(tmpdir(), 'lemming-owner-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const [home, root] = [join(top, 'home'), join(top, 'org')];
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(root);
  const put = (name: string, text: string, mode = 0o600) => {
    writeFileSync(join(home, name), text, { mode });
    chmodSync(join(home, name), mode);
  };
  for (const [name, text] of Object.entries(files)) put(name, text);
  const env: Record<string, string | undefined> = { PATH: process.env.PATH, LEMMING_HOME: home, ...variables };
  return { top, home, root, env, put, owner: ownerOf({ machine, env: env, root: root }) };
}

/** `secrets.yaml` with one secret, `x`, that a script prints. */
function printing(script: string, more = ''): Record<string, string> {
  return { 'secrets.yaml': `version: 1\nsecrets:\n  x:\n    run: ${JSON.stringify([NODE, '-e', script])}\n${more}` };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect((error as ProviderError).failure).toBe('auth');
  return (error as ProviderError).message;
}

const codes = (owner: Owner) => owner.faults().map(({ code }) => code);

describe('the folder of the owner', () => {
  it.each([
    [
      { LEMMING_HOME: '/l', XDG_CONFIG_HOME: '/x', HOME: '/h' },
      { path: '/l', label: '$LEMMING_HOME' },
    ],
    [
      { XDG_CONFIG_HOME: '/x', HOME: '/h' },
      { path: '/x/lemming', label: '$XDG_CONFIG_HOME/lemming' },
    ],
    [
      { LEMMING_HOME: '', HOME: '/h' },
      { path: '/h/.config/lemming', label: '$HOME/.config/lemming' },
    ],
    [{ LEMMING_HOME: 'here' }, null],
    [{}, null],
  ])('by %j is %j', (env, folder) => expect(ownerFolder(env)).toEqual(folder));

  it('is no setting of the organisation', () =>
    expect(override({ version: 1, name: 'x' }, { LEMMING_HOME: '/l' }).faults).toEqual([]));

  it('is refused inside the organisation, however it is reached; its secrets are struck out all the same', async () => {
    const { root, top, env } = place();
    mkdirSync(join(root, 'keys'));
    writeFileSync(join(root, 'keys/.env'), 'OPENAI_API_KEY=sk-inside-1234\n', { mode: 0o600 });
    symlinkSync(join(root, 'keys'), join(top, 'link'));
    for (const home of [join(root, 'keys'), join(top, 'link'), root, join(root, 'not/there')]) {
      const owner = ownerOf({ machine, env: { ...env, LEMMING_HOME: home }, root: root });
      expect(codes(owner)).toContain('exposed');
      expect(owner.env('OPENAI_API_KEY')).toBeUndefined();
      expect(await refusal(owner.secret('env:OPENAI_API_KEY'))).toContain('inside the organisation');
      expect(() => owner.requireTrust({ kind: 'command', argv: ['x'] })).toThrow('inside the organisation');
      expect(() => owner.approve({ kind: 'command', argv: ['x'] })).toThrow(FaultError);
    }
    const inside = ownerOf({ machine, env: { ...env, LEMMING_HOME: join(root, 'keys') }, root: root });
    expect(inside.redact('sk-inside-1234')).toBe('[OPENAI_API_KEY]');
  });

  it('may lie above or beside the organisation', () => {
    const { owner, top, env } = place({ '.env': 'A=1\n' });
    expect(owner.faults()).toEqual([]);
    expect(ownerOf({ machine, env: { ...env, LEMMING_HOME: top }, root: join(top, 'org') }).faults()).toEqual([]);
  });

  it('is a fault when LEMMING_HOME is relative, and there is none without a variable', async () => {
    const { root } = place();
    const owner = ownerOf({ machine, env: { LEMMING_HOME: 'here' }, root: root });
    expect(codes(owner)).toEqual(['bad-env']);
    const none = ownerOf({ machine, env: {}, root: root });
    expect(none.faults()).toEqual([]);
    expect(await refusal(none.secret('env:A_KEY'))).toContain('the folder that LEMMING_HOME names');
    expect(() => none.approve({ kind: 'command', argv: ['x'] })).toThrow('LEMMING_HOME');
  });

  it.each([
    ['.env', 0o644, 'Other users can read'],
    ['.env', 0o640, 'Other users can read'],
    ['secrets.yaml', 0o644, 'Other users can read'],
    ['secrets.yaml', 0o620, 'is ignored'],
    ['trust.yaml', 0o622, 'is ignored'],
  ])('warns of %s with mode %o', (name, mode, text) => {
    const { owner, put } = place();
    put(
      name,
      { '.env': 'A=1\n', 'secrets.yaml': 'version: 1\nsecrets: {}\n' }[name] ?? 'version: 1\napproved: []\n',
      mode,
    );
    expect(owner.faults()).toMatchObject([{ code: 'exposed', file: `$LEMMING_HOME/${name}` }]);
    expect(owner.faults()[0]?.message).toContain(text);
  });

  it('warns of a folder that others can write, and of keys that lie in the organisation', () => {
    const { owner, home, root } = place();
    chmodSync(home, 0o777);
    writeFileSync(join(root, '.env'), 'A=1');
    expect(codes(owner)).toEqual(['exposed', 'exposed']);
    expect(owner.faults()[1]).toMatchObject({ file: '.env' });
  });

  it.each([
    ['more than 1 MiB', `A=${'x'.repeat(1_048_576)}\n`, 'too-large'],
    ['no text', '\0\0', 'not-text'],
    ['a line that is none', 'A=1\nsk-canary-9999\nB=2\n', 'invalid-value'],
  ])('a .env with %s is a fault that does not show it', (_what, text, code) => {
    const { owner } = place({ '.env': text });
    expect(codes(owner)).toEqual([code]);
    expect(JSON.stringify(owner.faults())).not.toMatch(/canary|xxxx/);
  });

  it('a file of the owner that is a folder or a pipe is a fault, and holds nobody up', () => {
    const { owner, home } = place();
    mkdirSync(join(home, '.env'));
    spawnSync('mkfifo', [join(home, 'secrets.yaml')]);
    expect(codes(owner)).toEqual(['disk-error', 'disk-error']);
    expect(owner.env('A')).toBeUndefined();
  });

  it('secrets.yaml with a mistake is a fault that tells its place but no value', async () => {
    const { owner } = place({ 'secrets.yaml': 'version: 1\nsecrets: { x: sk-canary-1 }\nsk-canary-2: 1\n' });
    expect(owner.faults().length).toBeGreaterThan(0);
    expect(JSON.stringify(owner.faults())).not.toContain('canary');
    expect(owner.faults()[0]).toMatchObject({ file: '$LEMMING_HOME/secrets.yaml', line: 2 });
    expect(await refusal(owner.secret('secret://x'))).toContain('secrets.yaml');
  });
});

describe('.env', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['export A=1\r\nB = 2 ', { A: '1', B: '2' }],
    ['\ufeffA=1\n\n# A=2\n  # x', { A: '1' }],
    ['A=a b # comment', { A: 'a b' }],
    ['A=a#b', { A: 'a#b' }],
    ["A='a # $b\\n' # c", { A: 'a # $b\\n' }],
    ['A="a\\n\\"b\\" $c"', { A: 'a\n"b" $c' }],
    ['A=', { A: '' }],
    ['A=1\nA=2', { A: '2' }],
    ['__proto__=1', { __proto__x: '1' }],
    ['A="x', null],
    ["A='x' y", null],
    ['1A=x', null],
    ['A', null],
    ['A-B=1', null],
  ])('%j', (text, wanted) => {
    const { value, faults } = readEnv(text.replaceAll('\r', ''), '.env');
    if (wanted === null) expect(faults).toMatchObject([{ code: 'invalid-value', line: 1 }]);
    else if ('__proto__x' in wanted) expect(value?.get('__proto__')).toBe('1');
    else expect([Object.fromEntries(value ?? []), faults]).toEqual([wanted, []]);
  });

  it('comes after the variables of the process that are not empty', () => {
    const { owner } = place({ '.env': 'A=file\nB=file\nE=file\n' }, { A: 'process', E: '', F: '' });
    expect(['A', 'B', 'C', 'E', 'F'].map(owner.env)).toEqual(['process', 'file', undefined, 'file', '']);
  });

  it('is read anew when it was changed, so a key rotates without a restart; the old one stays struck out', async () => {
    const { owner, put, home } = place({ '.env': 'OPENAI_API_KEY=sk-first-00001\n' });
    expect(await owner.secret('env:OPENAI_API_KEY')).toBe('sk-first-00001');
    const { atime, mtime } = statSync(join(home, '.env'));
    put('.env', 'OPENAI_API_KEY=sk-other-00002\n');
    utimesSync(join(home, '.env'), atime, mtime);
    expect(await owner.secret('env:OPENAI_API_KEY')).toBe('sk-other-00002');
    expect(owner.redact('sk-first-00001 sk-other-00002')).toBe('[OPENAI_API_KEY] [OPENAI_API_KEY]');
    rmSync(join(home, '.env'));
    expect(await refusal(owner.secret('env:OPENAI_API_KEY'))).toBe(
      'OPENAI_API_KEY is not set. Set it, or put the line OPENAI_API_KEY=... into $LEMMING_HOME/.env.',
    );
  });

  it('an empty variable is not set', async () => {
    const { owner } = place({}, { A_KEY: '  ' });
    expect(await refusal(owner.secret('env:A_KEY'))).toContain('A_KEY is not set');
  });
});

describe('secret://', () => {
  it('is what the program prints, without its last line end, asked once a minute and after forget', async () => {
    const { owner, top } = place();
    const count = join(top, 'count');
    const script = `require('fs').appendFileSync(${JSON.stringify(count)}, '.'); console.log(' se cret-42 ')`;
    const { 'secrets.yaml': text = '' } = printing(script);
    writeFileSync(join(top, 'home/secrets.yaml'), text, { mode: 0o600 });
    const values = await Promise.all([owner.secret('secret://x'), owner.secret('secret://x')]);
    expect(values).toEqual([' se cret-42 ', ' se cret-42 ']);
    await owner.secret('secret://x');
    expect(readFileSync(count, 'utf8')).toBe('.');
    owner.forget('secret://x');
    await owner.secret('secret://x');
    expect(readFileSync(count, 'utf8')).toBe('..');
  });

  it('gives the program an agreed environment, what it names besides, and an empty folder', async () => {
    const script = 'console.log(JSON.stringify([Object.keys(process.env).sort(), require("fs").readdirSync(".")]))';
    const { owner } = place(printing(script, '    env: [VAULT_ADDR]\n'), {
      VAULT_ADDR: 'http://v',
      CANARY_TOKEN: 'sk-canary',
      DBUS_SESSION_BUS_ADDRESS: 'unix:x',
    });
    const [names, files] = JSON.parse(await owner.secret('secret://x'));
    expect([names, files]).toEqual([['DBUS_SESSION_BUS_ADDRESS', 'PATH', 'VAULT_ADDR'], []]);
  });

  it.each([
    ['fails', 'console.log("sk-canary"); console.error("sk-canary"); process.exit(3)', 'ended with 3'],
    ['is ended', 'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 99)', 'was ended by SIGKILL'],
    ['prints nothing', ' ', 'printed no text'],
    ['prints a line end', 'console.log()', 'printed no text'],
    ['prints no UTF-8', 'process.stdout.write(Buffer.from([0xff, 0xfe]))', 'printed no text'],
    ['prints without end', 'for (let i = 0; i < 1e5; i++) console.log("sk-canary")', 'printed more than 65536 bytes'],
  ])('a program that %s is an auth that says what to look at, never what was printed', async (_what, script, text) => {
    const { owner } = place(printing(script));
    const message = await refusal(owner.secret('secret://x'));
    expect(message).toContain(text);
    expect(message).toContain('secrets.x in $LEMMING_HOME/secrets.yaml');
    expect(message).not.toContain('canary');
  });

  it('a program that is slow is ended after ten seconds', async () => {
    const { owner } = place(printing('setInterval(() => {}, 99)'));
    const at = performance.now();
    expect(await refusal(owner.secret('secret://x'))).toContain('took more than 10 seconds');
    expect(performance.now() - at).toBeLessThan(60_000);
  });

  it('a program that is missing, and a name that is, are told', async () => {
    const { owner } = place({ 'secrets.yaml': 'version: 1\nsecrets: { x: { run: [no-such-program-here] } }\n' });
    expect(await refusal(owner.secret('secret://x'))).toMatch(/could not be started \((ENOENT|EACCES)\)/);
    expect(await refusal(owner.secret('secret://constructor'))).toBe(
      'secret://constructor is not set. Put constructor: { run: [PROGRAM, ARGUMENT] } under "secrets" in $LEMMING_HOME/secrets.yaml.',
    );
  });

  it('a failure is not kept', async () => {
    const { owner, put } = place(printing('process.exit(1)'));
    await refusal(owner.secret('secret://x'));
    put('secrets.yaml', printing('console.log("now it works")')['secrets.yaml'] ?? '');
    expect(await owner.secret('secret://x')).toBe('now it works');
  });

  it('a secrets.yaml that others can write runs nothing', async () => {
    const { owner, put, top } = place();
    put(
      'secrets.yaml',
      printing(`require('fs').writeFileSync(${JSON.stringify(join(top, 'ran'))}, '')`)['secrets.yaml'] ?? '',
      0o666,
    );
    expect(await refusal(owner.secret('secret://x'))).toContain('Other users can write');
    expect(existsSync(join(top, 'ran'))).toBe(false);
  });
});

describe('what is struck out', () => {
  const SECRET = 'p@ss/wörd "42"+x';
  it.each([
    ['raw', SECRET],
    ['JSON', JSON.stringify({ a: SECRET })],
    ['JSON twice', JSON.stringify(JSON.stringify({ a: SECRET }))],
    ['URL', encodeURIComponent(SECRET)],
    ['form', new URLSearchParams({ a: SECRET }).toString()],
    ['base64', Buffer.from(`ab${SECRET}c`).toString('base64')],
    ['base64url', Buffer.from(`a${SECRET}`).toString('base64url')],
    ['hex', Buffer.from(SECRET).toString('hex')],
    ['HEX', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ])('is a revealed secret in %s', async (_form, text) => {
    const { owner } = place(printing(`process.stdout.write(${JSON.stringify(SECRET)})`));
    expect(owner.redact.idle()).toBe(true);
    expect(owner.redact(text)).toBe(text);
    await owner.secret('secret://x');
    expect(owner.redact.idle()).toBe(false);
    expect(owner.redact(text)).toContain('[secret://x]');
  });

  it('is a key in .env before anybody asked, and a variable of any name that was asked for', async () => {
    const { owner } = place({ '.env': 'MY_TOKEN=tok-12345\nURL=http://plain\nODD=odd-12345\n' });
    expect(owner.redact('tok-12345 http://plain odd-12345')).toBe('[MY_TOKEN] http://plain odd-12345');
    await owner.secret('env:ODD');
    expect(owner.redact('odd-12345')).toBe('[ODD]');
  });
});

describe('what may run', () => {
  const ls: Trusted = { kind: 'command', argv: ['ls', '-l'] };

  it('is nothing but exactly what was approved, and no longer when that is taken back', () => {
    const { owner, home } = place();
    expect(() => owner.requireTrust(ls)).toThrow(/lemming trust NAME/);
    owner.approve(ls);
    owner.approve(ls);
    owner.requireTrust(ls);
    const plugin: Trusted = { kind: 'plugin', path: './org/p.mjs', text: 'export default 1' };
    owner.approve(plugin);
    for (const other of [
      { kind: 'command', argv: ['ls', '-l'], passes: ['OPENAI_API_KEY'] },
      { kind: 'command', argv: ['ls'] },
      { kind: 'command', argv: ['ls', '-l', ''] },
      { kind: 'command', argv: ['ls -l'] },
      { ...plugin, text: 'export default 2' },
      { ...plugin, path: './org/q.mjs' },
    ] as Trusted[])
      expect(owner.approved(other)).toBe(false);
    expect(owner.approved(plugin)).toBe(true);
    expect(statSync(join(home, 'trust.yaml')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'trust.yaml'), 'utf8').match(/kind:/g)).toHaveLength(2);
    expect([owner.revoke(ls), owner.revoke(ls), owner.approved(ls), owner.approved(plugin)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(readdirSync(home)).toEqual(['trust.yaml']);
  });

  it('makes the folder for itself alone, and holds for every org of this owner', () => {
    const { env, top, root } = place();
    const home = join(top, 'new/deep');
    const owner = ownerOf({ machine, env: { ...env, LEMMING_HOME: home }, root: root });
    owner.approve(ls);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(ownerOf({ machine, env: { ...env, LEMMING_HOME: home }, root: join(top, 'other') }).approved(ls)).toBe(true);
  });

  it('does not overwrite a trust.yaml that cannot be read, and approves nothing by it', () => {
    const { owner, put, home } = place({ 'trust.yaml': 'version: 1\napproved: [x]\n' });
    expect(() => owner.requireTrust(ls)).toThrow('not approved');
    expect(() => owner.approve(ls)).toThrow(FaultError);
    expect(readFileSync(join(home, 'trust.yaml'), 'utf8')).toContain('[x]');
    put(
      'trust.yaml',
      `version: 1\napproved: [{ kind: command, what: '["ls","-l"]', sha256: ${trustHash(ls)}, time: t }]\n`,
      0o666,
    );
    expect(owner.approved(ls)).toBe(false);
  });

  it('a program is run with an agreed environment only when it is approved, and its errors keep no secret', async () => {
    const { owner } = place({ '.env': 'A_KEY=sk-canary-123456\nB=2\n' }, { C: '3', HOME: '/h' });
    const argv = [NODE, '-e', 'console.error("x".repeat(70000) + process.env.A_KEY + "y".repeat(2004))'];
    const { run, childEnv } = outsideOf(owner);
    const job = { argv, input: '', env: { ...childEnv(['A_KEY', 'B', 'C', 'D']) }, timeoutMs: 9000, most: 10 };
    expect(job.env).toEqual({ PATH: process.env.PATH, HOME: '/h', A_KEY: 'sk-canary-123456', B: '2', C: '3' });
    await expect(run(job)).rejects.toThrow('lemming trust');
    owner.approve({ kind: 'command', argv });
    const { stderr } = await run(job);
    expect(stderr.slice(-2012)).toMatch(/^\[A_KEY\]y+\n$/);
    expect(stderr).not.toMatch(/canary|12345/);
  });
});
