// @module-tag disk
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as secretCommand from '../../../src/commands/start/secret.ts';
import { ownerOf } from '../../../src/disk/owner/owner.ts';
import { homeOf, ownedEnv } from '../../home.ts';
import { checked, checkedLeaf } from '../checked.ts';
import { faultsOf, filesIn, inputOf, scratch, scratchOrg, testWorld, type WorldWish } from '../world.ts';

const list = checkedLeaf(secretCommand, 'secret list');
const take = checkedLeaf(secretCommand, 'secret import');
const runTurns = checked(runCommand);

const KEY = 'sk-canary-0123456789abcdef';

/** An organisation with models that need keys, and a folder where a person stands. */
function place(env: string | null = `OTHER_KEY=never\nexport OPENAI_API_KEY='${KEY}' # mine\n`) {
  const cwd = scratch();
  const root = scratchOrg({
    edges: { human: ['a', 'b'], a: ['human'], b: ['human'] },
    models: {
      default: { provider: 'openai', model: 'gpt-4.1-mini' },
      claude: { provider: 'anthropic', model: 'claude-haiku-4-5', key: 'env:MY_CLAUDE_KEY' },
      vault: { provider: 'openai', model: 'gpt-4.1', key: 'secret://openai' },
    },
    resumes: { b: { model: 'claude' } },
    credits: { agents: { a: { grant: 5 }, b: { grant: 5 } } },
  });
  if (env !== null) writeFileSync(join(cwd, '.env'), env);
  const world = (wish: WorldWish = {}) => testWorld(root, { cwd, ...wish });
  const bring = (file = '.env', name = 'OPENAI_API_KEY', wish: WorldWish = {}, flags = {}) =>
    take(world(wish), inputOf({ args: { file, name }, flags }));
  const own = join(homeOf(root), '.env');
  return { cwd, root, world, bring, own };
}

function send(root: string, to: string): void {
  mkdirSync(join(root, 'agents/human/outbox'), { recursive: true });
  writeFileSync(join(root, 'agents/human/outbox/hello.md'), `---\nto: ${to}\n---\nHello\n`);
}

describe('secret import', () => {
  it('copies the named key, and nothing else, into a file of the owner alone; it is shown nowhere', async () => {
    const { root, bring, own, world } = place();
    const { text, data } = await bring();
    expect(readFileSync(own, 'utf8')).toBe(`OPENAI_API_KEY=${KEY}\n`);
    if (process.platform !== 'win32') expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(data).toEqual({ name: 'OPENAI_API_KEY', file: '$LEMMING_HOME/.env' });
    expect(text + JSON.stringify(filesIn(root))).not.toContain(KEY);
    expect(ownerOf(world()).env('OPENAI_API_KEY')).toBe(KEY);
    expect((await bring()).text).toContain('has this key already');
  });

  it('keeps the other lines of the file, and asks before a key changes', async () => {
    const { bring, own, root } = place();
    mkdirSync(homeOf(root), { recursive: true, mode: 0o700 });
    const before = '# mine\nA_KEY=1\r\nexport OPENAI_API_KEY="old one"\nB=2';
    writeFileSync(own, before);
    chmodSync(own, 0o600);
    expect(await faultsOf(bring())).toEqual(['usage']);
    writeFileSync(own, Buffer.from([0xff]));
    expect(await faultsOf(bring('.env', 'OPENAI_API_KEY', {}, { yes: true }))).toEqual(['not-text']);
    writeFileSync(own, before);
    expect(await faultsOf(bring('.env', 'OPENAI_API_KEY', { interactive: true, stdin: 'no\n' }))).toEqual(['usage']);
    expect(readFileSync(own, 'utf8')).toBe(before);
    await bring('.env', 'OPENAI_API_KEY', {}, { yes: true });
    expect(readFileSync(own, 'utf8')).toBe(`# mine\nA_KEY=1\r\nOPENAI_API_KEY=${KEY}\nB=2\n`);
  });

  it('says that a variable of the shell goes before it', async () => {
    const { bring, root } = place();
    const env = ownedEnv(root, { OPENAI_API_KEY: 'sk-another-one' });
    expect((await bring('.env', 'OPENAI_API_KEY', { env }, { yes: true })).text).toContain('unset it');
  });

  it('takes only names that models use', async () => {
    const { bring, own } = place(`OTHER_KEY=never\nMY_CLAUDE_KEY=${KEY}\nANTHROPIC_API_KEY=x\n`);
    expect(await faultsOf(bring('.env', 'OTHER_KEY'))).toEqual(['not-found']);
    expect(await faultsOf(bring('.env', 'ANTHROPIC_API_KEY'))).toEqual(['not-found']);
    expect(await faultsOf(bring('.env', '__proto__'))).toEqual(['not-found']);
    expect(existsSync(own)).toBe(false);
    await bring('.env', 'MY_CLAUDE_KEY');
    expect(readFileSync(own, 'utf8')).toBe(`MY_CLAUDE_KEY=${KEY}\n`);
  });

  it('refuses a file in an organisation, also through a link, and what is no such file', async () => {
    const { bring, root, cwd } = place(null);
    expect(await faultsOf(bring())).toEqual(['not-found']);
    mkdirSync(join(root, 'org/shared/deep'), { recursive: true });
    writeFileSync(join(root, 'org/shared/deep/.env'), `OPENAI_API_KEY=${KEY}\n`);
    expect(await faultsOf(bring(join(root, 'org/shared/deep/.env')))).toEqual(['exposed']);
    symlinkSync(join(root, 'org/shared/deep'), join(cwd, 'link'));
    expect(await faultsOf(bring('link/.env'))).toEqual(['exposed']);
    symlinkSync(join(root, 'org/shared/deep/.env'), join(cwd, '.env'));
    expect(await faultsOf(bring())).toEqual(['exposed']);
    mkdirSync(join(cwd, 'folder'));
    expect(await faultsOf(bring('folder'))).toEqual(['not-regular']);
    writeFileSync(join(cwd, 'binary'), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    expect(await faultsOf(bring('binary'))).toEqual(['not-text']);
    writeFileSync(join(cwd, 'huge'), 'A=1\n'.repeat(300_000));
    expect(await faultsOf(bring('huge'))).toEqual(['too-large']);
    writeFileSync(join(cwd, 'empty'), 'OPENAI_API_KEY=\n');
    expect(await faultsOf(bring('empty'))).toEqual(['not-found']);
  });

  it('refuses where there is no place for keys', async () => {
    const { bring, root } = place();
    expect(await faultsOf(bring('.env', 'OPENAI_API_KEY', { env: { LEMMING_HOME: '' } }))).toEqual(['bad-env']);
    expect(await faultsOf(bring('.env', 'OPENAI_API_KEY', { env: { LEMMING_HOME: join(root, 'keys') } }))).toEqual([
      'exposed',
    ]);
  });
});

describe('a missing key', () => {
  it('is listed', async () => {
    const { world, bring } = place();
    await bring();
    expect((await list(world(), inputOf())).data).toEqual({
      keys: [
        { name: 'MY_CLAUDE_KEY', found: false, needed: true },
        { name: 'OPENAI_API_KEY', found: true, needed: false },
      ],
    });
  });

  it('is told at the end of a run, with the places where it was looked for and the command that takes it from here', async () => {
    const { root, world } = place();
    send(root, '[a, b]');
    const { text, exit } = await runTurns(world(), inputOf({ flags: { turns: 1 } }));
    expect(exit).toBe(4); // where the key of claude goes is not approved either
    expect(text).toContain(
      'default: OPENAI_API_KEY is neither in the environment nor in $LEMMING_HOME/.env. The .env here has it. To take it from there: lemming secret import .env OPENAI_API_KEY',
    );
    expect(text).toContain(
      'claude: MY_CLAUDE_KEY is neither in the environment nor in $LEMMING_HOME/.env. Set it, or take it from a file: lemming secret import FILE MY_CLAUDE_KEY',
    );
  });

  it('is not looked for in a .env of the organisation', async () => {
    const { root } = place(null);
    writeFileSync(join(root, '.env'), `OPENAI_API_KEY=${KEY}\n`);
    send(root, 'a');
    const { text } = await runTurns(testWorld(root, { cwd: root }), inputOf({ flags: { turns: 1 } }));
    expect(text).toContain('Set it, or take it from a file');
    expect(text).not.toContain('The .env here has it');
  });
});
