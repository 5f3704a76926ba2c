import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AuditRow } from '../../../src/views/journal/audit.ts';
import { lemming, office, turns } from '../people/world.ts';

const SCRIPT = {
  version: 1,
  rules: [
    {
      when: { agent: 'manager', from: 'human' },
      reply: {
        acts: [
          { tool: 'send_message', input: { to: 'planner', body: 'Plan it.' } },
          { tool: 'send_message', input: { to: 'nobody', body: 'x' } },
          { tool: 'write_file', input: { path: 'plan.md', content: 'The plan.' } },
          { tool: 'read_file', input: { path: 'gone.md' } },
          { tool: 'remember', input: { key: 'plan', text: 'It is planned.' } },
        ],
      },
    },
    { reply: {} },
  ],
};

async function worked(): Promise<string> {
  const root = office({
    org: { policies: [{ act: 'remember', do: { ask: ['human'] } }] },
    resumes: { manager: { tools: ['write_file', 'read_file', 'remember'] } },
    files: { 'org/script.yaml': JSON.stringify(SCRIPT) },
    models: { default: { provider: 'scripted', script: 'org/script.yaml' } },
  });
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  await lemming(root, ['approve', 'A-1-manager-1']);
  await lemming(root, ['top-up', 'planner', '1.5', '--note', 'more']);
  appendFileSync(join(root, 'agents/planner/resume.md'), 'Be quick.\n');
  await turns(root, 1);
  return root;
}

const audit = async (root: string, ...flags: string[]): Promise<AuditRow[]> =>
  (await lemming(root, ['audit', '--json', ...flags])).data.acts;

it('says who did what under which rule, and what became of it', async () => {
  const root = await worked();
  const rows = (await audit(root, '--last', '1000')).map(({ turn, who, act, outcome, rule, on }) =>
    [turn, who, act, outcome, rule, on].join(' | '),
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      '1 | human | send_message | done | edge | 000001-human-01',
      '1 | manager | send_message | done | edge | 000001-manager-01',
      expect.stringMatching(/^1 \| manager \| send_message \| refused \| /),
      '1 | manager | write_file | done | resume | agents/manager/workspace/plan.md',
      '1 | manager | read_file | failed | resume | -',
      '1 | manager | remember | held | policy remember | A-1-manager-1',
      '2 | human | approve | done | person | A-1-manager-1',
      '2 | human | top-up | done | person | planner',
      '2 | file | edit | done | by hand | agents/planner/resume.md',
      '2 | human | decide | approved | approval | A-1-manager-1',
      '2 | manager | write | done | own memory | agents/manager/memory/plan.md',
    ]),
  );
});

it('filters by who, act, rule, outcome and turn, and says how many it left out', async () => {
  const root = await worked();
  expect(new Set((await audit(root, '--who', 'manager')).map(({ who }) => who))).toEqual(new Set(['manager']));
  expect((await audit(root, '--outcome', 'refused')).map(({ act }) => act)).toEqual(['send_message']);
  expect((await audit(root, '--rule', 'policy')).map(({ act }) => act)).toEqual(['remember']);
  expect((await audit(root, '--act', 'top-up')).map(({ detail }) => detail)).toEqual([
    expect.stringContaining('amount 1.5'),
  ]);
  expect((await audit(root, '--since-turn', '2')).every(({ turn }) => turn === 2)).toBe(true);
  const { data, out } = await lemming(root, ['audit', '--last', '1', '--json']);
  expect([data.acts.length, data.left_out > 5]).toEqual([1, true]);
  expect((await lemming(root, ['audit', '--last', '1'])).out).toContain('earlier actions left out');
  expect(out).toContain('"head"');
  expect((await lemming(root, ['audit', '--who', 'nobody'])).out).toBe('The journal contains no such action.\n');
});

it('scenario 62: tells what the Box refused by its rule, and only that', async () => {
  const acts = [
    { tool: 'read_file', input: { path: '../../planner/resume.md' } },
    { tool: 'read_file', input: { path: 'shared/secret.md' } },
    { tool: 'write_file', input: { path: 'big.txt', content: 'x'.repeat(2000) } },
    { tool: 'read_file', input: { path: 'gone.md' } },
  ];
  const root = office({
    org: { limits: { workspace_bytes: 1024 } },
    resumes: { manager: { tools: ['write_file', 'read_file'] } },
    files: {
      'org/script.yaml': JSON.stringify({
        version: 1,
        rules: [{ when: { from: 'human' }, reply: { acts } }, { reply: {} }],
      }),
    },
    models: { default: { provider: 'scripted', script: 'org/script.yaml' } },
  });
  await lemming(root, ['send', 'manager', 'look']);
  await turns(root, 1);
  expect((await audit(root, '--outcome', 'refused')).map(({ act, rule }) => [act, rule])).toEqual([
    ['read_file', 'path'],
    ['read_file', 'path'],
    ['write_file', 'quota'],
  ]);
  expect((await audit(root, '--outcome', 'failed')).map(({ act }) => act)).toEqual(['read_file']);
});

it('names the seal that covers it all, and refuses a journal that was changed', async () => {
  const root = await worked();
  const journal = join(root, 'org/journal/000002.jsonl');
  const text = readFileSync(journal, 'utf8');
  const { head } = (await lemming(root, ['audit', '--json'])).data;
  expect(readFileSync(join(root, 'org/journal/000003.jsonl'), 'utf8').trimEnd().endsWith(`"h":"${head}"}`)).toBe(true);
  writeFileSync(journal, text.replace('"amount":1500000', '"amount":9500000'));
  expect((await lemming(root, ['audit'])).err).toContain('damaged-journal');
});
