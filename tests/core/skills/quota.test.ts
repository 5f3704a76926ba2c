import { describe, expect, it } from 'vitest';
import { parseState, serializeState } from '../../../src/core/model/state/pieces.ts';
import type { State } from '../../../src/core/model/state.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { emptyDraft } from '../../../src/core/model/tool.ts';
import { printSkills } from '../../../src/core/skills/prompted.ts';
import { limitOf, loadsOf, printLimit } from '../../../src/core/skills/quota.ts';
import { skillsOf } from '../../../src/core/skills/skill.ts';
import { judge } from '../../../src/core/turn/judge.ts';
import { settle } from '../../../src/core/turn/settle.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { asked, opened, visited } from '../entries.ts';
import { configOf, resumeOf, sceneOf, stateOf } from '../world.ts';

const DAY = 86_400_000;
const text = (name: string) => `---\nname: ${name}\ndescription: How to ${name}\n---\nThink.\n`;

function configWith(limits: object, more: { tools?: string[]; policies?: unknown[] } = {}) {
  return configOf({
    edges: { human: ['a'], a: ['human'] },
    org: { skills: { limits }, ...(more.policies && { policies: more.policies }) },
    resumes: { a: { skills: ['*'], ...(more.tools && { tools: more.tools }) } },
    files: {
      'org/skills/plan/SKILL.md': text('plan'),
      'org/skills/plan/more.md': 'More.',
      'org/skills/write/SKILL.md': text('write'),
    },
  });
}

/** What becomes of loads of one visit, by the rule that refused them. */
function loads(config: ReturnType<typeof configWith>, names: string[], state: State = emptyState()): string[] {
  const at = sceneOf(config, 'a', { state });
  return names.map((name, i) => {
    const verdict = judge(TOOLS, at, { id: `c${i}`, tool: 'load_skill', input: { name } });
    return verdict.is === 'refused' ? verdict.rule : verdict.is;
  });
}

describe('the limit of a skill', () => {
  it('holds for the loads of a visit, and for no other skill', () => {
    const config = configWith({ plan: { per_turn: 2 } });
    expect(loads(config, ['plan', 'write', 'plan', 'plan', 'write'])).toEqual([
      'done',
      'done',
      'done',
      'skill-limit',
      'done',
    ]);
  });

  it('holds for the loads of a day by UTC, those of failed visits too, each agent for itself', () => {
    const config = configWith({ plan: { per_day: 2 } });
    const day = stateOf(opened(1, 0), visited({ loaded: ['plan', 'write'] }), opened(2, DAY - 1));
    expect(loads(config, ['plan', 'plan'], day)).toEqual(['done', 'skill-limit']);
    const failed = stateOf(opened(1, 0), visited({ outcome: 'failed', loaded: ['plan', 'plan'] }));
    expect(loads(config, ['plan'], failed)).toEqual(['skill-limit']);
    expect(
      loads(config, ['plan', 'plan', 'plan'], stateOf(opened(1, 0), visited({ agent: 'b', loaded: ['plan'] }))),
    ).toEqual(['done', 'done', 'skill-limit']);
    const next = stateOf(opened(1, 0), visited({ loaded: ['plan', 'plan'] }), opened(2, DAY));
    expect(loads(config, ['plan'], next)).toEqual(['done']);
  });

  it('counts the texts of a skill, and not what was refused', () => {
    const at = sceneOf(configWith({ plan: { per_turn: 2 } }), 'a', {
      state: stateOf({ k: 'file', path: 'org/skills/plan/more.md', text: 'More.' }),
    });
    const said = ['none.md', 'more.md', 'more.md', 'more.md'].map((file) =>
      judge(TOOLS, at, { id: 'c', tool: 'load_skill', input: { name: 'plan', file } }),
    );
    expect(said).toMatchObject([
      { is: 'refused', rule: 'skill' },
      { is: 'done' },
      { is: 'done' },
      { is: 'refused', rule: 'skill-limit', text: expect.stringContaining('2 a turn') },
    ]);
    expect(at.draft.loaded).toEqual(['plan', 'plan']);
  });

  it('comes before every approval but that of the very act by a person', () => {
    const full = stateOf(opened(1, 0), visited({ loaded: ['plan'] }));
    const limits = { plan: { per_day: 1 } };
    expect(loads(configWith(limits, { tools: ['ask:load_skill'] }), ['plan'], full)).toEqual(['skill-limit']);
    const always = configWith(limits, { policies: [{ act: 'load_skill', do: 'always' }] });
    expect(loads(always, ['plan'], full)).toEqual(['skill-limit']);
    const at = sceneOf(always, 'a', { state: full });
    const approved = judge(TOOLS, at, { id: 'c', tool: 'load_skill', input: { name: 'plan' } }, true);
    expect(approved).toMatchObject({ is: 'done' });
  });

  it('is told with the skill in the prompt, and only there where one is set', () => {
    const config = configWith({ plan: { per_turn: 1, per_day: 5 } });
    const prompt = printSkills(config.org, skillsOf(config.skills, resumeOf(config, 'a')));
    expect(prompt).toContain('- plan: How to plan (load it at most: 1 a turn, 5 a day)\n- write: How to write');
    expect(printLimit({ per_day: 3 })).toBe('3 a day');
    expect(limitOf(config.org, 'constructor')).toBeUndefined();
  });
});

describe('loads', () => {
  it('stand in the line of the visit when there are any, and are kept with the state', () => {
    const config = configWith({});
    const finished = {
      ...{ agent: 'a', resume: resumeOf(config, 'a'), outcome: 'ok' as const },
      ...{ given: [], told: 0, answers: [], summary: false, draft: { ...emptyDraft(), loaded: ['plan', 'plan'] } },
    };
    const [line] = settle(config, emptyState(), 1, [finished]);
    expect(line).toMatchObject({ k: 'visit', loaded: ['plan', 'plan'] });
    const state = stateOf(opened(1, 0), line as NonNullable<typeof line>);
    const thawed = parseState(serializeState(state) as never);
    expect([loadsOf(thawed, 'a', 'plan'), loadsOf(thawed, 'a', 'write')]).toEqual([2, 0]);
  });

  it('are forgotten with a reset of all', () => {
    const reset = (scope: 'credits' | 'all') => asked({ ask: 'reset', by: 'human', scope, archive: '' });
    const lines = [opened(1, 0), visited({ loaded: ['plan'] })];
    expect(loadsOf(stateOf(...lines, reset('credits')), 'a', 'plan')).toBe(1);
    expect(loadsOf(stateOf(...lines, reset('all')), 'a', 'plan')).toBe(0);
  });
});
