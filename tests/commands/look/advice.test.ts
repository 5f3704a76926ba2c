import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Follow } from '../../../src/app/follow.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { problemsOf } from '../../../src/views/screen/panes/problems-pane.ts';
import { lemming, untilIdle } from '../people/world.ts';
import { scratchOrg } from '../world.ts';

const LOOP = { tool: 'recall', input: { key: 'x' } };
const PLAN: OrgPlan = {
  edges: { human: ['a'], a: ['human'] },
  resumes: { a: { unit: 'team', tools: ['recall'] } },
  files: { 'org/units/team.md': '---\nname: team\n---\n' },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 } } },
  rules: [1, 2, 3].map((call) => ({
    when: { agent: 'a', call },
    reply: { acts: call < 3 ? [LOOP] : [{ tool: 'send_message', input: { to: 'human', body: 'Done.' } }] },
  })),
};

/** Does what the advice says, as a person would: the command with an amount, or the edit of the file. */
async function follow(root: string, advice: string): Promise<void> {
  const [, agent, credits = ''] = /lemming top-up (\S+) (\S+)/.exec(advice) ?? [];
  if (agent !== undefined) {
    expect((await lemming(root, ['top-up', agent, credits.replace('CREDITS', '1')])).exit).toBe(0);
    return;
  }
  const [, key = '', file = '', to = '1'] = /raise (\S+) in (\S+\.yaml)(?: to ([\d.]+\d))?/.exec(advice) ?? [];
  const path = join(root, file);
  const data = parse(readFileSync(path, 'utf8'));
  const keys = key.split('.');
  let at = data;
  for (const one of keys.slice(0, -1)) at = at[one];
  expect(at[keys.at(-1) as string]).toBeTypeOf('number');
  at[keys.at(-1) as string] = Number(to);
  writeFileSync(path, stringify(data));
}

describe('advice for an agent that may spend no more works in that very state', () => {
  it.each<[string, object, string]>([
    ['its grant', { agents: { a: { grant: 0.005 } } }, 'lemming top-up a 0.075'],
    [
      'its limit of a turn',
      { agents: { a: { grant: 1, per_turn: 0.005 } } },
      'raise agents.a.per_turn in org/credits.yaml to 0.08',
    ],
    [
      'its limit of a day',
      { agents: { a: { grant: 1, per_day: 0.005 } } },
      'raise agents.a.per_day in org/credits.yaml to 0.08',
    ],
    [
      'the cap of its unit',
      { agents: { a: { grant: 1 } }, units: { team: { cap: 0.005 } } },
      'raise units.team.cap in org/credits.yaml to 0.08',
    ],
    [
      'the cap of the organisation',
      { agents: { a: { grant: 1 } }, org: { cap: 0.005 } },
      'raise org.cap in org/credits.yaml to 0.08',
    ],
    [
      'the cap of the organisation, in the middle of a visit',
      { agents: { a: { grant: 1 } }, org: { cap: 0.02 } },
      'raise org.cap in org/credits.yaml to 0.1',
    ],
    [
      'the cap of its unit, in the middle of a visit',
      { agents: { a: { grant: 1 } }, units: { team: { cap: 0.02 } } },
      'raise units.team.cap in org/credits.yaml to 0.1',
    ],
    [
      'its limit of a day, in the middle of a visit',
      { agents: { a: { grant: 1, per_day: 0.02 } } },
      'raise agents.a.per_day in org/credits.yaml to 0.1',
    ],
    ['its grant, in the middle of a visit', { agents: { a: { grant: 0.02 } } }, 'lemming top-up a 0.08'],
    [
      'its limit of a turn, in the middle of a visit',
      { agents: { a: { grant: 1, per_turn: 0.02 } } },
      'raise agents.a.per_turn in org/credits.yaml to 0.08',
    ],
  ])('%s', async (_what, credits, advice) => {
    const root = scratchOrg({ ...PLAN, credits: credits as NonNullable<OrgPlan['credits']> });
    await lemming(root, ['send', 'a', 'Work.']);
    const stuck = await lemming(root, ['run', '--until-idle']);
    expect(stuck.exit).toBe(7);
    expect(stuck.out).toContain(`a is out of credits, and its mail waits: ${advice}`);
    const { out } = await lemming(root, ['inbox', '--json']);
    const told = JSON.parse(out).notices.map(({ text }: { text: string }) => text);
    expect(told.filter((text: string) => text.includes(advice))).toHaveLength(1);
    await follow(root, advice);
    const free = await lemming(root, ['run', '--until-idle', '--json']);
    expect([free.exit, JSON.parse(free.out).visits.at(-1)]).toEqual([
      0,
      expect.objectContaining({ agent: 'a', outcome: 'ok', sent: 1 }),
    ]);
  });

  it.each<[string, object, string]>([
    ['the organisation', { org: { cap: 0.005 } }, 'org.cap'],
    ['its unit', { units: { team: { cap: 0.005 } } }, 'units.team.cap'],
    ['a turn', { agents: { a: { grant: 0.001, per_turn: 0.005 } } }, 'agents.a.per_turn'],
    ['a day', { agents: { a: { grant: 0.001, per_day: 0.005 } } }, 'agents.a.per_day'],
  ])('a top-up that the cap of %s holds back says so, and what lets it count', async (_what, caps, key) => {
    const root = scratchOrg({ ...PLAN, credits: { agents: { a: { grant: 0.001 } }, ...caps } });
    await lemming(root, ['send', 'a', 'Work.']);
    const { out } = await lemming(root, ['top-up', 'a', '10']);
    expect(out).toContain(`a may spend only 0.005 of that until you raise ${key} in org/credits.yaml.`);
    expect((await lemming(root, ['run', '--until-idle'])).exit).toBe(7);
    await follow(root, out);
    expect((await lemming(root, ['run', '--until-idle'])).exit).toBe(0);
  });

  it('what is left is what can be spent, however much was granted, wherever it is shown', async () => {
    const credits = { agents: { a: { grant: 50, per_turn: 0.5 } }, org: { cap: 2 } };
    const root = scratchOrg({ ...PLAN, credits });
    const { out } = await lemming(root, ['top-up', 'a', '100']);
    expect(out).toContain('a may spend only 2 of that until you raise org.cap in org/credits.yaml.');
    expect(out).toContain('In one turn, a may spend only 0.5 of that until you raise agents.a.per_turn');
    const data = async (...words: string[]) => (await lemming(root, [...words, '--json'])).data;
    const status = (await data('status')).agents.find(({ name }: { name: string }) => name === 'a');
    expect(status.credits).toMatchObject({ granted: 150, left: 2 });
    expect(await data('costs')).toMatchObject({ granted: 150, left: 2, by_agent: { a: { left: 2 } } });
    expect((await data('inspect', 'a')).credits).toMatchObject({ left: 2 });
  });

  it.each<[string, object, string]>([
    ['its soft cap', { agents: { a: { grant: 1, soft: 0.03 } } }, 'raise agents.a.soft in org/credits.yaml.'],
    ['what it was granted', { agents: { a: { grant: 0.035 } } }, 'Grant more credits.'],
    ['both', { agents: { a: { grant: 0.035, soft: 1, per_turn: 0.5 } } }, 'Grant more credits.'],
  ])('what the screen says of an agent that comes near to %s ends that', async (_what, credits, remedy) => {
    const root = scratchOrg({ ...PLAN, credits: credits as NonNullable<OrgPlan['credits']> });
    await lemming(root, ['send', 'a', 'Work.']);
    await untilIdle(root);
    const screen = await Follow.open({ machine: realMachine, root, env: {} });
    const low = () => problemsOf(screen.scene()).filter(({ what }) => what === 'low credits');
    expect(low().map((problem) => problem.remedy)).toEqual([remedy]);
    await follow(root, remedy === 'Grant more credits.' ? 'lemming top-up a CREDITS' : remedy);
    await untilIdle(root);
    await screen.look(true);
    expect(low()).toEqual([]);
  });

  it('a soft cap that is reached is not called passed', async () => {
    const root = scratchOrg({ ...PLAN, credits: { agents: { a: { grant: 1, soft: 0.03 } } } });
    await lemming(root, ['send', 'a', 'Work.']);
    await untilIdle(root);
    const { out } = await lemming(root, ['inbox', '--json']);
    expect(JSON.parse(out).notices).toMatchObject([
      { text: 'a has spent 0.03 credits, and has reached its soft cap of 0.03' },
    ]);
  });
});
