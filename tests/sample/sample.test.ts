import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readScript } from '../../src/providers/script/rules.ts';
import { modelsFile } from '../../src/schema/config/models.ts';
import { isName } from '../../src/schema/name.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { ROOTS, readSample, type Sample, textOf } from './org.ts';
import { edge, type Story, tell } from './relay.ts';

const REQUEST = textOf('.', 'tests/sample/request.md').trim();
const SUBJECT = 'A tip calculator for our café';

describe.each(ROOTS)('%s', (root) => {
  let sample: Sample;
  beforeAll(() => {
    sample = readSample(root);
  });
  const names = () => Object.keys(sample.agents);
  const workers = () => names().filter((name) => !sample.agents[name]?.head.person);

  it('has the files of an organisation, each with the line that tells editors its schema', () => {
    for (const kind of ['org', 'chart', 'models', 'credits', 'script'])
      expect(textOf(root, `org/${kind}.yaml`).split('\n')[0]).toBe(
        `# yaml-language-server: $schema=../.lemming/schemas/${kind}.schema.json`,
      );
    if (root !== '.') expect(textOf(root, 'README.md').split('\n')[0]).toMatch(/^[A-Z].{20,140}\.$/);
  });

  it('has resumes that fit their folder, with known models, tools and units, and instructions of 10 to 25 lines', () => {
    for (const [name, { head, body }] of Object.entries(sample.agents)) {
      expect(isName(name)).toBe(true);
      expect(head.name).toBe(name);
      expect(head.role).not.toBe('');
      for (const model of head.model) expect(Object.keys(sample.models)).toContain(model);
      for (const tool of head.tools)
        expect(TOOLS.has(tool.replace(/^ask:/, '')), `${name} is granted ${tool}`).toBe(true);
      if (head.unit) expect(Object.keys(sample.units)).toContain(head.unit);
      const lines = body.trim().split('\n').length;
      if (!head.person) expect(lines, `lines of ${name}`).toBeGreaterThanOrEqual(10);
      expect(lines, `lines of ${name}`).toBeLessThanOrEqual(25);
    }
    expect(names().filter((name) => sample.agents[name]?.head.person)).toEqual(['human']);
  });

  it('shows real models as comments that are valid once their mark is taken away', () => {
    const text = textOf(root, 'org/models.yaml').replace(/^ {2}# (\w+: +\{)/gm, '  $1');
    const { models } = modelsFile().parse(parse(text));
    expect(Object.values(models).map((model) => model.provider)).toEqual(
      expect.arrayContaining(['scripted', 'openai', 'anthropic']),
    );
  });

  it('has a chart of these agents, each edge with both ends, and the human reaches all and is reached', () => {
    expect(Object.keys(sample.chart).sort()).toEqual(names().sort());
    const lists = (entries: string[], name: string) => entries.includes('*') || entries.includes(name);
    for (const [a, ends] of Object.entries(sample.chart)) {
      for (const entry of [...ends.send_to, ...ends.read_from]) expect(['*', ...names()]).toContain(entry);
      for (const b of names())
        if (a !== b && lists(ends.send_to, b))
          expect(lists(sample.chart[b]?.read_from ?? [], a), `${b} reads ${a}`).toBe(true);
      for (const b of names())
        if (a !== b && lists(ends.read_from, b))
          expect(lists(sample.chart[b]?.send_to ?? [], a), `${b} writes to ${a}`).toBe(true);
    }
    for (const name of workers()) expect(edge(sample, 'human', name) && edge(sample, name, 'human'), name).toBe(true);
  });

  it('names only agents that are there, in credits, units, goals and the summary', () => {
    expect(Object.keys(sample.credits.agents).sort()).toEqual(workers().sort());
    for (const [name, { grant, soft }] of Object.entries(sample.credits.agents)) expect(soft, name).toBeLessThan(grant);
    for (const id of Object.keys(sample.credits.units)) expect(Object.keys(sample.units)).toContain(id);
    for (const unit of Object.values(sample.units))
      for (const name of [unit.head, ...unit.members]) expect(workers()).toContain(name);
    for (const [name, { head }] of Object.entries(sample.agents))
      if (head.unit) expect(sample.units[head.unit]?.members).toContain(name);
    for (const goal of Object.values(sample.goals)) expect(workers()).toContain(goal.owner);
    expect(Object.keys(sample.goals)).toHaveLength(1);
    expect(workers()).toContain(sample.org.summary?.agent);
  });

  it('has a script that compiles, about agents that are there, with known variables only', () => {
    expect(readScript(textOf(root, 'org/script.yaml'), 'script').length).toBeGreaterThan(10);
    for (const rule of sample.script) {
      for (const name of [rule.when.agent ?? [], rule.when.from ?? []].flat()) expect(names()).toContain(name);
      for (const text of texts(rule.reply)) {
        const groups = groupsOf(rule.when);
        for (const [, variable] of text.matchAll(/\{(\w+)\}/g)) {
          expect([...VARIABLES, ...groups], `{${variable}} in ${text.slice(0, 60)}`).toContain(variable);
        }
      }
      for (const { tool, input } of rule.reply.acts) {
        expect(TOOLS.has(tool), tool).toBe(true);
        if (tool === 'write_file' && /\.(js|html|json)$/.test(String(input.path)))
          expect(input.content).not.toMatch(/\{\w+\}/);
      }
    }
  });

  it('comes to rest after every request of the human to anybody, with an answer and nothing refused', async () => {
    for (const name of workers()) {
      for (const body of [
        'Please do something about the newsletter.',
        'Refund invoice 4711 and fix the error in sales.csv',
        'It is urgent, we are locked out',
      ]) {
        const story = await tell(sample, name, 'A new thing', body);
        expect(story.refused).toEqual([]);
        expect(story.turns, `${name}: ${body}`).toBeLessThanOrEqual(10);
        const answers = toHuman(story);
        expect(answers.length).toBeGreaterThan(0);
        expect(answers.every((mail) => mail.kind === 'response' || mail.thread === '000001-human-01')).toBe(true);
        expect(unheard(story)).toEqual([]);
      }
    }
  });

  it('answers thanks with one line', async () => {
    for (const name of workers()) {
      const story = await tell(sample, name, 'Re: Done', 'Thank you, works well!');
      expect(story.sent.slice(1).map((mail) => mail.to)).toEqual([['human']]);
    }
  });
});

describe('the sample organisation', () => {
  const sample = readSample('.');

  it('keeps the multipliers, budgets and costs of the earlier LeMMing', () => {
    const order = ['manager', 'planner', 'hr', 'coder_01', 'janitor'];
    expect(Object.keys(sample.chart)).toEqual(['human', ...order]);
    expect(order.map((name) => sample.agents[name]?.head.schedule.every)).toEqual([1, 1, 2, 1, 3]);
    expect(order.map((name) => (sample.credits.agents[name]?.grant ?? 0) / 1e6)).toEqual([100, 100, 100, 200, 50]);
    expect(
      order.map((name) => (sample.models[sample.agents[name]?.head.model[0] ?? '']?.price?.per_call ?? 0) / 1e6),
    ).toEqual([0.01, 0.01, 0.01, 0.03, 0.005]);
  });

  it('has its coder run the very file that it hands over', () => {
    const acts = sample.script.flatMap(({ reply }) => reply.acts);
    const tested = acts.find(({ tool }) => tool === 'run_javascript');
    const handedOver = acts.filter(({ input }) => input.path === 'tip-calculator/tip.js').at(-1);
    expect(String(tested?.input.code).startsWith(String(handedOver?.input.content))).toBe(true);
  });

  it('ships the request of the demo with the templates', () => {
    expect(textOf('.', 'templates/request.md')).toBe(textOf('.', 'tests/sample/request.md'));
  });

  describe('the tip calculator', () => {
    let story: Story;
    beforeAll(async () => {
      story = await tell(sample, 'manager', SUBJECT, REQUEST);
    });

    it('is planned, built, reviewed, changed, put away and reported in about a dozen turns', () => {
      expect(story.refused).toEqual([]);
      expect(unheard(story)).toEqual([]);
      expect(story.turns).toBeGreaterThanOrEqual(12);
      expect(story.turns).toBeLessThanOrEqual(16);
      expect(Math.max(...story.sent.map((mail) => mail.hops))).toBeLessThanOrEqual(sample.org.limits.hops);
      expect(toHuman(story).map((mail) => mail.subject)).toEqual([
        `Re: ${SUBJECT}`,
        'Summary, turn 12',
        `Done: ${SUBJECT}`,
      ]);
      expect(toHuman(story).at(-1)?.thread).toBe('000001-human-01');
      expect(toHuman(story).at(-1)?.body).toMatch(/script/);
    });

    it('leaves the files that the report names, the inventory, the board and what hr noted', () => {
      const paths = [...story.files.keys()].sort();
      expect(paths).toEqual([
        'agents/coder_01/workspace/tip-calculator/README.md',
        'agents/coder_01/workspace/tip-calculator/index.html',
        'agents/coder_01/workspace/tip-calculator/package.json',
        'agents/coder_01/workspace/tip-calculator/tip.js',
        'agents/coder_01/workspace/tip-calculator/tip.test.js',
        'agents/hr/memory/capacity.md',
        'agents/hr/memory/skills-coder_01.md',
        'agents/manager/memory/to-report.md',
        'agents/planner/memory/decisions.md',
        'org/shared/inventory.md',
        'org/shared/status.md',
      ]);
      for (const name of ['index.html', 'tip.js', 'tip.test.js', 'README.md', 'package.json'])
        expect(story.files.get('org/shared/inventory.md')).toContain(`\`${name}\``);
    });

    it('tells it for other words of the same request, and takes an answer to it for a new one', async () => {
      const other = await tell(sample, 'manager', 'Tip splitter', 'We need a tip splitter, please.');
      expect(toHuman(other).at(-1)?.subject).toBe('Done: Tip splitter');
      const answer = await tell(
        sample,
        'manager',
        `Re: Done: ${SUBJECT}`,
        'Nice tip calculator, but can it speak French as well, for our guests from over there?',
      );
      expect(toHuman(answer).at(-1)?.subject).toMatch(/^Notes: /);
    });
  });
});

describe('the code that coder_01 writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lemming-tip-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const first = written(/\^Build/);
  const revised = { ...first, ...written(/\^Please change/) };

  it('passes its own test, the first version and the revised one', () => {
    expect(nodeTest(join(folder, 'first'), first)).toMatchObject({ ok: true, passed: 5 });
    expect(nodeTest(join(folder, 'revised'), revised)).toMatchObject({ ok: true, passed: 11 });
  });

  it('had the faults that the review names: the new test fails on the first version', () => {
    const mixed = { ...first, 'tip.test.js': revised['tip.test.js'] as string };
    expect(nodeTest(join(folder, 'mixed'), mixed)).toMatchObject({ ok: false, passed: 5 });
  });

  it('shows tip, total and shares on the page, and a sentence for nonsense', () => {
    const page = open(revised);
    expect(page('', '10', '1')).toEqual(['Enter the bill.', '–', '–', '–']);
    expect(page('50.00', '10', '2')).toEqual(['', '5.00', '55.00', '27.50']);
    expect(page('100', '0', '3')).toEqual(['', '0.00', '100.00', '1 × 33.34, 2 × 33.33']);
    expect(page('12,50', '10', '1')).toEqual(['', '1.25', '13.75', '13.75']);
    expect(page('50', '10', '2.5')).toEqual(['Enter the number of people, from 1 to 100.', '–', '–', '–']);
    expect(open(first)('50', '10', '2.5')[0]).toBe('Invalid array length');
  });

  it('loads nothing from elsewhere', () => {
    for (const [, target] of (first['index.html'] ?? '').matchAll(/(?:src|href)="([^"]*)"/g))
      expect(Object.keys(first)).toContain(target);
    expect(Object.values(revised).join('\n')).not.toMatch(/https?:/);
  });
});

const VARIABLES = ['agent', 'turn', 'from', 'id', 'subject', 'body', 'thread', 'result'];

/** Numbers of the groups that the patterns of a rule have. */
function groupsOf(when: Sample['script'][number]['when']): string[] {
  const patterns = [when.task ?? when.subject, when.body, when.result].filter((text) =>
    text?.startsWith('/'),
  ) as string[];
  const count = patterns.reduce(
    (sum, text) => sum + ((new RegExp(`${text.slice(1, text.lastIndexOf('/'))}|`).exec('')?.length ?? 1) - 1),
    0,
  );
  return Array.from({ length: count }, (_, i) => String(i + 1));
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
}

function toHuman(story: Story) {
  return story.sent.filter((mail) => mail.to.includes('human'));
}

/** Visits that fell through to the last rule: mail that the script has no answer for. */
function unheard(story: Story): string[] {
  return story.notes.filter((note) => note.includes('Nothing to do.'));
}

/** The files that the rule with that subject writes, by name. */
function written(subject: RegExp): Record<string, string> {
  const rule = readSample('.').script.find(
    ({ when, reply }) =>
      when.agent === 'coder_01' && subject.test(when.subject ?? '') && reply.acts[0]?.tool === 'write_file',
  );
  return Object.fromEntries(
    (rule?.reply.acts ?? []).map(({ input }) => [
      String(input.path).replace('tip-calculator/', ''),
      String(input.content).replaceAll('{1}', SUBJECT),
    ]),
  );
}

/** Writes the files and runs `node --test` on them. */
function nodeTest(folder: string, files: Record<string, string>): { ok: boolean; passed: number; output: string } {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { PATH } = process.env;
  try {
    return report(
      true,
      execFileSync(process.execPath, ['--test', '--test-reporter=tap'], {
        cwd: folder,
        env: { PATH },
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    );
  } catch (error) {
    return report(false, String((error as { stdout?: string }).stdout));
  }
}

function report(ok: boolean, output: string) {
  return { ok, passed: Number(/^# pass (\d+)/m.exec(output)?.[1] ?? 0), output };
}

/** Runs the scripts of the page on a document that only knows fields; returns what a guest sees for what they type. */
function open(files: Record<string, string>): (bill: string, percent: string, people: string) => string[] {
  const fields = new Map<
    string,
    { value: string; textContent: string; input?: () => void; addEventListener(event: string, then: () => void): void }
  >();
  for (const [, id] of (files['index.html'] ?? '').matchAll(/ id="(\w+)"/g)) {
    const field = {
      value: '',
      textContent: '',
      addEventListener: (_event: string, then: () => void) => Object.assign(field, { input: then }),
    };
    fields.set(id as string, field);
  }
  const page = createContext({ document: { getElementById: (id: string) => fields.get(id) ?? null } });
  const [, inline] = /<script>([\s\S]*?)<\/script>/.exec(files['index.html'] ?? '') ?? [];
  runInContext(`${files['tip.js']}\n${inline}`, page);
  return (bill, percent, people) => {
    for (const [id, value] of Object.entries({ bill, percent, people })) fields.get(id)!.value = value;
    fields.get('bill')?.input?.();
    return ['hint', 'tip', 'total', 'each'].map((id) => fields.get(id)?.textContent ?? '');
  };
}
