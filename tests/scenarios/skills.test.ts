// @module-tag bwrap
// @module-tag python3
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/model/call.ts';
import { exists, lemming, office, put, textOf, turns } from '../commands/people/world.ts';
import { boxHere, Hands } from '../engine/tools/hands.ts';
import { noBox } from '../engine/tools/no-box.ts';

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

const TEST = 'grep -q "careful" SKILL.md && echo "it is in there"\n';
const GOOD = {
  name: 'csv',
  description: 'How to add up a CSV file',
  body: 'Be careful.',
  files: [{ path: 'tests/run.sh', text: TEST }],
};

/** An organisation in which coder proposes the n-th of these in turn n. */
function learning(proposals: Json[], plan: object = {}): string {
  return office({
    edges: { human: ['coder'], coder: ['human'] },
    credits: { agents: { coder: { grant: 10 } } },
    resumes: { coder: { tools: ['propose_skill'], schedule: { when: 'always' } } },
    rules: proposals.map((input, i) => ({
      when: { agent: 'coder', turn: i + 1, call: 1 },
      reply: { acts: [{ tool: 'propose_skill', input }] },
    })),
    ...plan,
  });
}

const replayed = async (root: string) => (await lemming(root, ['replay', '--recompute', '--json'])).data;
const listed = async (root: string) => (await lemming(root, ['skill', '--json'])).data;

describe('scenario 52: a skill that an agent proposes', () => {
  it('tells how its tests went also when they say much', async () => {
    const files = [{ path: 'tests/run.sh', text: 'for n in $(seq 3000); do echo line $n; done\n' }];
    const root = learning([{ ...GOOD, files }]);
    await turns(root, 1);
    const file = textOf(root, 'org/approvals/A-1-coder-1.md');
    expect(file).toMatch(/\[cut: \d+ more characters\]\n\s*\[exit 0; Sandbox: \w+\]\n\s*They pass\./);
  });

  it('stays inactive until its tests passed and a person approved, and can be rolled back', async () => {
    const better = { ...GOOD, body: 'Be very careful.', files: [...GOOD.files, { path: 'more.md', text: 'More.' }] };
    const root = learning([GOOD, { ...GOOD, name: 'other' }, better]);
    await turns(root, 1);
    const file = textOf(root, 'org/approvals/A-1-coder-1.md');
    for (const words of ['rule: held-tool', '    Be careful.', 'it is in there', `Sandbox: ${level}`, 'They pass.'])
      expect(file).toContain(words);
    expect(textOf(root, 'agents/coder/skills/_proposed/csv/SKILL.md')).toContain('Be careful.');
    expect(exists(root, '.lemming/apart-coder')).toBe(false);
    expect(await listed(root)).toMatchObject({ skills: [], proposed: [{ id: 'csv', approval: 'A-1-coder-1' }] });
    expect((await lemming(root, ['skill', 'show', 'csv'])).out).toContain('Be careful.');

    expect((await lemming(root, ['approve', 'A-1-coder-1', '--always'])).err).toContain('needs approval each time');
    expect((await lemming(root, ['skill'])).out).toContain('lemming approve A-1-coder-1');
    await lemming(root, ['approve', 'A-1-coder-1']);
    expect((await lemming(root, ['skill'])).out).toContain('answered with approve');
    expect((await lemming(root, ['step'])).err).toContain('\n  A-1-coder-1 approved by human: csv is yours to use');
    expect(textOf(root, 'agents/coder/skills/csv/SKILL.md')).toContain('Be careful.');
    expect(textOf(root, 'agents/coder/skills/csv/tests/run.sh')).toBe(TEST);
    expect(exists(root, 'agents/coder/skills/_proposed/csv/SKILL.md')).toBe(false);
    expect(await listed(root)).toMatchObject({ skills: [{ id: 'csv', agents: ['coder'] }] });

    await turns(root, 1);
    expect((await lemming(root, ['show', '3.coder'])).out).toContain('- csv: How to add up a CSV file');
    expect(textOf(root, 'org/approvals/A-3-coder-1.md')).toContain('    -Be careful.\n    +Be very careful.');
    await lemming(root, ['approve', 'A-3-coder-1']);
    await turns(root, 1);
    expect(textOf(root, 'agents/coder/skills/csv/SKILL.md')).toContain('Be very careful.');
    expect(textOf(root, 'agents/coder/skills/csv/more.md')).toBe('More.\n');
    expect(textOf(root, 'agents/coder/skills/_old/csv/4/SKILL.md')).toContain('Be careful.');
    expect(await replayed(root)).toMatchObject({ identical: true, first_difference: null });

    await lemming(root, ['skill', 'rollback', 'csv', '--agent', 'coder']);
    expect(textOf(root, 'agents/coder/skills/csv/SKILL.md')).toContain('Be careful.');
    expect(exists(root, 'agents/coder/skills/csv/more.md')).toBe(false);
    await turns(root, 1);
    expect(await replayed(root)).toMatchObject({ identical: true, first_difference: null });
  });

  it('is not proposed at all when its tests fail, and the agent is told', async () => {
    const root = learning([{ ...GOOD, body: 'Be quick.' }]);
    await turns(root, 1);
    expect(await listed(root)).toMatchObject({ skills: [], proposed: [] });
    expect((await lemming(root, ['audit', '--who', 'coder', '--json'])).data.acts).toMatchObject([
      { who: 'coder', act: 'propose_skill', outcome: 'failed' },
    ]);
    expect((await lemming(root, ['show', '1.coder'])).out).toContain('They fail');
  });

  it('denied is gone, and the agent is told why', async () => {
    const root = learning([GOOD]);
    await turns(root, 1);
    await lemming(root, ['deny', 'A-1-coder-1', '--note', 'Too vague.']);
    await turns(root, 2);
    expect(await listed(root)).toMatchObject({ skills: [], proposed: [] });
    expect(exists(root, 'agents/coder/skills/_proposed/csv/SKILL.md')).toBe(false);
    expect((await lemming(root, ['show', '2.coder'])).out).toContain(
      '(A-1-coder-1, turn 1). Note: "Too vague." It was not done.',
    );
    expect(await replayed(root)).toMatchObject({ identical: true, first_difference: null });
  });

  it('is never active because nobody answered', async () => {
    const root = learning([GOOD], { org: { approvals: { timeout: '1 turn', default: 'approve' } } });
    await turns(root, 1);
    expect(textOf(root, 'org/approvals/A-1-coder-1.md')).toContain('it is denied.');
    await turns(root, 2);
    expect(await listed(root)).toMatchObject({ skills: [], proposed: [] });
  });

  it('does not take the place of what a person wrote meanwhile', async () => {
    const root = learning([GOOD]);
    await turns(root, 1);
    const mine = '---\nname: csv\ndescription: Mine\n---\nMine.\n';
    put(root, 'agents/coder/skills/csv/SKILL.md', mine);
    await lemming(root, ['approve', 'A-1-coder-1']);
    await turns(root, 1);
    expect(textOf(root, 'agents/coder/skills/csv/SKILL.md')).toBe(mine);
    expect(textOf(root, 'org/approvals/answered/A-1-coder-1.md')).toContain('Held again as A-2-coder-1');
    expect(textOf(root, 'org/approvals/A-2-coder-1.md')).toContain('    -Mine.');
  });

  it('for the organisation comes into the resume of its author at once; others wait for a person', async () => {
    const root = learning([{ ...GOOD, for: 'org', test: 'sh tests/run.sh && test ! -e /home/nobody' }]);
    await turns(root, 1);
    expect(textOf(root, 'org/approvals/A-1-coder-1.md')).toContain('the resume of coder will list it');
    await lemming(root, ['approve', 'A-1-coder-1']);
    expect((await lemming(root, ['step'])).err).toContain(
      'csv is yours to use from the next turn on: org/skills/csv/. coder has it.',
    );
    expect(await listed(root)).toMatchObject({ skills: [{ id: 'csv', folder: 'org/skills/csv', agents: ['coder'] }] });
    expect(textOf(root, 'org/skills/csv/SKILL.md')).toContain('metadata:');
    expect(textOf(root, 'agents/coder/resume.md')).toMatch(/^skills: \[csv\]$/m);
    await turns(root, 1);
    expect((await lemming(root, ['show', '3.coder'])).out).toContain('- csv: How to add up a CSV file');
    expect((await lemming(root, ['validate'])).exit).toBe(0);
    expect(await replayed(root)).toMatchObject({ identical: true, first_difference: null });
  });

  it('is shown among what waits, and goes with it when all mail begins anew', async () => {
    const root = learning([GOOD]);
    await turns(root, 1);
    expect((await lemming(root, ['approvals'])).out).toMatch(
      /wants to use propose_skill[\s\S]*Be careful\.[\s\S]*They pass\./,
    );
    await lemming(root, ['reset', '--scope', 'mail', '--yes']);
    expect(exists(root, 'agents/coder/skills/_proposed/csv/SKILL.md')).toBe(false);
    await turns(root, 1);
    expect(await replayed(root)).toMatchObject({ identical: true, first_difference: null });
  });

  it('with tests cannot be proposed where no Box works, and says so; without tests it can', async () => {
    const acts = [GOOD, { ...GOOD, name: 'other', files: [] }].map((input) => ({ tool: 'propose_skill', input }));
    const hands = new Hands([acts], {}, { sandbox: noBox('/') });
    expect(await hands.turns()).toMatchObject([
      { ok: false, text: expect.stringContaining('Refused (sandbox): No sandbox is available here') },
      { ok: true, text: 'It brings no tests.' },
    ]);
    expect(hands.lines().filter(({ k }) => k === 'held')).toMatchObject([{ input: { name: 'other' } }]);
  });

  it('is tried in a folder that holds the skill alone, without a network', async () => {
    const test = 'ls -R . && test ! -e ../../org && test -z "$(ls /sys/class/net 2>/dev/null | grep -v lo)"';
    const root = learning([{ ...GOOD, test }]);
    put(root, 'agents/coder/workspace/secret.txt', 'x');
    await turns(root, 1);
    const file = textOf(root, 'org/approvals/A-1-coder-1.md');
    expect(file).toContain('SKILL.md\n    tests');
    expect(file).not.toContain('secret.txt');
  });
});
