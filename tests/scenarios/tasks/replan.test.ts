import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, type Mind, Org, PRICED, resultsIn, textOf } from '../../regression/org.ts';

const EDGES = { human: ['boss', 'a'], boss: ['human', 'a', 'b'], a: ['boss', 'human'], b: ['boss'] };
const PLAN: { goal: string; tasks: Record<string, Json>[] } = {
  goal: 'A page about ducks',
  tasks: [
    { id: 'facts', title: 'Collect facts', body: 'Ten facts.', assignee: 'a' },
    { id: 'page', title: 'Write the page', body: 'One page.\nWith facts.', assignee: 'b', needs: ['facts'] },
    { id: 'picture', title: 'Draw a duck', assignee: 'a', needs: ['facts'] },
  ],
};
const [WHOLE, FACTS, PAGE, PICTURE] = [1, 2, 3, 4].map((n) => `T-2-boss-${n}`) as [string, string, string, string];
const CHANGE: Json = {
  tasks: [{ id: 'check', title: 'Check the facts', assignee: 'b', needs: [FACTS] }],
  change: [{ id: PAGE, title: 'Write two pages', body: 'Two pages.\nWith facts.', assignee: 'a', needs: ['check'] }],
  cancel: [PICTURE],
};
const CREDITS = { agents: { a: { grant: 9 }, b: { grant: 9 }, boss: { grant: 9 } } };
const done: Act = { tool: 'done', input: {} };
const propose = (input: Json): Act => ({ tool: 'propose_plan', input });
const path = (id: string) => `org/tasks/${id}.md`;

/** The boss proposes the plan, then the changes when it is asked for them; `facts` goes on until it is told to stop. */
function mindWith(change: (n: number) => Json[], { lasts = 4 } = {}): Mind {
  return ({ agent, task, turn, n, mail }) => {
    if (task) {
      if (n > 1) return [done];
      const note: Act = { tool: 'update_task', input: { note: 'Going on.' } };
      return task === FACTS && turn < lasts
        ? [note, done]
        : [{ tool: 'complete_task', input: { result: `Did ${task}.` } }, done];
    }
    if (agent !== 'boss') return [done];
    const asked = mail.at(-1)?.body ?? '';
    if (asked.includes('Change') && change(n).length > 0) return [...change(n).map(propose), done];
    return n === 1 && asked.includes('ducks') ? [propose(PLAN), done] : [done];
  };
}
const once = (n: number): Json[] => (n === 1 ? [CHANGE] : []);

/** An organisation in which the plan is made, and work on `facts` has begun. */
async function planned(mind: Mind = mindWith(once), more: object = {}): Promise<Org> {
  const org = new Org({ edges: EDGES, org: { limits: { task_visits: 50, steps: 40 } }, ...more }, mind);
  org.drop('boss', 'A page about ducks', { asks: 'plan' });
  await org.turns(1);
  await approve(org, 'A-1-boss-1');
  await org.turns(2);
  return org;
}
const approve = (org: Org, id: string, more: object = {}) =>
  org.ask({ ask: 'approve', by: 'human', id, note: '', ...more });
const asks = (org: Org, task = WHOLE) => org.drop('boss', 'Change it.', { asks: 'plan', task });
const statusOf = (org: Org, id: string) => /^status: (.*)$/m.exec(org.read(path(id)) ?? '')?.[1];
const refusals = (org: Org) =>
  org.prompts.flatMap((one) =>
    resultsIn(one).flatMap(({ tool, ok, text }) => (tool === 'propose_plan' && !ok ? text : [])),
  );

describe('a plan that is to change', () => {
  it('is shown with the results so far; its changes are held, shown field by field, and made when they are approved', async () => {
    const org = await planned();
    asks(org);
    await org.turns(1);
    const asked = textOf(org.visits('boss').at(-1));
    expect(asked).toContain(`## The plan of ${WHOLE} "A page about ducks"`);
    expect(asked).toContain(
      `<task id="${FACTS}" status="running" assignee="a" needs="" title="Collect facts">\nTen facts.`,
    );
    expect(asked).toContain(
      `<task id="${PAGE}" status="assigned" assignee="b" needs="${FACTS}" title="Write the page">`,
    );
    expect(asked).toContain(`You may change or cancel ${PAGE}, ${PICTURE}, and add tasks.`);
    const held = org.lines('held').at(-1);
    expect(held?.shows).toBe(
      [
        'Added:\ncheck Check the facts [b, after T-2-boss-2]',
        [
          'Changed:',
          `${PAGE} Write the page`,
          '  - title: Write the page',
          '  + title: Write two pages',
          '  - assignee: b',
          '  + assignee: a',
          `  - needs: [${FACTS}]`,
          '  + needs: [check]',
          '  body:',
          '    -One page.',
          '    +Two pages.',
          '     With facts.',
        ].join('\n'),
        `Cancelled:\n${PICTURE} Draw a duck`,
        '1 new task. What it costs is not known, because no task is completed yet.',
      ].join('\n\n'),
    );
    await approve(org, held?.id as string);
    await org.turns(1);
    const check = 'T-5-boss-1';
    const page = org.read(path(PAGE)) ?? '';
    for (const line of ['title: Write two pages', 'assignee: a', `needs: [${check}]`, 'Two pages.\nWith facts.'])
      expect(page).toContain(line);
    expect(page).toContain('boss: the plan changed title, assignee, needs, body');
    expect(statusOf(org, PICTURE)).toBe('cancelled');
    expect(org.read(path(WHOLE))).toContain(
      `boss: the plan created ${check} (check); changed ${PAGE}; cancelled ${PICTURE}`,
    );
    const { tasks } = await org.run();
    expect(Object.fromEntries(tasks)).toMatchObject({
      [WHOLE]: 'completed',
      [PAGE]: 'completed',
      [check]: 'completed',
    });
    const worked = org.lines('visit').flatMap(({ agent, task }) => (task && task !== FACTS ? [[agent, task]] : []));
    expect(worked).toEqual([
      ['b', check],
      ['a', PAGE],
      ['boss', WHOLE],
    ]);
    // Nobody asks for it any more.
    const last = org.visits('boss').at(-1);
    expect(last?.tools.map(({ name }) => name)).not.toContain('propose_plan');
    const { host, provider } = org.ports();
    const recompute = new Recompute(TOOLS, { host, provider });
    for (const group of readJournal(org.disk, [])) await recompute.take(group);
    expect(recompute.divergence).toBeNull();
  });

  it('keeps what is begun, what others made and what somebody waits for, and never makes a loop', async () => {
    const tries: [Json, string][] = [
      [
        { change: [{ id: FACTS, title: 'Other' }] },
        `${FACTS} is running: only a task that has not begun can be changed`,
      ],
      [{ cancel: [FACTS] }, `${FACTS} is running: only a task that has not begun can be cancelled`],
      [{ cancel: ['other'] }, `other is no part of ${WHOLE}`],
      [{ change: [{ id: 'mine', title: 'X' }] }, 'mine was made by human: only what you made can be changed'],
      [{ change: [{ id: 'gone', title: 'X' }] }, 'there is no task "gone"'],
      [{ cancel: ['T-9-boss-1'] }, 'there is no task "T-9-boss-1"'],
      [{ change: [{ id: PICTURE, assignee: 'human2' }] }, 'there is no agent "human2"'],
      [{ change: [{ id: PICTURE, capability: 'dancing' }] }, 'the capability "dancing"'],
      [{ change: [{ id: PICTURE, needs: ['gone'] }] }, 'there is no task "gone"'],
      [{ change: [{ id: PICTURE, needs: [WHOLE] }] }, `it cannot need ${WHOLE}, of which it is a part`],
      [
        {
          change: [
            { id: PICTURE, needs: [PAGE] },
            { id: PAGE, needs: [PICTURE] },
          ],
        },
        'its needs form a circle',
      ],
      [
        { tasks: [{ id: 'x', title: 'X', needs: [PAGE] }], change: [{ id: PAGE, needs: ['x'] }] },
        'its needs form a circle',
      ],
      [{ cancel: [PAGE] }, `after needs ${PAGE}, which the plan cancels`],
      [{ tasks: [{ id: 'x', title: 'X', needs: [PICTURE] }], cancel: [PICTURE] }, `which the plan cancels`],
      [{ change: [{ id: PICTURE, title: 'Draw a duck' }] }, 'The plan changes nothing'],
      [{ change: [{ id: PICTURE, title: 'X' }], cancel: [PICTURE] }, 'is both changed and cancelled'],
    ];
    const org = await planned(mindWith((n) => (n === 1 ? tries.map(([plan]) => plan) : []), { lasts: 99 }));
    org.withFile(path('other'), '---\ntitle: Other\nassignee: a\nneeds: [nowhere]\n---\n');
    org.withFile(path('mine'), `---\ntitle: Mine\nassignee: a\nneeds: [nowhere]\nparent: ${WHOLE}\n---\n`);
    org.withFile(path('after'), `---\ntitle: After\nassignee: a\nneeds: [${PAGE}]\n---\n`);
    await org.turns(1);
    asks(org);
    const before = refusals(org).length;
    await org.turns(1);
    expect(refusals(org).slice(before)).toEqual(tries.map(([, said]) => expect.stringContaining(said)));
    expect(org.lines('held')).toHaveLength(1);
  });

  it('may state tasks again as they are, and changes only what differs', async () => {
    const again: Record<string, Json>[] = [
      { id: FACTS, title: 'Collect facts', assignee: 'a' },
      { id: PAGE, title: 'Write the page', assignee: 'b', needs: [FACTS] },
      { id: PICTURE, title: 'Draw two ducks' },
    ];
    const org = await planned(mindWith((n) => (n === 1 ? [{ tasks: again }] : [])));
    asks(org);
    await org.turns(1);
    expect(org.lines('held').at(-1)?.shows).toBe(
      `Changed:\n${PICTURE} Draw a duck\n  - title: Draw a duck\n  + title: Draw two ducks`,
    );
  });

  it('goes to whoever can do it instead of an assignee, and back', async () => {
    const mind = mindWith((n) => (n === 1 ? [{ change: [{ id: PAGE, capability: 'drawing' }] }] : []), { lasts: 99 });
    const org = await planned(mind, { resumes: { a: { capabilities: ['drawing'] } } });
    asks(org);
    await org.turns(1);
    await approve(org, 'A-4-boss-1');
    await org.turns(1);
    const page = org.read(path(PAGE)) ?? '';
    for (const line of ['status: pending', 'capability: drawing', 'assignee: null']) expect(page).toContain(line);
    asks(org);
    await org.turns(1);
    expect(textOf(org.visits('boss').at(-1))).toContain(
      `<task id="${PAGE}" status="pending" capability="drawing" needs="${FACTS}" title="Write the page">`,
    );
  });

  it('is asked about once more when a task is no longer what was shown', async () => {
    const org = await planned(mindWith(once, { lasts: 99 }));
    asks(org);
    await org.turns(1);
    const text = org.read(path(PAGE)) as string;
    org.disk.put(path(PAGE), text.replace('title: Write the page', 'title: Write a leaflet'));
    await org.turns(1);
    await approve(org, 'A-4-boss-1');
    await org.turns(1);
    expect(statusOf(org, PICTURE)).toBe('assigned');
    const again = org.lines('held').at(-1);
    expect(again).toMatchObject({ id: 'A-6-boss-1', again: { of: 'A-4-boss-1', changed: [path(PAGE)] } });
    expect(again?.shows).toContain('- title: Write a leaflet');
    await approve(org, 'A-6-boss-1');
    await org.turns(1);
    expect(statusOf(org, PICTURE)).toBe('cancelled');
  });

  it('is not carried out for a task that has begun meanwhile, and its agent is told', async () => {
    const org = await planned(mindWith(once, { lasts: 5 }));
    asks(org);
    await org.turns(3);
    await approve(org, 'A-4-boss-1');
    await org.turns(1);
    expect(org.lines('decided').at(-1)?.outcome).toMatch(/is completed: only a task that has not begun/);
    expect(org.paths(/^org\/tasks\//)).toHaveLength(4);
  });

  it('is approved as a person has changed it, as things stand then', async () => {
    const org = await planned(mindWith(once, { lasts: 99 }));
    asks(org);
    await org.turns(1);
    await approve(org, 'A-4-boss-1', { edited: { change: [{ id: PAGE, budget: 0.5, deadline: '9 turns' }] } });
    await org.turns(1);
    const page = org.read(path(PAGE)) ?? '';
    for (const line of ['budget: 0.5', 'deadline: "9 turns"', 'title: Write the page']) expect(page).toContain(line);
    expect(statusOf(org, PICTURE)).toBe('assigned');
  });

  it('that was denied may be changed otherwise, with the note', async () => {
    let proposals = 0;
    const org = await planned((prompt) => {
      if (prompt.agent === 'boss' && !prompt.task && prompt.n === 1 && prompt.turn > 3 && proposals < 2)
        return [propose({ change: [{ id: PAGE, title: `Page ${++proposals}` }] }), done];
      return mindWith(() => [], { lasts: 99 })(prompt);
    });
    asks(org);
    await org.turns(1);
    await org.ask({ ask: 'deny', by: 'human', id: 'A-4-boss-1', note: 'Another title, please.' });
    await org.turns(1);
    expect(textOf(org.visits('boss').at(-1))).toContain('Another title, please.');
    await approve(org, 'A-5-boss-1');
    await org.turns(1);
    expect(org.read(path(PAGE))).toContain('title: Page 2');
    // It is settled: the boss may propose no more.
    org.drop('boss', 'Hello.');
    await org.turns(1);
    expect(
      org
        .visits('boss')
        .at(-1)
        ?.tools.map(({ name }) => name),
    ).not.toContain('propose_plan');
  });

  it('that loses all that is left comes to its agent at once', async () => {
    const org = await planned(mindWith((n) => (n === 1 ? [{ cancel: [PAGE, PICTURE] }] : []), { lasts: 5 }));
    asks(org);
    await org.turns(1);
    org.prompts.length = 0;
    await approve(org, 'A-4-boss-1');
    const { tasks } = await org.run();
    expect([...tasks.values()].sort()).toEqual(['cancelled', 'cancelled', 'completed', 'completed']);
    asks(org);
    await org.turns(1);
    expect(textOf(org.visits('boss').at(-1))).not.toContain('## The plan of');
  });

  it('cannot be changed for a task that is no open task of the agent that is asked', async () => {
    const org = await planned(mindWith((n) => (n === 1 ? [CHANGE] : []), { lasts: 99 }));
    org.withFile(path('later'), '---\ntitle: Later\nassignee: boss\nneeds: [nowhere]\n---\n');
    await org.turns(1);
    for (const [task, said] of [
      [PAGE, `${PAGE} is no open task of boss`],
      ['later', 'later has not begun: it has no plan yet'],
    ] as const) {
      asks(org, task);
      await org.turns(1);
      expect(refusals(org).at(-1)).toContain(said);
    }
  });

  it('that wants a new one has nothing to change', async () => {
    const org = new Org({ edges: EDGES }, ({ agent, n }) => (agent === 'boss' && n === 1 ? [propose(CHANGE)] : [done]));
    org.drop('boss', 'Ducks', { asks: 'plan' });
    await org.turns(1);
    expect(refusals(org).at(-1)).toContain('You were asked for a new plan');
  });

  it('is separate from the task on which the agent works when the mail comes', async () => {
    const org = new Org({ edges: EDGES }, ({ agent, n }) =>
      agent === 'boss' && n === 1 ? [propose(PLAN), done] : [done],
    );
    org.withFile(path('own'), '---\ntitle: Own\nassignee: boss\n---\n');
    org.drop('boss', 'Ducks', { asks: 'plan' });
    await org.turns(1);
    await approve(org, 'A-1-boss-1');
    await org.turns(1);
    expect(org.read(path(FACTS))).toContain(`parent: ${WHOLE}`);
    asks(org, 'own');
    await org.turns(1);
    expect(textOf(org.visits('boss').at(-1))).toContain(
      '## The plan of own "Own"\nYou may change or cancel none of them, and add tasks.',
    );
  });

  it('changes once, wherever the process dies', async () => {
    for (const n of [1, 4, 8, 12, 18, 25]) {
      const org = await planned(mindWith(once, { lasts: 99 }));
      asks(org);
      await org.turns(1);
      await approve(org, 'A-4-boss-1');
      await org.dies(n, () => org.turns(1));
      await org.turns(1);
      expect(org.lines('decided')).toHaveLength(2);
      expect([statusOf(org, PICTURE), statusOf(org, 'T-5-boss-1')]).toEqual(['cancelled', 'assigned']);
    }
  });
});

describe('in the turn in which a plan is approved', () => {
  it('no work begins on what the plan changes', async () => {
    const change = { cancel: [PAGE], change: [{ id: PICTURE, title: 'New' }] };
    const org = await planned(mindWith((n) => (n === 1 ? [change] : [])));
    asks(org);
    await org.turns(1);
    expect(statusOf(org, FACTS)).toBe('completed');
    await approve(org, 'A-4-boss-1');
    await org.turns(1);
    expect(org.lines('visit').filter(({ task }) => task === PAGE || task === PICTURE)).toEqual([]);
    const { tasks } = await org.run();
    expect([statusOf(org, PAGE), tasks.get(PICTURE)]).toEqual(['cancelled', 'completed']);
    expect(org.read(path(PICTURE))).toContain('title: New');
  });

  it('work on what a person added to the changes does not count', async () => {
    const change = { change: [{ id: PICTURE, title: 'New' }] };
    const org = await planned(
      mindWith((n) => (n === 1 ? [change] : [])),
      { models: PRICED, credits: CREDITS },
    );
    asks(org);
    await org.turns(1);
    await approve(org, 'A-4-boss-1', { edited: { cancel: [PAGE], tasks: [{ id: 'x', title: 'X', assignee: 'a' }] } });
    await org.turns(1);
    expect(org.lines('visit').filter(({ task }) => task === PAGE)).toHaveLength(1);
    const page = org.read(path(PAGE)) ?? '';
    expect(page).toMatch(/status: cancelled/);
    expect(page).toMatch(/cost: 0\.0/);
    expect(page).not.toContain('b: completed');
  });
});
