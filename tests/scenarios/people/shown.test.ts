import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { answersFor } from '../../../src/core/model/state/approvals.ts';
import { agentState } from '../../../src/core/model/state/staff.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org } from '../../regression/org.ts';

/** An approval covers what was shown: what changed since is held again, and nothing is done. */

const FIRST = 'A-1-a-1';
const MINE = 'version one\n';
const THEIRS = 'written by a person\n';
const WANTED = 'version two\n';

const PLAN: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a'] },
  credits: { agents: { a: { grant: 10 } } },
  resumes: {
    a: {
      tools: [
        'ask:write_file',
        'ask:edit_file',
        'ask:remember',
        'ask:forget',
        'ask:send_message',
        'hire_agent',
        'propose_skill',
      ],
      shared: ['docs'],
    },
  },
};

/** An organisation in which `a` asked for these acts in turn 1, after mail of a person. */
async function waiting(acts: Act[], files: Record<string, string> = {}, plan: OrgPlan = PLAN): Promise<Org> {
  const org = new Org({ ...plan, files: { ...plan.files, ...files } }, ({ agent, turn, n }) =>
    agent === 'a' && turn === 1 && n === 1 ? acts : [],
  );
  org.drop('a', 'Begin.');
  await org.turns(1);
  expect(org.lines('held').map(({ tool }) => tool)).toEqual(acts.map(({ tool }) => tool));
  return org;
}

function write(path: string, content = WANTED, more: Record<string, Json> = {}): Act {
  return { tool: 'write_file', input: { path, content, ...more } };
}

async function approve(org: Org, id = FIRST): Promise<void> {
  await org.ask({ ask: 'approve', by: 'human', id, note: '' });
  await org.turns(1);
}

const told = (org: Org, name: string) =>
  org.look(({ state }) =>
    [...agentState(state.staff, name).notices, ...answersFor(state.approvals, name)].map(({ text }) => text),
  );

async function recomputed(org: Org): Promise<unknown> {
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  return recompute.divergence;
}

describe.each([
  ['a workspace', 'x.txt', 'agents/a/workspace/x.txt'],
  ['a shared folder', 'shared/docs/x.txt', 'org/shared/docs/x.txt'],
])('a file in %s that changed since an act on it was shown', (_where, name, path) => {
  it.each([
    ['that a person wrote', { [path]: MINE }, THEIRS],
    ['that was not there', {}, THEIRS],
    ['that a person deleted', { [path]: MINE }, null],
    ['that is too long to be shown', { [path]: 'long\n'.repeat(20_000) }, 'other\n'.repeat(20_000)],
    ['of bytes that are no text', { [path]: 'a\0b' }, 'a\0c'],
    ['that changed in nothing but spaces at the end', { [path]: MINE }, `${MINE} `],
  ])('stays, %s; the act is held again with the new difference', async (_what, files, now) => {
    const org = await waiting([write(name)], files);
    if (now === null) org.disk.remove(path);
    else org.disk.put(path, now);
    await approve(org);
    expect(org.read(path)).toBe(now);
    const [, again] = org.lines('held');
    expect(again).toMatchObject({ id: 'A-2-a-1', again: { of: FIRST, changed: [path] }, contacts: ['human'] });
    expect(org.read('org/approvals/A-2-a-1.md')).toContain(FIRST);
    expect(org.read(`org/approvals/answered/${FIRST}.md`)).toContain('Held again as A-2-a-1');
    expect((await told(org, 'human')).at(-1)).toMatch(new RegExp(`A-2-a-1.*${path} changed`));
    expect((await told(org, 'a')).at(-1)).toMatch(new RegExp(`^human approved your write_file .*${FIRST}.*A-2-a-1`));
    expect(await recomputed(org)).toBeNull();
    await approve(org, 'A-2-a-1');
    expect(org.read(path)).toBe(WANTED);
    expect(org.lines('held')).toHaveLength(2);
    expect(await recomputed(org)).toBeNull();
  });

  it('is denied then: nothing says any more that it waits, and the same of that very turn says so to the person', async () => {
    let asks = true;
    const org = new Org({ ...PLAN, files: { ...PLAN.files, [path]: MINE } }, ({ agent, n }) =>
      agent === 'a' && n === 1 && asks ? [write(name)] : [],
    );
    org.drop('a', 'Begin.');
    await org.turns(1);
    org.disk.put(path, THEIRS);
    await approve(org);
    expect((await told(org, 'a')).join()).toContain('Held again as A-2-a-1');
    await org.ask({ ask: 'deny', by: 'human', id: 'A-2-a-1', note: 'keep ours' });
    org.drop('a', 'And now?');
    await org.turns(1);
    asks = false;
    expect(
      org.prompts
        .at(-1)
        ?.parts.map((part) => ('text' in part ? part.text : ''))
        .join(),
    ).not.toContain('Held again');
    expect(org.lines('held').at(-1)).toMatchObject({
      id: 'A-3-a-1',
      denied: { of: 'A-2-a-1', by: 'human', note: 'keep ours' },
    });
    expect(org.read('org/approvals/A-3-a-1.md')).toContain('human denied the same as A-2-a-1: "keep ours"');
    expect(await recomputed(org)).toBeNull();
  });

  it('shows the person their own words as what goes', async () => {
    const org = await waiting([write(name)], { [path]: MINE });
    org.disk.put(path, THEIRS);
    await approve(org);
    expect(org.read('org/approvals/A-2-a-1.md')).toContain('-written by a person\n+version two');
  });

  it('is replaced when it did not change', async () => {
    const org = await waiting([write(name)], { [path]: MINE });
    await approve(org);
    expect(org.read(path)).toBe(WANTED);
    expect(org.lines('held')).toHaveLength(1);
    expect(await recomputed(org)).toBeNull();
  });

  it('is edited only as it was shown', async () => {
    const act = { tool: 'edit_file', input: { path: name, old: 'version', new: 'edition' } };
    const org = await waiting([act], { [path]: MINE });
    org.disk.put(path, `${MINE}${THEIRS}`);
    await approve(org);
    expect(org.read(path)).toBe(`${MINE}${THEIRS}`);
    expect(org.lines('held')).toMatchObject([{}, { again: { changed: [path] } }]);
    await approve(org, 'A-2-a-1');
    expect(org.read(path)).toBe(`edition one\n${THEIRS}`);
    expect(await recomputed(org)).toBeNull();
  });

  it('is not replaced by an act that --always lets pass from now on, either', async () => {
    const org = await waiting([write(name)], { [path]: MINE });
    org.disk.put(path, THEIRS);
    const always = `version: 1\nname: test\npolicies:\n  - { act: "write_file agent:a path:${name}", do: always }\n`;
    org.disk.put('org/org.yaml', always);
    await approve(org);
    expect(org.read(path)).toBe(THEIRS);
    expect(org.lines('held')).toHaveLength(2);
  });
});

describe('two acts on one file, approved together', () => {
  const second = () => [write('x.txt'), write('x.txt', 'version three\n')];

  it('are both done in a workspace: who approved both saw both', async () => {
    const org = await waiting(second(), { 'agents/a/workspace/x.txt': MINE });
    await org.ask({ ask: 'approve', by: 'human', id: FIRST, note: '' });
    await approve(org, 'A-1-a-2');
    expect(org.read('agents/a/workspace/x.txt')).toBe('version three\n');
    expect(org.lines('held')).toHaveLength(2);
    expect(await recomputed(org)).toBeNull();
  });

  it('in a shared folder the second is held again, over what the first made of it', async () => {
    const acts = [write('shared/docs/x.txt'), write('shared/docs/x.txt', 'version three\n')];
    const org = await waiting(acts, { 'org/shared/docs/x.txt': MINE });
    await org.ask({ ask: 'approve', by: 'human', id: FIRST, note: '' });
    await approve(org, 'A-1-a-2');
    expect(org.read('org/shared/docs/x.txt')).toBe(WANTED);
    expect(org.lines('held').slice(2)).toMatchObject([
      { again: { of: 'A-1-a-2', changed: ['org/shared/docs/x.txt'] } },
    ]);
    expect(org.read('org/approvals/A-2-a-1.md')).toContain('-version two\n+version three');
    expect(await recomputed(org)).toBeNull();
  });

  it('are not done over what a person wrote after the first was shown', async () => {
    const org = await waiting(second(), { 'agents/a/workspace/x.txt': MINE });
    org.disk.put('agents/a/workspace/x.txt', THEIRS);
    await org.ask({ ask: 'approve', by: 'human', id: FIRST, note: '' });
    await approve(org, 'A-1-a-2');
    expect(org.read('agents/a/workspace/x.txt')).toBe(THEIRS);
    expect(org.lines('held')).toHaveLength(4);
  });
});

describe('what else an approval covers', () => {
  const files = {
    'agents/a/memory/k.md': '---\nkey: k\n---\nWhat a knows.\n',
    'agents/a/workspace/report.md': 'The first report.\n',
    'org/templates/kid.md': '---\nrole: a helper\ntools: [write_file]\n---\nHelp.\n',
    'org/skills/sum/SKILL.md': '---\nname: sum\ndescription: adds\n---\nAdd them.\n',
  };
  const SKILL = { name: 'sum', description: 'adds', body: 'Add them twice.', for: 'org' };
  it.each<[string, Act, string, string, RegExp, RegExp]>([
    [
      'an entry of memory that is replaced',
      { tool: 'remember', input: { key: 'k', text: 'New.' } },
      'agents/a/memory/k.md',
      '---\nkey: k\n---\nWhat a person knows.\n',
      /agents\/a\/memory\/k\.md/,
      /-What a person knows\.\n\+New\./,
    ],
    [
      'an entry of memory that is forgotten',
      { tool: 'forget', input: { key: 'k' } },
      'agents/a/memory/k.md',
      '---\nkey: k\n---\nWhat a person knows.\n',
      /agents\/a\/memory\/k\.md/,
      /-What a person knows\./,
    ],
    [
      'a file that a message takes with it',
      { tool: 'send_message', input: { to: 'b', body: 'See.', attachments: ['report.md'] } },
      'agents/a/workspace/report.md',
      'Another report.\n',
      /agents\/a\/workspace\/report\.md/,
      /report\.md/,
    ],
    [
      'the template of an agent that is hired',
      { tool: 'hire_agent', input: { name: 'kid', template: 'kid', credits: 1 } },
      'org/templates/kid.md',
      '---\nrole: a master\ntools: [write_file]\n---\nRule.\n',
      /the new agent/,
      /Rule\./,
    ],
    [
      'a skill of which a new version is proposed',
      { tool: 'propose_skill', input: SKILL },
      'org/skills/sum/SKILL.md',
      '---\nname: sum\ndescription: adds\n---\nAdd them by hand.\n',
      /org\/skills\/sum/,
      /-Add them by hand\./,
    ],
  ])('%s', async (_what, act, path, edit, changed, shown) => {
    const org = await waiting([act], files);
    org.disk.put(path, edit);
    await approve(org);
    expect(org.read(path)).toBe(edit);
    expect(org.lines('held')).toMatchObject([
      {},
      { id: 'A-2-a-1', again: { of: FIRST, changed: [expect.stringMatching(changed)] } },
    ]);
    expect(org.read('org/approvals/A-2-a-1.md')).toMatch(shown);
    expect(await recomputed(org)).toBeNull();
    await approve(org, 'A-2-a-1');
    expect(org.lines('held')).toHaveLength(2);
    expect(org.lines('decided').at(-1)?.outcome).not.toMatch(/Refused|Held/);
    expect(await recomputed(org)).toBeNull();
  });

  it('those whom a unit stands for', async () => {
    const act = { tool: 'send_message', input: { to: '@team', body: 'All of you.' } };
    const org = await waiting([act], { 'org/units/team.md': '---\nmembers: [b]\n---\n' });
    expect(org.read(`org/approvals/${FIRST}.md`)).toContain('It reaches b.');
    org.disk.put('org/units/team.md', '---\nmembers: [b, human]\n---\n');
    await approve(org);
    expect(org.messages('a')).toEqual([]);
    expect(org.read('org/approvals/A-2-a-1.md')).toContain('It reaches human, b.');
    await approve(org, 'A-2-a-1');
    expect(org.messages('a')).toMatchObject([{ to: ['human', 'b'] }]);
  });

  it('the policy that holds it, and not one that lets it pass', async () => {
    const policies = (text: string) => `version: 1\nname: test\npolicies: [${text}]\n`;
    const org = await waiting([write('x.txt')], {
      'org/org.yaml': policies('{ act: write_file, do: { ask: [human] } }'),
    });
    org.disk.put('org/org.yaml', policies('{ act: "write_file path:x.txt", do: { ask: [human] } }'));
    await approve(org);
    expect(org.read('agents/a/workspace/x.txt')).toBeNull();
    expect(org.lines('held')[1]).toMatchObject({
      rule: 'policy write_file path:x.txt',
      again: { changed: ['policy'] },
    });
    org.disk.put('org/org.yaml', policies('{ act: "write_file path:x.txt", do: always }'));
    await approve(org, 'A-2-a-1');
    expect(org.read('agents/a/workspace/x.txt')).toBe(WANTED);
    expect(await recomputed(org)).toBeNull();
  });

  it('a change that comes and goes before the answer is none', async () => {
    const org = await waiting([write('x.txt')], { 'agents/a/workspace/x.txt': MINE });
    org.disk.put('agents/a/workspace/x.txt', THEIRS);
    org.disk.put('agents/a/workspace/x.txt', MINE);
    await approve(org);
    expect(org.read('agents/a/workspace/x.txt')).toBe(WANTED);
  });

  it('an act held before hashes were kept: by what its line has of the file', async () => {
    for (const [now, done] of [
      [MINE, true],
      [THEIRS, false],
    ] as const) {
      const org = await waiting([write('x.txt')], { 'agents/a/workspace/x.txt': MINE });
      await org.with(async (engine) => {
        delete engine.state.approvals.pending.get(FIRST)?.covers;
        org.disk.put('agents/a/workspace/x.txt', now);
        engine.post([{ k: 'request', request: { ask: 'approve', by: 'human', id: FIRST, note: '' }, time: 0 }]);
        await engine.turn();
      });
      expect(org.read('agents/a/workspace/x.txt')).toBe(done ? WANTED : THEIRS);
    }
  });
});

describe('a kill at every operation of the turn that does what was approved', () => {
  it.each([
    ['a workspace', 'x.txt', 'agents/a/workspace/x.txt', MINE],
    ['a shared folder', 'shared/docs/x.txt', 'org/shared/docs/x.txt', MINE],
    ['a workspace, changed meanwhile', 'x.txt', 'agents/a/workspace/x.txt', THEIRS],
    ['a shared folder, changed meanwhile', 'shared/docs/x.txt', 'org/shared/docs/x.txt', THEIRS],
  ])('in %s: once, or held again once', async (_where, name, path, now) => {
    for (let at = 1; ; at++) {
      const org = await waiting([write(name)], { [path]: MINE });
      org.disk.put(path, now);
      await org.ask({ ask: 'approve', by: 'human', id: FIRST, note: '' });
      org.restart();
      const died = await org.dies(at, () => org.turns(1), 'crash-after');
      if ((await org.look(({ state }) => state.clock.turn)) < 2) await org.turns(1);
      expect(org.read(path), `at ${at}`).toBe(now === MINE ? WANTED : THEIRS);
      expect(org.lines('held'), `at ${at}`).toHaveLength(now === MINE ? 1 : 2);
      expect(org.paths(/conflict|lemming-/).filter((one) => !one.startsWith('.lemming/'))).toEqual([]);
      expect(await recomputed(org), `at ${at}`).toBeNull();
      if (!died) break;
    }
  });
});

describe('what a person denied', () => {
  /** In each turn in which `a` is visited, it asks for the same. */
  function stubborn(act: () => Act = () => write('x.txt')): Org {
    const org: Org = new Org(PLAN, ({ agent, n }) => (agent === 'a' && n === 1 ? [act()] : []));
    org.drop('a', 'Begin.');
    return org;
  }
  const deny = async (org: Org, note = 'Not now.') => {
    await org.ask({ ask: 'deny', by: 'human', id: FIRST, note });
    await org.turns(1);
  };
  const refusals = (org: Org) => org.lines('visit').flatMap(({ refusals = [] }) => refusals);
  const thread = (org: Org) => org.messages('human')[0]?.thread as string;

  it('is refused with the reason in the same conversation, not held again; a person who writes in it opens it', async () => {
    const org = stubborn();
    await org.turns(1);
    await deny(org);
    await org.turns(1, { only: 'a' });
    const refusal = { rule: 'denied', text: expect.stringContaining('denied by human in A-1-a-1 (Not now.)') };
    expect(refusals(org)).toMatchObject([refusal, refusal]); // in the visit that is told, and in the next
    expect(org.lines('held')).toHaveLength(1);
    org.drop('a', 'Try once more.', { thread: thread(org) });
    await org.turns(1);
    expect(org.lines('held')).toHaveLength(2);
    expect(await recomputed(org)).toBeNull();
  });

  it('is held when it is another act', async () => {
    let content = WANTED;
    const org = stubborn(() => write('x.txt', content));
    await org.turns(1);
    await deny(org);
    content = 'something else\n';
    await org.turns(1, { only: 'a' });
    expect(org.lines('held')).toHaveLength(2);
  });
});
