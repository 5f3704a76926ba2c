import { describe, expect, it } from 'vitest';
import { unreadBy, wakesBy } from '../../../src/core/model/state/mail.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, type Mind, Org, resultsIn, say, textOf, visible } from '../../regression/org.ts';

const EDGES = {
  human: ['desk', 'cash', 'log'],
  boss: ['desk', 'cash', 'log', 'human'],
  desk: ['boss', 'cash', 'human'],
  cash: ['boss', 'desk', 'human'],
  log: ['human'],
};
const done: Act = { tool: 'done', input: {} };

function org(routes: object[], mind: Mind = () => [done], more: object = {}): Org {
  const named = routes.map((route, i) => ({ name: `r${i + 1}`, ...route }));
  const files = { 'org/routes.yaml': JSON.stringify({ version: 1, routes: named }) };
  return new Org({ edges: { ...EDGES, human: [...EDGES.human, 'boss'] }, files, ...more }, mind);
}

/** The first visit of an agent does this; all others end at once. */
function first(agent: string, ...acts: Act[]): Mind {
  let is = true;
  return (prompt) => {
    if (prompt.agent !== agent || !is) return [done];
    is = false;
    return [...acts];
  };
}

/** The journal makes the same visits and files again. */
async function replayed(made: Org): Promise<void> {
  const { host, provider } = made.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(made.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
}

const edges = (made: Org) => made.lines('sent').map(({ message: { from, to } }) => `${from}>${to}`);

describe('mail of people', () => {
  it('is read by whom a route chooses, in the same turn; its file says what happened', async () => {
    const made = org([{ when: { from: 'human', to: 'desk', tag: 'bill' }, do: { redirect: 'cash', copy: 'log' } }]);
    made.drop('desk', 'Pay it.', { subject: 'The [Bill]' });
    made.drop('desk', 'Hello.', { subject: 'Hi' });
    await made.run();
    expect(made.lines('drop').map(({ message }) => message)).toMatchObject([
      { to: ['cash', 'log'], addressed: ['desk'], routes: ['r1'] },
      { to: ['desk'] },
    ]);
    expect(['desk', 'cash', 'log'].map((agent) => made.delivered(agent))).toEqual([
      ['000001-human-02'],
      ['000001-human-01'],
      ['000001-human-01'],
    ]);
    expect(made.read('agents/human/outbox/000001-01-cash-the-bill.md')).toContain(
      'to: [cash, log]\nturn: 1\nkind: message\nsubject: "The [Bill]"\npriority: normal\nthread: 000001-human-01\nhops: 0\naddressed: [desk]\nroutes: [r1]\n---\n',
    );
    expect(textOf(made.visits('cash')[0])).toContain('addressed="desk"');
    await replayed(made);
  });

  it('becomes a task of its recipient, which works on it and answers whoever wrote', async () => {
    const made = org([{ when: { from: 'human', kind: 'request' }, do: { task: true, priority: 'high' } }], (prompt) =>
      prompt.agent === 'desk' ? [{ tool: 'complete_task', input: { result: 'Repaired.' } }, done] : [done],
    );
    made.drop(['desk', 'cash'], 'Repair it.', { subject: 'The door', kind: 'request' });
    made.drop('log', 'Also this.', { subject: 'The roof', kind: 'request' });
    await made.run();
    expect(made.lines('drop').map(({ message: { to, became } }) => ({ to, became }))).toEqual([
      { to: [], became: { desk: 'T-1-human-1', cash: 'T-1-human-2' } },
      { to: [], became: { log: 'T-1-human-3' } },
    ]);
    expect(made.delivered('desk')).toEqual([]);
    expect(made.read('org/tasks/T-1-human-1.md')).toContain('title: The door\nstatus: completed\nassignee: desk\n');
    expect(made.read('org/tasks/T-1-human-1.md')).toContain('priority: high');
    expect(made.read('org/tasks/T-1-human-1.md')).toContain('Repair it.\n\nThis was message 000001-human-01.');
    expect(made.lines('sent').map(({ message }) => message)).toMatchObject([
      { from: 'desk', to: ['human'], kind: 'report', task: 'T-1-human-1' },
    ]);
    expect(made.read('agents/human/outbox/000001-01-desk-the-door.md')).toContain('to: []\n');
    await replayed(made);
  });

  it('stays where the chart lets its author not write, and the author is told', async () => {
    const made = org([{ when: { to: 'desk' }, do: { redirect: 'far', task: true } }], undefined, {
      edges: { ...EDGES, far: ['desk'] },
      org: { limits: { agent_tasks: 1 } },
    });
    made.withFile('org/tasks/old.md', '---\ntitle: Old\nassignee: desk\nneeds: [never]\n---\nx\n');
    await made.turns(1);
    made.drop('desk', 'x');
    await made.turns(1);
    const [drop] = made.lines('drop');
    expect(drop?.message).toMatchObject({ to: ['desk'] });
    expect(drop?.message).not.toHaveProperty('routes');
    expect(made.lines('notice').filter(({ about }) => about === 'refused')).toMatchObject([
      {
        to: 'human',
        text: expect.stringMatching(/^000002-human-01: The route r1 .*let human write to far.*open tasks/),
      },
    ]);
  });

  it('of an author who has read words of strangers makes a tainted task', async () => {
    const made = org([{ do: { task: true } }]);
    made.drop('desk', 'x');
    await made.with(async (engine) => {
      engine.state.rights.tainted.set('human', 'a page');
      await engine.turn();
    });
    expect(made.lines('task')[0]?.task).toMatchObject({ id: 'T-1-human-1', tainted: true });
  });
});

describe('mail of agents', () => {
  it('goes by the routes; the author is told, and an answer that went elsewhere is one', async () => {
    const made = org(
      [{ when: { from: 'desk', to: 'human' }, do: { redirect: 'boss' } }],
      first(
        'desk',
        { tool: 'send_message', input: { to: 'human', body: 'It is paid.' } },
        { tool: 'note', input: { text: 'x' } },
      ),
    );
    made.drop('desk', 'Is it paid?', { kind: 'request' });
    await made.run();
    expect(edges(made)).toEqual(['desk>boss']);
    expect(await made.look(({ state }) => [...state.mail.owed.keys()])).toEqual([]);
    expect(made.visits('desk')).toHaveLength(1);
    await replayed(made);
  });

  it('is sent once, also when a route sends it elsewhere', async () => {
    const letter = say('human', 'It is paid.');
    const made = org([{ when: { to: 'human' }, do: { redirect: 'boss' } }], (prompt) =>
      prompt.agent === 'desk'
        ? prompt.n === 1
          ? {
              acts: [
                { id: '1', ...letter },
                { id: '2', ...letter },
              ],
              ends: undefined,
            }
          : 'It is paid.'
        : [done],
    );
    made.drop('desk', 'Is it paid?');
    await made.turns(1);
    expect(edges(made)).toEqual(['desk>boss']);
    const results = resultsIn(made.prompts.find(({ n }) => n === 2));
    expect(results.map(({ ok, text }) => [ok, text])).toEqual([
      [true, 'Sent as 000001-desk-01. By the route r1: to boss (addressed to human).'],
      [false, 'Refused (already-sent): Already sent as 000001-desk-01 in this visit.'],
    ]);
  });

  it('never passes an edge, and the visit says what was left out', async () => {
    const made = org(
      [{ when: { from: 'desk' }, do: { copy: ['log', 'boss'] } }],
      first('desk', say('cash', 'Pay it.')),
    );
    made.drop('desk', 'x', { kind: 'status' });
    await made.turns(1);
    expect(edges(made)).toEqual(['desk>boss,cash']);
    expect(made.lines('visit')[0]).toMatchObject({
      refused: 1,
      refusals: [{ tool: 'send_message', rule: 'edge', text: expect.stringContaining('let desk write to log') }],
    });
    await replayed(made);
  });

  it('becomes a task only if its author may create tasks, and is a part of its own', async () => {
    const rule = [{ when: { kind: 'task' }, do: { task: true } }];
    const mind = () => first('boss', say('desk', 'Paint the door.', { kind: 'task', subject: 'Door' }));
    const able = org(rule, mind(), { resumes: { boss: { tools: ['create_task'] } } });
    able.drop('boss', 'x', { kind: 'status' });
    await able.run();
    expect(able.lines('sent')[0]?.message).toMatchObject({
      to: [],
      became: { desk: 'T-1-boss-1' },
      addressed: ['desk'],
    });
    expect(able.lines('task')[0]?.task).toMatchObject({
      id: 'T-1-boss-1',
      by: 'boss',
      assignee: 'desk',
      hops: 1,
      title: 'Door',
    });
    expect(able.delivered('desk')).toEqual([]);
    await replayed(able);
    const unable = org(rule, mind());
    unable.drop('boss', 'x', { kind: 'status' });
    await unable.turns(2);
    expect(edges(unable)).toEqual(['boss>desk']);
    expect(unable.lines('visit')[0]).toMatchObject({ refusals: [{ rule: 'granted-tool' }] });
    const full = org(rule, mind(), { resumes: { boss: { tools: ['create_task'] } }, org: { limits: { tasks: 1 } } });
    full.withFile('org/tasks/old.md', '---\ntitle: Old\nassignee: log\nneeds: [never]\n---\nx\n');
    full.drop('boss', 'x', { kind: 'status' });
    await full.turns(2);
    expect(edges(full)).toEqual(['boss>desk']);
    expect(full.lines('visit')[0]).toMatchObject({ refusals: [{ rule: 'task' }] });
  });

  it('loops end as always: each message is routed once, and hops count', async () => {
    const made = org(
      [
        { when: { to: 'desk' }, do: { redirect: 'cash' } },
        { when: { to: 'cash' }, do: { redirect: 'desk' } },
      ],
      (prompt) =>
        ['desk', 'cash'].includes(prompt.agent)
          ? [say('boss', 'Round.'), done]
          : prompt.agent === 'boss'
            ? [say('desk', 'And again.'), done]
            : [done],
      { org: { limits: { hops: 4 } } },
    );
    made.drop('desk', 'Begin.');
    await made.run();
    expect(made.lines('dead')).toMatchObject([{ record: { reason: 'hops' } }]);
    expect(edges(made)).toContain('boss>cash');
  });

  it('a report of a task becomes no task, so that what routes make of one message ends', async () => {
    const makers = Object.fromEntries(Object.keys(EDGES).map((name) => [name, { tools: ['create_task'] }]));
    const made = org(
      [{ do: { redirect: '*', task: true } }],
      (prompt) => (prompt.task ? [{ tool: 'complete_task', input: { result: 'Painted.' } }, done] : [done]),
      { resumes: { ...makers, human: { person: true } } },
    );
    made.drop('boss', 'Paint the door.');
    await made.run();
    const given = ['boss', 'desk', 'cash', 'log'];
    expect(made.lines('task').flatMap(({ was, task }) => (was === null ? [task.assignee] : []))).toEqual(given);
    const reports = made.lines('sent').map(({ message: { from, to, kind } }) => [from, kind, to.length]);
    expect(reports).toEqual([
      ['boss', 'report', 4],
      ['desk', 'report', 3],
      ['cash', 'report', 3],
      ['log', 'report', 1],
    ]);
    await replayed(made);
  });
});

describe('a person decides', () => {
  const ask = { org: { policies: [{ act: 'send_message to:cash', do: { ask: ['human'] } }] } };

  it('a route does not send where a policy asks first', async () => {
    const made = org([{ when: { from: 'desk' }, do: { copy: 'cash' } }], first('desk', say('boss', 'x')), ask);
    made.drop('desk', 'x', { kind: 'status' });
    await made.turns(1);
    expect(edges(made)).toEqual(['desk>boss']);
    expect(made.lines('visit')[0]).toMatchObject({
      refusals: [
        { rule: 'policy send_message to:cash', text: expect.stringContaining('needs the approval of a person') },
      ],
    });
  });

  it('the person is shown where an act goes, and it goes there', async () => {
    const made = org(
      [{ when: { from: 'desk' }, do: { copy: 'cash', digest: { every: 50 } } }],
      first('desk', say('boss', 'x')),
      {
        resumes: { desk: { tools: ['ask:send_message'] } },
      },
    );
    made.drop('desk', 'x', { kind: 'status' });
    await made.turns(1);
    expect(made.lines('held')[0]).toMatchObject({
      shows: 'By the route r1: to boss, cash (addressed to boss); collected for boss.',
      covers: { routes: expect.any(String) },
    });
    await made.ask({ ask: 'approve', id: 'A-1-desk-1', by: 'human', note: '' });
    await made.turns(2);
    expect(edges(made)).toEqual(['desk>boss,cash']);
    await replayed(made);
  });

  it('may approve several acts at once: each makes a task of its own', async () => {
    const made = org(
      [{ when: { kind: 'task' }, do: { task: true } }],
      first(
        'boss',
        say('desk', 'Paint.', { kind: 'task' }),
        { tool: 'create_task', input: { title: 'Sweep', assignee: 'desk' } },
        say('cash', 'Pay.', { kind: 'task' }),
      ),
      { resumes: { boss: { tools: ['ask:send_message', 'ask:create_task'] } } },
    );
    made.drop('boss', 'x', { kind: 'status' });
    await made.turns(1);
    expect(made.lines('held').map(({ shows }) => shows)).toEqual([
      'By the route r1: to nobody as mail (addressed to desk); as a task for desk.',
      undefined,
      'By the route r1: to nobody as mail (addressed to cash); as a task for cash.',
    ]);
    for (const n of [1, 2, 3]) await made.ask({ ask: 'approve', id: `A-1-boss-${n}`, by: 'human', note: '' });
    await made.turns(1);
    expect(made.lines('task').map(({ task }) => [task.id, task.title, task.assignee])).toEqual([
      ['T-2-boss-1', 'Paint.', 'desk'],
      ['T-2-boss-2', 'Sweep', 'desk'],
      ['T-2-boss-3', 'Pay.', 'cash'],
    ]);
    await replayed(made);
  });

  it('what can no longer be sent goes nowhere', async () => {
    const made = org(
      [{ when: { from: 'desk' }, do: { copy: 'cash' } }],
      first(
        'desk',
        { tool: 'write_file', input: { path: 'bill.md', content: '5' } },
        say('boss', 'The bill.', { attachments: ['bill.md'] }),
      ),
      { resumes: { desk: { tools: ['ask:send_message', 'write_file'] } } },
    );
    made.drop('desk', 'x', { kind: 'status' });
    await made.turns(1);
    expect(made.lines('held')).toMatchObject([{ shows: expect.stringContaining('By the route r1: to boss, cash') }]);
    made.disk.unlink('agents/desk/workspace/bill.md');
    await made.ask({ ask: 'approve', id: 'A-1-desk-1', by: 'human', note: '' });
    await made.turns(1);
    expect(edges(made)).toEqual([]);
  });

  it('is asked again when the routes have changed since', async () => {
    const made = org([{ when: { from: 'desk' }, do: { copy: 'cash' } }], first('desk', say('boss', 'x')), {
      resumes: { desk: { tools: ['ask:send_message'] } },
    });
    made.drop('desk', 'x', { kind: 'status' });
    await made.turns(1);
    made.disk.put('org/routes.yaml', 'version: 1\nroutes: [{ name: new, do: { copy: human } }]\n');
    await made.ask({ ask: 'approve', id: 'A-1-desk-1', by: 'human', note: '' });
    await made.turns(2);
    expect(edges(made)).toEqual([]);
    expect(made.lines('held').at(-1)).toMatchObject({ again: { of: 'A-1-desk-1', changed: ['routes'] } });
  });
});

describe('a digest', () => {
  const digest = (more: object = {}) => [{ when: { to: 'desk' }, do: { digest: { every: 5, ...more } } }];

  it('gives collected mail in one visit, each message once; urgent mail comes at once', async () => {
    const made = org(digest());
    made.drop('desk', 'One.');
    await made.turns(1);
    made.drop('desk', 'Two.');
    made.drop('desk', 'Fire!', { priority: 'urgent' });
    await made.turns(1);
    expect(made.delivered('desk')).toEqual(['000002-human-02']);
    made.drop('desk', 'Three.');
    await made.run();
    expect(made.lines('visit').map(({ agent, mail }) => [agent, mail])).toEqual([
      ['desk', ['000002-human-02']],
      ['desk', ['000001-human-01', '000002-human-01', '000003-human-01']],
    ]);
    expect(made.lines('open').at(-1)).toMatchObject({ turn: 5 });
    await replayed(made);
  });

  it('gives it at a count, to the last message', async () => {
    const made = org(digest({ every: 1000, count: 3 }), undefined, { org: { limits: { inbox_tokens: 200 } } });
    for (const body of ['One', 'Two', 'Three']) {
      made.drop('desk', `${body}. ${'x'.repeat(500)}`);
      await made.turns(1);
    }
    await made.turns(2);
    expect(
      made
        .lines('visit')
        .filter(({ agent }) => agent === 'desk')
        .map(({ mail }) => mail.length),
    ).toEqual([1, 1, 1]);
    expect(made.delivered('desk')).toEqual(['000001-human-01', '000002-human-01', '000003-human-01']);
  });

  it('is not given to whom it is withdrawn, expires with the rest, and is not told as overdue before', async () => {
    const made = org([{ do: { digest: { every: 20 } } }], undefined, { org: { mail: { escalate_after: 3 } } });
    const path = made.drop('desk', 'One.');
    made.drop('desk', 'Two.');
    await made.turns(2);
    expect(made.read(path)).toBeNull();
    made.disk.remove('agents/human/outbox/000001-01-desk-one.md');
    await made.run();
    expect(made.delivered('desk')).toEqual(['000001-human-02']);
    expect(made.lines('notice').filter(({ about }) => about === 'overdue')).toEqual([]);
    expect(await made.look(({ state }) => state.mail.collected.size)).toBe(0);
  });

  it('is no mail to read for a person until then', async () => {
    const made = org([{ when: { to: 'human' }, do: { digest: { every: 50 } } }], (prompt) =>
      prompt.turn > 1 ? [done] : [say('human', 'Done.'), say('human', 'By the way.', { kind: 'notice' }), done],
    );
    made.drop('desk', 'Begin.', { kind: 'status' });
    await made.turns(1);
    const counts = (turn: number) =>
      made.look(({ state: { mail } }) => [wakesBy(mail, 'human', turn), unreadBy(mail, 'human', turn)]);
    expect(await counts(2)).toEqual([0, 0]);
    expect(await counts(50)).toEqual([1, 2]);
    expect(await made.look(({ state: { mail } }) => [wakesBy(mail, 'human'), unreadBy(mail, 'log', 2)])).toEqual([
      1, 0,
    ]);
  });

  it('of notices wakes nobody, and a task that waits for a colleague goes on when its mail is given', async () => {
    const notes = org([{ do: { digest: { every: 3 } } }]);
    notes.drop('desk', 'By the way.', { kind: 'notice' });
    await notes.turns(4);
    expect(notes.visits('desk')).toEqual([]);
    const made = org([{ when: { from: 'cash' }, do: { digest: { every: 6 } } }], (prompt) => {
      if (prompt.agent === 'cash') return [say('desk', 'It costs 5.'), done];
      const isTold = textOf(prompt).includes('It costs 5.');
      return isTold
        ? [{ tool: 'complete_task', input: { result: '5' } }, done]
        : [say('cash', 'What?', { kind: 'request' }), done];
    }).withFile('org/tasks/cost.md', '---\ntitle: Cost\nassignee: desk\n---\nHow much?\n');
    await made.run();
    expect(made.visits('desk').map(({ turn }) => turn)).toEqual([1, 6]);
    expect(made.read('org/tasks/cost.md')).toContain('status: completed');
  });
});

it('the routes of a turn are those of its freeze; a broken file leaves the last good ones', async () => {
  const made = org([{ when: { to: 'desk' }, do: { copy: 'cash' } }]);
  made.disk.put('org/routes.yaml', 'version: 1\nroutes: [{ name: one, do: { copy: [nobody] } }]\n');
  await expect(made.turns(1)).rejects.toMatchObject({ faults: [{ code: 'unknown-name', file: 'org/routes.yaml' }] });
  made.disk.put('org/routes.yaml', 'version: 1\nroutes: [{ name: one, when: { to: desk }, do: { copy: cash } }]\n');
  await made.with(async (engine) => {
    await engine.turn();
    made.disk.put('org/routes.yaml', 'version: 1\nroutes: [{ name: one, do: {} }]\n');
    made.drop('desk', 'x');
    const { faults } = await engine.turn();
    expect(faults).toMatchObject([{ code: 'invalid-value', file: 'org/routes.yaml' }]);
  });
  expect(made.lines('drop')[0]?.message.to).toEqual(['desk', 'cash']);
});

it('an agent that a route names can be retired; the route then reaches nobody', async () => {
  const made = org(
    [{ when: { to: 'boss' }, do: { copy: 'temp' } }],
    first('boss', { tool: 'hire_agent', input: { name: 'temp', template: 'helper', credits: 0 } }, done),
    {
      resumes: { boss: { tools: ['hire_agent', 'retire_agent'] } },
      files: {
        'org/templates/helper.md': '---\nrole: Helps\n---\nYou help.\n',
        'org/routes.yaml': 'version: 1\nroutes: []\n',
      },
      org: {
        policies: [
          { act: 'hire_agent', do: 'auto' },
          { act: 'retire_agent', do: 'auto' },
        ],
      },
    },
  );
  made.drop('boss', 'Hire somebody.', { kind: 'status' });
  await made.turns(1);
  expect(made.lines('hired')).toMatchObject([{ agent: 'temp' }]);
  made.disk.put('org/routes.yaml', 'version: 1\nroutes: [{ name: one, when: { from: boss }, do: { copy: temp } }]\n');
  await made.ask({ ask: 'retire', agent: 'temp', by: 'human' });
  const reports = await made.turns(2);
  expect(made.read('agents/temp/resume.md')).toBeNull();
  expect(reports.flatMap(({ faults }) => faults).map(({ code }) => code)).toEqual([]);
  expect((await made.turns(1))[0]?.faults).toMatchObject([{ code: 'idle-route' }]);
});

it('a process that dies at any operation leaves the same files, with everything delivered once', async () => {
  const play = async (kill: number | null): Promise<{ files: Map<string, string>; died: boolean }> => {
    const made = org(
      [
        { when: { from: 'human', to: 'desk' }, do: { redirect: 'cash', copy: 'log', digest: { every: 3 } } },
        { when: { from: 'human', to: 'log' }, do: { task: true } },
        { when: { from: 'cash' }, do: { copy: 'boss', priority: 'high' } },
      ],
      (prompt) => (prompt.agent === 'cash' ? [say('human', `Paid in turn ${prompt.turn}.`), done] : [done]),
    );
    made.drop('desk', 'Pay.');
    made.drop('log', 'Write it down.');
    const work = () => made.turns(4);
    const died = kill === null ? false : await made.dies(kill, work);
    if (kill === null) await work();
    else if (died) while ((await made.look(({ state }) => state.clock.turn)) < 4) await made.turns(1);
    const given = ['cash', 'log', 'boss', 'desk'].flatMap((agent) =>
      made.delivered(agent).map((id) => `${agent} ${id}`),
    );
    expect(given).toHaveLength(new Set(given).size);
    await replayed(made);
    return { files: visible(made), died };
  };
  const { files } = await play(null);
  let kills = 0;
  for (let n = 1; ; n += 7) {
    const again = await play(n);
    expect([...again.files].filter(([path, text]) => files.get(path) !== text)).toEqual([]);
    if (!again.died) break;
    kills++;
  }
  expect(kills).toBeGreaterThan(5);
});
