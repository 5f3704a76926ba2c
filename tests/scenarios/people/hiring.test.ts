import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { balanceOf, balanceOfOrg } from '../../../src/core/money/ledger.ts';
import type { Resume } from '../../../src/schema/config/resume.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { type Act, CALL, type Mind, Org, PRICED, resultsIn, say } from '../../regression/org.ts';

const TESTER =
  '---\nrole: Tries what others made\ntools: [read_file, write_file, shell, remember]\nskills: ["*"]\nshared: ["."]\n---\nYou try what others made.\n';

const PLAN: OrgPlan = {
  edges: { human: ['lead'], lead: ['human', 'peer'], peer: ['lead'] },
  models: PRICED,
  credits: { agents: { lead: { grant: 10 } } },
  resumes: {
    lead: { tools: ['hire_agent', 'retire_agent', 'list_agents', 'write_file', 'ask:read_file'], shared: ['docs'] },
  },
  files: { 'org/templates/tester.md': TESTER },
};
const AUTO = { org: { policies: [{ act: 'hire_agent', do: 'auto' }] } };

function hire(more: object = {}): Act {
  const input = { name: 'tess', template: 'tester', credits: 2, message: 'Try the page.', ...more };
  return { tool: 'hire_agent', input: input as Act['input'] };
}

/** lead hires in its first visit, and retires whom it hired when it is told to; a hired agent answers its mail. */
const MIND: Mind = ({ agent, n, mail }) => {
  if (n > 1) return [];
  const asked = mail[0]?.body ?? '';
  if (agent === 'lead' && asked.startsWith('Have it tried')) return [hire()];
  if (agent === 'lead' && mail[0]?.from === 'tess')
    return [{ tool: 'retire_agent', input: { name: 'tess' } }, say('human', 'Tried.')];
  return agent === 'tess' ? [say('lead', 'It works.')] : [];
};

const left = (org: Org, name: string) => org.look(({ config, state }) => balanceOf(config, state, name).left);
const resume = (org: Org, name: string) => org.look(({ config }) => config.agents.get(name) as Resume);

describe('scenario 48: an agent hires another', () => {
  it('held, approved, it works, is retired, and the credits are back', async () => {
    const org = new Org(PLAN, MIND);
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    expect(org.lines('held')).toMatchObject([{ tool: 'hire_agent', rule: 'held-tool', contacts: ['human'] }]);
    expect(org.paths(/^agents\/tess/)).toEqual([]);
    const all = await org.look(({ config, state }) => balanceOfOrg(config, state).granted);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-lead-1', note: '' });
    const { reports } = await org.run();
    expect(reports.flatMap(({ turn, visits }) => visits.map(({ agent, outcome }) => [turn, agent, outcome]))).toEqual([
      [3, 'lead', 'ok'],
      [3, 'tess', 'ok'],
      [4, 'lead', 'ok'],
    ]);
    expect(org.lines('hired')).toMatchObject([
      { turn: 2, agent: 'tess', by: 'lead', from: 'lead', credits: 2_000_000 },
    ]);
    expect(org.lines('retired')).toMatchObject([{ turn: 4, agent: 'tess', to: 'lead', credits: 2_000_000 - CALL }]);
    expect(await left(org, 'lead')).toBe(10_000_000 - 4 * CALL);
    expect(await left(org, 'tess')).toBe(0);
    expect(await org.look(({ config, state }) => balanceOfOrg(config, state).granted)).toBe(all);
    expect(org.paths(/^agents\/tess\/[^/]*$/)).toEqual(['agents/tess/resume.retired.md']);
    expect(org.read('org/chart.yaml')).not.toContain('tess');
    expect(await org.look(({ config }) => [config.order, [...config.broken.keys()]])).toEqual([
      ['human', 'lead', 'peer'],
      [],
    ]);
  });

  it('has what both the template and its creator have, and no edge but to its creator', async () => {
    const org = new Org({ ...PLAN, ...AUTO }, MIND);
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    expect(org.read('agents/tess/resume.md')).toMatchInlineSnapshot(`
      "---
      name: tess
      role: Tries what others made
      model: [default]
      schedule: { every: 1, offset: 0, when: mail }
      tools: ["ask:read_file", write_file]
      skills: []
      shared: [docs]
      limits: {}
      ---
      You try what others made.
      "
    `);
    expect(await resume(org, 'tess')).toMatchObject({ tools: ['ask:read_file', 'write_file'], shared: ['docs'] });
    expect(parse(org.read('org/chart.yaml') ?? '').agents).toMatchObject({
      tess: { send_to: ['lead'], read_from: ['lead'] },
      lead: { send_to: ['human', 'peer', 'tess'] },
    });
  });

  it('held and denied, nobody comes and no credit moves', async () => {
    const org = new Org(PLAN, MIND);
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    await org.ask({ ask: 'deny', by: 'human', id: 'A-1-lead-1', note: 'Not now.' });
    await org.run();
    expect([org.lines('hired'), org.paths(/^agents\/tess/)]).toEqual([[], []]);
    expect(await left(org, 'lead')).toBe(10_000_000 - 2 * CALL);
  });

  it('what a hire takes is spent by nobody else: its creator makes no further call with it', async () => {
    const credits = { agents: { lead: { grant: 0.03 } } };
    const org = new Org({ ...PLAN, ...AUTO, credits }, ({ agent, n }) =>
      agent === 'lead' && n === 1 ? [hire({ credits: 0.02 }), { tool: 'list_agents', input: {} }] : [],
    );
    org.drop('lead', 'Have it tried.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'lead', outcome: 'cut', reason: 'credits', cost: CALL }]);
    expect(org.lines('hired')).toMatchObject([{ agent: 'tess', credits: 2 * CALL }]);
    expect(await left(org, 'lead')).toBe(0);
  });

  it('an approved hire takes its credits before the visit of that turn begins', async () => {
    const credits = { agents: { lead: { grant: 0.03 } } };
    const org = new Org({ ...PLAN, credits }, ({ agent, n, turn }) =>
      agent === 'lead' && n === 1 && turn === 1 ? [hire({ credits: 0.02 })] : [],
    );
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-lead-1', note: '' });
    org.drop('lead', 'And work on.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ agent: 'lead', outcome: 'skipped' }]);
    expect(org.lines('hired')).toMatchObject([{ agent: 'tess', credits: 20_000 }]);
    expect(await left(org, 'lead')).toBe(0);
  });

  it('messages of an approved hire and of the visit in the same turn have numbers of their own', async () => {
    const plan = { ...PLAN, edges: { ...PLAN.edges, human: ['lead', 'peer'] } };
    const org = new Org(plan, ({ agent, n, turn }) => {
      if (n > 1 || agent === 'tess') return [];
      return agent === 'lead' && turn === 1
        ? [hire({ credits: 0 })]
        : [say(agent === 'lead' ? 'peer' : 'lead', 'Hello.')];
    });
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-lead-1', note: '' });
    org.drop(['lead', 'peer'], 'Work on.');
    await org.ask({ ask: 'top-up', by: 'human', agent: 'peer', amount: 1_000_000, note: '' });
    await org.turns(1);
    expect(org.lines('sent').map(({ message }) => [message.id, message.to[0]])).toEqual([
      ['000002-lead-02', 'peer'],
      ['000002-peer-01', 'lead'],
      ['000002-lead-01', 'tess'],
    ]);
  });

  it('the chart that a person edits in the same turn stays as they left it, and ours lies beside it', async () => {
    const org = new Org({ ...PLAN, ...AUTO }, (prompt) => {
      if (prompt.agent === 'lead' && prompt.turn === 1)
        org.disk.put('org/chart.yaml', `${org.read('org/chart.yaml')}# edited by hand\n`);
      return MIND(prompt);
    });
    org.drop('lead', 'Have it tried.');
    const [report] = await org.turns(1);
    expect(report?.conflicts).toEqual([{ path: 'org/chart.yaml', ours: 'org/chart.yaml.conflict-1' }]);
    expect(org.read('org/chart.yaml')).toMatch(/# edited by hand\n$/);
    expect(org.read('org/chart.yaml.conflict-1')).toContain('tess: { send_to: [lead], read_from: [lead] }');
    await org.turns(1);
    expect(await org.look(({ config }) => [config.agents.has('tess'), config.sendTo.has('tess')])).toEqual([
      true,
      false,
    ]);
    org.disk.put('org/chart.yaml', org.read('org/chart.yaml.conflict-1') ?? '');
    expect(await org.look(({ config }) => config.sendTo.has('tess'))).toBe(true);
  });

  it('an agent that was retired has no mail any more: what waits for it is a dead letter, and what it wrote stays', async () => {
    const org = new Org({ ...PLAN, ...AUTO }, MIND);
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    await org.ask({ ask: 'retire', by: 'human', agent: 'tess' });
    await org.turns(2);
    expect(org.lines('retired')).toMatchObject([{ agent: 'tess', by: 'human', to: 'lead' }]);
    expect(org.messages('tess').map(({ body }) => body)).toEqual(['It works.']);
    expect(org.lines('dead').map(({ record }) => [record.from, record.to, record.reason])).toEqual([
      ['tess', ['lead'], 'no-edge'],
    ]);
    org.disk.put('agents/tess/resume.md', org.read('agents/tess/resume.retired.md') ?? '');
    await org.turns(1);
    expect(await org.look(({ config }) => config.agents.has('tess'))).toBe(true);
  });

  it('list_agents tells of its staff and templates', async () => {
    const org = new Org({ ...PLAN, ...AUTO }, (prompt) =>
      prompt.agent === 'lead' && prompt.turn === 2 && prompt.n === 1
        ? [{ tool: 'list_agents', input: {} }]
        : MIND(prompt),
    );
    org.drop('lead', 'Have it tried.');
    await org.turns(1);
    org.drop('lead', 'Who is there?');
    await org.turns(1);
    const [listed] = resultsIn(org.prompts.find(({ agent, turn, n }) => agent === 'lead' && turn === 2 && n === 2));
    expect(listed?.text).toBe(
      'tess: Tries what others made; 2 credits in all; no visit yet\nYou have 7.98 credits and may hire.\ntemplate tester: Tries what others made',
    );
  });
});
