import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as doctorCommand from '../../../src/commands/start/doctor.ts';
import * as trustCommand from '../../../src/commands/start/trust.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { checked } from '../checked.ts';
import { ask } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratch, scratchOrg, testWorld, writtenIn } from '../world.ts';

const runTurns = checked(runCommand);
const doctor = checked(doctorCommand);
const trust = checked(trustCommand);
const validate = checked(validateCommand);

const NODE = process.execPath;

/** What a plug-in and a program do when they are let: they leave a trace, and answer. */
function parts(trace: string) {
  const mark = `require('fs').appendFileSync(${JSON.stringify(trace)}, 'x');`;
  const reply = '{"acts":[{"tool":"send_message","input":{"to":"human","body":"It runs."}},{"tool":"done"}]}';
  const said = `prompt.n === 1 ? [{ tool: 'send_message', input: { to: 'human', body: 'It runs.' } }] : []`;
  return {
    command: [NODE, '-e', `${mark} console.log(${JSON.stringify(reply)})`],
    plugin: `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(trace)}, 'x');
export default { about: 'A test.', connect: async () => ({ complete: async (prompt) => ({ acts: ${said} }) }) };
`,
  };
}

/** An organisation with a program and a plug-in, and a folder of its owner beside it. */
function place() {
  const folder = scratch();
  const trace = join(folder, 'trace');
  const { command, plugin } = parts(trace);
  const plan: OrgPlan = {
    edges: { human: ['a', 'b', 'c'], a: ['human'], b: ['human'], c: ['human'] },
    models: {
      default: { provider: 'scripted' },
      prog: { provider: 'command', command, price: { per_call: 0 } },
      plug: { provider: './org/providers/mine.mjs', price: { per_call: 0 } },
    },
    resumes: { a: { model: 'prog' }, b: { model: 'plug' } },
    files: { 'org/providers/mine.mjs': plugin },
  };
  const root = scratchOrg(plan);
  const env = { LEMMING_HOME: join(folder, 'home'), PATH: process.env.PATH };
  const call = async (args: Record<string, string> = {}, flags: Record<string, string> = {}) => {
    const { data, text } = await trust(testWorld(root, { env }), inputOf({ args, flags }));
    return { ...(data as Told), text };
  };
  const turns = async () => {
    const { data, exit } = await runTurns(testWorld(root, { env }), inputOf({ flags: { turns: 1 } }));
    const { visits } = data as { visits: { agent: string; outcome: string; reason?: string }[] };
    return { exit, visits };
  };
  const examine = async () => {
    const { data } = await doctor(testWorld(root, { env }), inputOf());
    return data as { ok: boolean; notes: string[]; faults: { code: string; file?: string }[] };
  };
  return { root, env, folder, trace, command, plugin, call, turns, examine };
}

interface Row {
  model: string;
  kind: string;
  runs: string;
  sha256: string;
  approved: boolean;
}
type Told = Row & { models: Row[]; revoked?: boolean };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('trust', () => {
  it('lists what models run, with the hash that sha256sum shows, and changes nothing', async () => {
    const { call, root, env, command, plugin, trace } = place();
    const before = writtenIn(root);
    const { models, text } = await call();
    expect(models).toEqual([
      {
        model: 'prog',
        kind: 'command',
        runs: JSON.stringify(command),
        sha256: sha256(JSON.stringify(command)),
        approved: false,
      },
      { model: 'plug', kind: 'plugin', runs: './org/providers/mine.mjs', sha256: sha256(plugin), approved: false },
    ]);
    expect(text).toContain('plug: not approved\n  plugin ./org/providers/mine.mjs\n  sha256 ');
    expect(text).toContain('lemming trust NAME');
    expect(writtenIn(root)).toEqual(before);
    expect(existsSync(env.LEMMING_HOME) || existsSync(trace)).toBe(false);
  });

  it('approves what a model runs as it stands, outside the organisation, and takes it back', async () => {
    const { call, root, env, trace } = place();
    const before = writtenIn(root);
    expect(await call({ name: 'plug' })).toMatchObject({ model: 'plug', approved: true });
    expect((await call()).models.map(({ approved }) => approved)).toEqual([false, true]);
    expect(writtenIn(root)).toEqual(before);
    expect(readFileSync(join(env.LEMMING_HOME, 'trust.yaml'), 'utf8')).toContain('./org/providers/mine.mjs');
    expect(await call({}, { revoke: 'plug' })).toMatchObject({ revoked: true, approved: false });
    expect(await call({}, { revoke: 'plug' })).toMatchObject({ revoked: false });
    expect((await call()).models.map(({ approved }) => approved)).toEqual([false, false]);
    expect(existsSync(trace)).toBe(false);
  });

  it('asks again when one byte changed', async () => {
    const { call, root, plugin } = place();
    await call({ name: 'plug' });
    await call({ name: 'prog' });
    writeFileSync(join(root, 'org/providers/mine.mjs'), `${plugin} `);
    const models = join(root, 'org/models.yaml');
    writeFileSync(models, readFileSync(models, 'utf8').replace("'x'", "'y'"));
    expect((await call()).models.map(({ approved }) => approved)).toEqual([false, false]);
  });

  it('refuses what it cannot approve', async () => {
    const { call, root } = place();
    expect(await faultsOf(call({ name: 'default' }))).toEqual(['usage']);
    expect(await faultsOf(call({ name: 'plugg' }))).toEqual(['not-found']);
    expect(await faultsOf(call({ name: 'plug' }, { revoke: 'plug' }))).toEqual(['usage']);
    writeFileSync(join(root, 'org/providers/mine.mjs'), Buffer.from([0xff]));
    expect(await faultsOf(call({ name: 'plug' }))).toEqual(['not-text']);
    expect((await call()).text).toContain('not UTF-8');
    writeFileSync(join(root, 'org/org.yaml'), 'version: 1\n');
    expect(await faultsOf(call())).toEqual(['missing-key']);
  });

  it('says so when nothing is run', async () => {
    const root = scratchOrg({ edges: { human: ['a'], a: ['human'] } });
    expect((await trust(testWorld(root), inputOf())).text).toBe(
      'This organisation runs no programs on this machine: no model, tool or server.',
    );
  });

  it('an owner’s folder inside the organisation cannot hold approvals', async () => {
    const { root, env } = place();
    const inside = { ...env, LEMMING_HOME: join(root, 'home') };
    const work = trust(testWorld(root, { env: inside }), inputOf({ args: { name: 'plug' } }));
    expect(await faultsOf(work)).toEqual(['exposed']);
  });
});

describe('what is not approved', () => {
  it('does not run when the organisation is checked, previewed or run: the visit fails and names lemming trust', async () => {
    const { root, env, trace, turns, examine } = place();
    for (const name of ['a', 'b', 'c']) ask(root, name);
    await validate(testWorld(root, { env }), inputOf());
    await runTurns(testWorld(root, { env }), inputOf({ flags: { 'dry-run': true } }));
    expect((await examine()).notes.filter((note) => note.includes('lemming trust'))).toEqual([
      'The model prog is not approved on this machine. To approve it: lemming trust prog',
      'The model plug is not approved on this machine. To approve it: lemming trust plug',
    ]);
    const { visits } = await turns();
    expect(visits.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['a', 'failed'],
      ['b', 'failed'],
      ['c', 'ok'],
    ]);
    for (const { reason } of visits.slice(0, 2)) expect(reason).toContain('lemming trust');
    expect(existsSync(trace)).toBe(false);
  });

  it('a plug-in runs once it is approved', async () => {
    const { root, env, call, turns, examine } = place();
    ask(root, 'b');
    await call({ name: 'plug' });
    expect((await turns()).visits).toMatchObject([{ agent: 'b', outcome: 'ok' }]);
    expect(JSON.stringify(filesIn(root))).toContain('It runs.');
    expect(JSON.stringify(filesIn(root))).not.toContain(env.LEMMING_HOME);
    expect((await examine()).notes.filter((note) => note.includes('plug '))).toEqual([]);
  });

  it('a program runs once it is approved', async () => {
    const { root, call, turns } = place();
    ask(root, 'a');
    await call({ name: 'prog' });
    expect((await turns()).visits).toMatchObject([{ agent: 'a', outcome: 'ok' }]);
    expect(JSON.stringify(filesIn(root))).toContain('It runs.');
  });
});

describe('doctor', () => {
  it('tells of files of the owner that others can read, and of a .env in the organisation', async () => {
    const { root, env, call, examine } = place();
    await call({ name: 'plug' });
    writeFileSync(join(env.LEMMING_HOME, '.env'), 'A=1\n', { mode: 0o644 });
    writeFileSync(join(root, '.env'), 'A=1\n');
    const { ok, faults } = await examine();
    expect(ok).toBe(false);
    expect(faults).toMatchObject([
      { code: 'exposed', file: '$LEMMING_HOME/.env' },
      { code: 'exposed', file: '.env' },
    ]);
  });

  it.each(['./../mine.mjs', '/etc/mine.mjs', 'org/mine.mjs', './org/mine.ts'])(
    '%s is not the path of a plug-in',
    async (path) => {
      const { root, examine } = place();
      const models = join(root, 'org/models.yaml');
      writeFileSync(models, readFileSync(models, 'utf8').replace('./org/providers/mine.mjs', path));
      expect((await examine()).faults).toMatchObject([{ code: 'invalid-value', file: 'org/models.yaml' }]);
    },
  );
});

describe('a server or a tool that is broken', () => {
  const org = (mcp: string, files: OrgPlan['files'] = {}) => {
    const root = scratchOrg({
      edges: { human: ['a'], a: [] },
      resumes: { a: { tools: ['notes__*', 'ask:notes__echo', 'shout'] } },
      files: { 'org/mcp.yaml': mcp, 'org/tools/shout/TOOL.md': '---\nname: shout\n---\n', ...files },
    });
    const world = testWorld(root, { env: { LEMMING_HOME: join(scratch(), 'home'), PATH: process.env.PATH } });
    const named = (name: string) =>
      trust(world, inputOf({ args: { name }, flags: { yes: true } })).then(
        () => '',
        (error: Error) => error.message,
      );
    return { world, named };
  };
  const server = (settings: string) => `version: 1\nservers:\n  notes: ${settings}\n`;

  it('is told as broken, not as one that there is not; its tools are no further fault', async () => {
    const { world, named } = org(server('{ comand: [x] }'));
    expect(await named('notes')).toContain('org/mcp.yaml:3:12: There is no key "comand"');
    expect(await named('shout')).toContain('org/tools/shout/TOOL.md:');
    const { faults } = (await validate(world, inputOf())).data as { faults: { file: string; message: string }[] };
    expect(faults.filter(({ file }) => file === 'agents/a/resume.md')).toMatchObject([
      { message: expect.stringContaining('"shout" is left out') },
    ]);
  });

  it('says what is wrong with a program that has no folder', { tags: ['bwrap'] }, async () => {
    const said = await org(server('{ command: [cat], cwd: org/nowhere }')).named('notes');
    expect(said).toContain('there is no folder org/nowhere');
    expect(said).not.toContain('ENOENT');
  });

  it.each([
    ['{ url: "http://127.0.0.1:1/mcp" }', 'fetch failed: '],
    ['{ url: "https://me:hunter2@x.invalid/mcp" }', 'no name and password'],
    ['{ url: "https://x.invalid/", headers: { Authorization: "Bearer hunter2" } }', 'never the secret itself'],
    ['{ command: [x] }\n  No_tes: { command: [x] }', 'a name of at most 24 lower-case letters'],
  ])('says what is wrong with %s, and repeats no secret', async (settings, why) => {
    const said = await org(server(settings)).named('notes');
    expect(said).toContain(why);
    expect(said).not.toMatch(/hunter2|ENOENT|Invalid key/);
  });
});
