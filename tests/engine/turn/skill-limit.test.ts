import { expect, it } from 'vitest';
import { loadsOf } from '../../../src/core/skills/quota.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { outcomesOf } from '../../../src/views/journal/outcomes.ts';
import type { Act } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const LOAD: Act = { tool: 'load_skill', input: { name: 'plan' } };

/** Agent a loads a skill three times in its first call of every turn; two a turn and three a day are allowed. */
function lab(tools: string[] = []): Lab {
  return new Lab(
    {
      edges: { human: ['a'], a: [] },
      org: { skills: { limits: { plan: { per_turn: 2, per_day: 3 } } } },
      resumes: { a: { skills: ['*'], tools, schedule: { when: 'always' } } },
      files: { 'org/skills/plan/SKILL.md': '---\nname: plan\ndescription: Plans\n---\nThink.\n' },
    },
    ({ n }) => (n === 1 ? [LOAD, LOAD, LOAD] : []),
  );
}

/** Of each visit: what it loaded, and by which rules it was refused. */
function told(org: Lab): [string[], string[]][] {
  return org.lines('visit').map(({ loaded = [], refusals = [] }) => [loaded, refusals.map(({ rule }) => rule)]);
}

function counted(org: Lab): Promise<number> {
  return org.look(({ state }) => loadsOf(state, 'a', 'plan'));
}

it('a limit of a skill is the same after a crash at any operation, and when all is computed again', async () => {
  const golden: [string[], string[]][] = [
    [['plan', 'plan'], ['skill-limit']],
    [['plan'], ['skill-limit', 'skill-limit']],
  ];
  for (let n = 1, died = true; died; n++) {
    const org = lab();
    died = await org.dies(n, () => org.turns(2));
    await org.turns(2 - org.lines('commit').length);
    expect([n, told(org), await counted(org)]).toEqual([n, golden, 3]);
    const { agents, skills } = outcomesOf(org.journal());
    expect([n, agents.a, skills]).toMatchObject([n, { visits: 2, refused_acts: 3 }, [{ with: { visits: 2 } }]]);
    const recompute = new Recompute(TOOLS, org.ports());
    for (const group of readJournal(org.disk, [])) await recompute.take(group);
    expect([n, recompute.divergence]).toEqual([n, null]);
  }
});

it('what a person approves one by one is done beyond the limit, and does not count', async () => {
  const org = lab(['ask:load_skill']);
  for (let n = 1; n <= 4; n++) {
    await org.turns(1);
    const held = org.lines('held').map(({ id }) => id);
    expect(held).toHaveLength(n);
    await org.ask({ ask: 'approve', by: 'human', id: held.at(-1) as string, note: '' });
  }
  await org.turns(1);
  expect(org.lines('decided').map(({ outcome }) => outcome)).toEqual(['Think.', 'Think.', 'Think.', 'Think.']);
  expect(await counted(org)).toBe(0);
});
