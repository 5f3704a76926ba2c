import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as runCommand from '../../../src/commands/run/run.ts';
import * as runOnceCommand from '../../../src/commands/run/run-once.ts';
import * as bootstrapCommand from '../../../src/commands/start/bootstrap.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import { checked } from '../checked.ts';
import { faultsOf, filesIn, inputOf, scratch, testWorld } from '../world.ts';

const runTurns = checked(runCommand);
const runOnce = checked(runOnceCommand);
const run = checked(bootstrapCommand);
const validate = checked(validateCommand);

interface Made {
  path: string;
  created: boolean;
  template: string;
  files: string[];
  next: string[];
}

async function bootstrap(cwd: string, dir?: string, flags: Record<string, string | boolean> = {}) {
  const { data, text } = await run(testWorld('', { cwd }), inputOf({ args: { dir }, flags }));
  return { ...(data as Made), text };
}

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const letters = (root: string) => Object.keys(filesIn(root)).filter((path) => path.startsWith('agents/human/outbox/'));

/** A new organisation of that template is without fault, and all its visits go well until nobody is due. Returns its folder. */
async function comesToRest(template: string): Promise<string> {
  const root = scratch();
  await bootstrap(root, 'org-here', { template });
  const org = join(root, 'org-here');
  expect((await validate(testWorld(org), inputOf())).data).toEqual({ ok: true, faults: [] });
  const { data, exit } = await runTurns(testWorld(org), inputOf({ flags: { 'until-idle': true, turns: 40 } }));
  expect(exit).toBe(template === 'distributed-monitoring' ? 1 : 0); // there on-call gives an incident up
  const { visits, idle } = data as { visits: { outcome: string; refused: number }[]; idle: boolean };
  expect(idle).toBe(true);
  expect(visits.length).toBeGreaterThan(0);
  expect(visits.filter(({ outcome, refused }) => outcome !== 'ok' || refused > 0)).toEqual([]);
  return org;
}

/** What the person was sent, in order. */
function answersIn(org: string): string[] {
  const mail = Object.keys(filesIn(org)).filter((path) => /\/outbox\/\d{6}-\d\d-human-.*\.md$/.test(path));
  return mail.sort((a, b) => (basename(a) < basename(b) ? -1 : 1)).map((path) => read(org, path));
}

describe('bootstrap', () => {
  it('scenario 1: makes a valid organisation with manager, planner, hr, coder_01, janitor and human', async () => {
    const root = scratch();
    expect(await bootstrap(root)).toMatchObject({ path: root, created: true, template: 'default' });
    const files = Object.keys(filesIn(root));
    for (const name of ['manager', 'planner', 'hr', 'coder_01', 'janitor', 'human'])
      expect(files).toContain(`agents/${name}/resume.md`);
    expect(files).toEqual(
      expect.arrayContaining([
        'org/org.yaml',
        'org/chart.yaml',
        'org/models.yaml',
        'org/credits.yaml',
        'org/script.yaml',
      ]),
    );
    expect(read(root, '.gitignore')).toBe('.lemming/\nbackups/\nagents/*/logs/\norg/logs/\n');
    expect(read(root, '.gitattributes')).toBe('org/journal/** -text\n');
    expect((await validate(testWorld(root), inputOf())).data).toEqual({ ok: true, faults: [] });
  });

  it('scenario 1: a second run changes no byte, whatever its owner did meanwhile', async () => {
    const root = scratch();
    await bootstrap(root);
    await runOnce(testWorld(root), inputOf());
    rmSync(join(root, 'agents/janitor'), { recursive: true });
    writeFileSync(join(root, 'org/org.yaml'), 'version: 1\nname: mine\n');
    const before = filesIn(root);
    expect(await bootstrap(root)).toMatchObject({ created: false, files: [] });
    expect(await bootstrap(root, '.', { purpose: 'Other', template: 'support-desk' })).toMatchObject({
      created: false,
    });
    expect(filesIn(root)).toEqual(before);
  });

  it('scenario 2: the first turn after it has answers as markdown files', async () => {
    const root = scratch();
    await bootstrap(root);
    const { data, exit } = await runOnce(testWorld(root), inputOf());
    expect(exit).toBe(0);
    expect(data).toMatchObject({ turn: 1, visits: [{ agent: 'manager', outcome: 'ok' }] });
    expect(
      Object.keys(filesIn(root)).some((path) => /^agents\/manager\/outbox\/000001-\d\d-[a-z_0-9]+-.*\.md$/.test(path)),
    ).toBe(true);
  });

  it.each([
    ['default', 'Done: A tip calculator', /coder_01 ran the sums in 504 cases/],
    ['support-desk', 'Re: Charged twice', /it waits for your approval/],
    ['content-pipeline', 'Re: Article: keeping coffee beans fresh', /You are asked before it is published/],
    ['distributed-monitoring', 'db over its limit since turn 1', /you are asked before anything is switched/],
    ['data-pipeline', 'Numbers ready', /\| 2026-11-02 \| Harbour \| 60\.40 \|[\s\S]*16 rows = 9 kept \+ 7 rejected/],
    ['app-builder', 'Built: A booking page', /0 of 9 cases fail/],
  ])('scenario 3: the template %s is valid and answers its own first request', async (template, subject, answer) => {
    const last = answersIn(await comesToRest(template)).at(-1);
    expect(last).toContain(subject);
    expect(last).toMatch(answer);
  });

  it('scenario 3: the page that app-builder makes is handed over with its script, and works', async () => {
    const org = await comesToRest('app-builder');
    const folder = 'agents/planner/outbox/000007-01.files';
    expect(read(org, `${folder}/index.html`)).toContain('<script src="bookings.js">');
    const rules = read(org, `${folder}/bookings.js`);
    const wish = `{ room: 'Attic', day: '2026-11-24', from: '9:00', to: '10:00', who: 'Ann' }`;
    expect(runInNewContext(`${rules}; problem([], ${wish})`)).toBeNull();
    expect(runInNewContext(`${rules}; problem([${wish}], ${wish})`)).toContain('Attic is taken');
  });

  it('scenario 3: the template bug-hunt, whose agents run programs, too', { tags: ['bwrap', 'python3'] }, async () => {
    expect(answersIn(await comesToRest('bug-hunt')).at(-1)).toContain('All three tests pass; one failed before.');
  });

  it('scenario 3: a purpose goes into org.yaml, the first goal and the first letter; comments stay', async () => {
    const root = scratch();
    const purpose = 'Sell bicycles: "new" & used\nand repair them';
    await bootstrap(root, 'shop', { purpose });
    const org = join(root, 'shop');
    const text = read(org, 'org/org.yaml');
    expect(text).toContain('name: shop\n');
    expect(text).toContain('# every agent sees this');
    expect(text).toContain('turn_seconds: 10      # least time');
    const goals = Object.keys(filesIn(org)).filter((path) => path.startsWith('org/goals/'));
    expect(goals).toEqual(['org/goals/first.md']);
    expect(read(org, 'org/goals/first.md')).toContain('owner: manager\n');
    expect(read(org, 'org/goals/first.md')).toContain(purpose);
    const [letter = ''] = letters(org);
    expect(read(org, letter)).toContain('> Sell bicycles: "new" & used\n> and repair them\n');
    expect((await validate(testWorld(org), inputOf())).data).toEqual({ ok: true, faults: [] });
  });

  it('names the organisation after its folder, and tells three steps', async () => {
    const root = scratch();
    const made = await bootstrap(root, 'my-org');
    expect(read(join(root, 'my-org'), 'org/org.yaml')).toContain('name: my-org\n');
    expect(made.next).toHaveLength(3);
    expect(made.next[0]).toBe('cd my-org');
    expect((await bootstrap(root, 'desk', { template: 'support-desk' })).text).toContain(
      'README.md says what it shows',
    );
    const here = scratch();
    expect((await bootstrap(here)).text).toContain(basename(here));
  });

  it('copies what a template is, never what an organisation has done', async () => {
    const root = scratch();
    await bootstrap(root);
    const made = Object.keys(filesIn(root)).filter(
      (path) => !path.startsWith('.lemming/') && !letters(root).includes(path),
    );
    expect(
      made.filter((path) =>
        /journal|outbox|memory|logs|workspace|requests|dead-letter|approvals|tasks|runs\//.test(path),
      ),
    ).toEqual([]);
  });

  it('puts the schemas for editors back, and only those', async () => {
    const root = scratch();
    const { files } = await bootstrap(root);
    const schemas = files.filter((path) => path.startsWith('.lemming/schemas/'));
    rmSync(join(root, '.lemming'), { recursive: true, force: true });
    expect((await bootstrap(root)).files).toEqual(schemas);
  });
});

describe('where bootstrap makes nothing', () => {
  it('refuses a folder with other things in it, and changes nothing there', async () => {
    const root = scratch();
    writeFileSync(join(root, 'thesis.doc'), 'x');
    expect(await faultsOf(bootstrap(root))).toEqual(['usage']);
    expect(await faultsOf(bootstrap(root, 'thesis.doc'))).toEqual(['usage']);
    expect(filesIn(root)).toEqual({ 'thesis.doc': 'x' });
  });

  it('works in a fresh repository, and leaves its files alone', async () => {
    const root = scratch();
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.gitignore'), 'dist/\n');
    const { created, text } = await bootstrap(root);
    expect(created).toBe(true);
    expect(read(root, '.gitignore')).toBe('dist/\n');
    expect(text).toContain('.lemming/');
  });

  it('finishes a bootstrap that was cut off', async () => {
    const root = scratch();
    await bootstrap(root, 'a');
    const whole = filesIn(join(root, 'a'));
    rmSync(join(root, 'a/org/org.yaml'));
    rmSync(join(root, 'a/agents/hr'), { recursive: true });
    writeFileSync(join(root, 'a/.lemming/bootstrap'), '');
    expect(await bootstrap(root, 'a')).toMatchObject({ created: true });
    expect(filesIn(join(root, 'a'))).toEqual(whole);
  });

  it('refuses an unknown template, naming those there are, before it makes anything', async () => {
    const root = scratch();
    const work = bootstrap(root, 'x', { template: '../../etc' });
    await expect(work).rejects.toThrow(/support-desk/);
    expect(await faultsOf(bootstrap(root, 'x', { template: 'nothing' }))).toEqual(['usage']);
    expect(filesIn(root)).toEqual({});
  });

  it('refuses an empty purpose', async () => {
    const root = scratch();
    expect(await faultsOf(bootstrap(root, '.', { purpose: ' ' }))).toEqual(['usage']);
    expect(filesIn(root)).toEqual({});
  });

  it('lists the templates, each with a line', async () => {
    const { text, ...data } = await bootstrap(scratch(), undefined, { template: true });
    const { templates } = data as unknown as { templates: { name: string; about: string }[] };
    expect(templates.map(({ name }) => name)).toEqual([
      'default',
      'app-builder',
      'bug-hunt',
      'content-pipeline',
      'data-pipeline',
      'distributed-monitoring',
      'support-desk',
    ]);
    for (const { about } of templates) expect(about).toMatch(/\w+.*\.$/);
    expect(text.split('\n')).toHaveLength(templates.length);
  });
});
