import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { balanceOf, balanceOfOrg } from '../../src/core/ledger.ts';
import type { Resume } from '../../src/schema/resume.ts';
import type { OrgPlan } from '../../src/testing/build-org.ts';
import { type Act, CALL, type Mind, Org, PRICED, say } from '../regression/org.ts';

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

describe('scenario: an agent hires another', () => {
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
      [3, 'tess', 'ok'],
      [4, 'lead', 'ok'],
    ]);
    expect(org.lines('hired')).toMatchObject([
      { turn: 2, agent: 'tess', by: 'lead', from: 'lead', credits: 2_000_000 },
    ]);
    expect(org.lines('retired')).toMatchObject([{ turn: 4, agent: 'tess', to: 'lead', credits: 2_000_000 - CALL }]);
    expect(await left(org, 'lead')).toBe(10_000_000 - 3 * CALL);
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
});
