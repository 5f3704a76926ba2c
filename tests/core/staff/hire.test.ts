import { describe, expect, it } from 'vitest';
import type { State } from '../../../src/core/model/state.ts';
import type { ActContext } from '../../../src/core/model/tool.ts';
import { makeHire, showHire, stageHire } from '../../../src/core/staff/hire.ts';
import { creditTrouble, limitTrouble, nameTrouble, retireTrouble, teamOf } from '../../../src/core/staff/staff.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { asked, HIRED, RETIRED } from '../entries.ts';
import { configOf, mail, resumeOf, sceneOf, stateOf } from '../world.ts';

const PLAN: OrgPlan = {
  edges: { human: ['a'], a: ['b', 'human'], b: ['a'], c: [] },
  org: { limits: { hires: 2, hire_depth: 2, hops: 3 } },
  credits: { agents: { a: { grant: 5 } } },
  resumes: { a: { tools: ['hire_agent', 'read_file'], schedule: { every: 2 } } },
  files: {
    'org/templates/worker.md': '---\nrole: Works\ntools: [read_file, shell]\n---\nYou work.\n',
    'org/templates/late.md': '---\nextends: worker\nschedule: { every: 3 }\nlimits: { steps: 2 }\n---\n',
    'org/templates/loop.md': '---\nextends: loop\n---\n',
    'agents/broken/resume.md': '---\nmodel: [\n---\n',
  },
};
const config = configOf(PLAN);
const WISH = { name: 'kid', template: 'worker', credits: 1_000_000 };
const scene = (more: Partial<ActContext> = {}) => sceneOf(config, 'a', more);

/** A state in which these were hired, each by the other. */
function staffed(...pairs: [agent: string, by: string][]): State {
  return stateOf(...pairs.map(([agent, by]) => ({ ...HIRED, agent, by, credits: 0 })));
}

describe('a hire', () => {
  it('is staged with its files, edges and credits, and says what it leaves out', () => {
    const at = scene();
    expect(stageHire({ ...WISH, role: 'Tries\n it', instructions: ' Be quick. ' }, at)).toEqual({
      ok: true,
      text: 'kid is hired and starts in the next turn. It does not get what you do not have: shell.',
    });
    expect(at.draft).toMatchObject({ promised: 1_000_000, nextMessage: 1 });
    expect(at.draft.hires).toMatchObject([
      { agent: 'kid', template: 'worker', send_to: ['a'], read_from: ['a'], credits: 1_000_000, message: null },
    ]);
    expect(at.draft.hires[0]?.files[0]?.text).toBe(
      '---\nname: kid\nrole: Tries it\nmodel: [default]\nschedule: { every: 1, offset: 0, when: mail }\ntools: [read_file]\nskills: []\nshared: []\nlimits: {}\n---\nYou work.\n\n## What you are here for\nBe quick.\n',
    );
  });

  it('is shown with all that it would be, or with what stands against it', () => {
    expect(showHire({ ...WISH, send_to: ['b'] }, scene())).toBe(
      'The resume of kid, with no rights beyond those of a:\n\n```\n---\nname: kid\nrole: Works\nmodel: [default]\nschedule: { every: 1, offset: 0, when: mail }\ntools: [read_file]\nskills: []\nshared: []\nlimits: {}\n---\nYou work.\n```\n\nIt writes to a, b and reads the mail of a. It gets 1 of the credits of a.',
    );
    expect(showHire({ ...WISH, template: 'none' }, scene())).toMatch(/^There is no template/);
  });

  it('takes over from the template and its own template, and speaks with whom its creator may', () => {
    const at = scene();
    const wish = {
      ...WISH,
      template: 'late',
      tools: ['read_file'],
      send_to: ['b', 'human'],
      read_from: ['b'],
      message: 'Go.',
    };
    expect(stageHire(wish, at)).toMatchObject({ ok: true });
    const [hire] = at.draft.hires;
    expect(hire).toMatchObject({ send_to: ['a', 'b', 'human'], read_from: ['a', 'b'] });
    expect(hire?.message).toMatchObject({ id: '000002-a-01', to: ['kid'], body: 'Go.' });
    expect(hire?.files[0]?.text).toContain('schedule: { every: 3, offset: 0, when: mail }');
    expect(at.draft.nextMessage).toBe(2);
  });

  it.each<[string, object, Partial<ActContext>, string]>([
    ['by a name that none can have', { name: 'a/b' }, {}, 'name'],
    ['by a name that is taken', { name: 'b' }, {}, 'name'],
    ['by the name of one that is broken', { name: 'broken' }, {}, 'name'],
    ['by the name of one that was there', { name: 'kid' }, { state: stateOf(HIRED, RETIRED) }, 'name'],
    [
      'by a name that the journal knows',
      { name: 'gone' },
      { state: stateOf(asked({ ask: 'pause', by: 'human', agent: 'gone' })) },
      'name',
    ],
    ['beyond the number', {}, { state: staffed(['x', 'a'], ['y', 'x']) }, 'limit'],
    ['from no template', { template: 'nobody' }, {}, 'template'],
    ['from one that goes round', { template: 'loop' }, {}, 'template'],
    ['with a tool that its creator has not', { tools: ['shell'] }, {}, 'rights'],
    ['that may write to a stranger', { send_to: ['c'] }, {}, 'edge'],
    ['that reads a stranger', { read_from: ['c'] }, {}, 'edge'],
    ['with more credits than there are', { credits: 5_000_001 }, {}, 'credits'],
    ['at the end of a long chain', { message: 'Go.' }, { given: [mail({ hops: 3 })] }, 'hops'],
  ])('is refused %s', (_what, more, at, rule) => {
    const there = scene(at);
    expect(stageHire({ ...WISH, ...more }, there)).toMatchObject({ ok: false, rule, text: expect.any(String) });
    expect(there.draft).toMatchObject({ hires: [], promised: 0, nextMessage: 1 });
  });

  it('counts what the visit hired before: names, number and credits', () => {
    const at = scene();
    const rule = (more: object) => {
      const staged = stageHire({ ...WISH, ...more }, at);
      return staged.ok ? 'ok' : staged.rule;
    };
    expect([
      rule({}),
      rule({}),
      rule({ name: 'd', credits: 4_000_001 }),
      rule({ name: 'd' }),
      rule({ name: 'e' }),
    ]).toEqual(['ok', 'name', 'credits', 'ok', 'limit']);
  });

  it('by a person has what the template has, and no bounds', () => {
    const made = makeHire(config, resumeOf(config, 'human'), { ...WISH, credits: 1e12 });
    expect(made).toMatchObject({ hire: { send_to: ['human'] }, without: [] });
    expect(limitTrouble(config, staffed(['x', 'human'], ['y', 'human']).staff.hired, 'human')).toBeNull();
    expect(creditTrouble(config, stateOf(), 'human', 1e12)).toBeNull();
    const refused = makeHire(config, resumeOf(config, 'human'), { ...WISH, tools: ['write_file'] });
    expect(refused).toMatchObject({
      trouble: { rule: 'rights', text: expect.stringContaining('the template worker') },
    });
  });

  it('is with those only to whom its creator may write, or from whom it may read, each in its direction', () => {
    const oneWay = configOf({ ...PLAN, edges: { human: ['a'], a: ['b', 'human'], b: [], c: ['a'] } });
    const trouble = (ends: object): string => {
      const made = makeHire(oneWay, resumeOf(oneWay, 'a'), { ...WISH, ...ends });
      return 'trouble' in made ? made.trouble.rule : 'none';
    };
    expect([trouble({ send_to: ['b'] }), trouble({ read_from: ['b'] })]).toEqual(['none', 'edge']);
    expect([trouble({ send_to: ['c'] }), trouble({ read_from: ['c'] })]).toEqual(['edge', 'none']);
    expect(trouble({ send_to: ['a'], read_from: ['a'] })).toBe('none');
  });

  it('belongs to the unit of its creator', () => {
    const made = makeHire(config, { ...resumeOf(config, 'a'), unit: 'crew' }, WISH);
    expect('hire' in made && made.hire.files[0]?.text).toContain('\nunit: crew\n');
  });

  it('has the hosts and commands that both have', () => {
    const files = { 'org/templates/worker.md': '---\nhosts: ["*.example.org"]\ncommands: [git, sh]\n---\n' };
    const creator = { ...resumeOf(config, 'a'), hosts: ['docs.example.org', 'other.net'], commands: ['git'] };
    const made = makeHire(configOf({ ...PLAN, files }), creator, WISH);
    const text = 'hire' in made ? made.hire.files[0]?.text : '';
    expect(text).toContain('\nhosts: [docs.example.org]\ncommands: [git]\n');
  });

  it('names no template where there is none', () => {
    const { files: _, ...bare } = PLAN;
    const made = makeHire(configOf(bare), resumeOf(config, 'a'), WISH);
    expect(made).toMatchObject({ trouble: { text: 'There is no template "worker". There are: none.' } });
  });
});

describe('staff', () => {
  it('is told with those below, the last of a line first', () => {
    const { hired: staff } = staffed(['x', 'a'], ['y', 'x'], ['z', 'a']).staff;
    expect([teamOf(staff, 'a'), teamOf(staff, 'z')]).toEqual([['z', 'y', 'x'], []]);
  });

  it('hires only so deep', () => {
    const { hired: staff } = staffed(['b', 'a']).staff;
    expect(limitTrouble(config, staff, 'b')).toBeNull();
    const deep = staffed(['b', 'a'], ['c', 'b']).staff.hired;
    expect(limitTrouble(config, deep, 'c')).toMatchObject({
      rule: 'limit',
      text: expect.stringContaining('hire_depth'),
    });
    expect(limitTrouble(config, staffed(['c', 'human']).staff.hired, 'c')).toBeNull();
  });

  it('has a name for ever', () => {
    expect(nameTrouble(config, stateOf(), 'kid')).toBeNull();
    expect(
      nameTrouble(config, stateOf({ k: 'file', path: 'agents/kid/resume.retired.md', text: '' }), 'kid')?.rule,
    ).toBe('name');
  });

  it.each<[string, string, string, string | null]>([
    ['whom it hired', 'a', 'c', null],
    ['whom those hired', 'a', 'b', null],
    ['who hired it', 'c', 'a', 'staff'],
    ['somebody else', 'b', 'a', 'staff'],
    ['a person', 'a', 'human', 'staff'],
    ['nobody', 'a', 'nobody', 'staff'],
    ['itself', 'a', 'a', 'staff'],
  ])('is retired by who hired it: %s', (_what, by, name, rule) => {
    const state = staffed(['c', 'a'], ['b', 'c']);
    expect(retireTrouble(config, state, by, name)?.rule ?? null).toBe(rule);
  });

  it('is not retired while the credits name it, or one whom it hired', () => {
    const said = { rule: 'chart', text: 'First take a out of org/credits.yaml, which names it.' };
    expect(retireTrouble(config, stateOf(), 'human', 'a')).toEqual(said);
    expect(retireTrouble(config, staffed(['a', 'b']), 'human', 'b')).toEqual(said);
  });

  it('is retired by people, also when its resume is broken, and not while a call is in doubt', () => {
    expect(retireTrouble(config, stateOf(), 'human', 'broken')).toBeNull();
    const state = staffed(['c', 'a'], ['b', 'c']);
    const { agents } = stateOf(asked({ ask: 'top-up', by: 'human', agent: 'b', amount: 5, note: '' })).staff;
    const doubtful = {
      ...state,
      staff: { ...state.staff, agents: new Map([...agents].map(([name, one]) => [name, { ...one, doubt: 1 }])) },
    };
    expect(retireTrouble(config, doubtful, 'a', 'c')?.rule).toBe('doubt');
  });
});
