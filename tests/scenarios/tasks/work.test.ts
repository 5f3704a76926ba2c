import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { spendingBy } from '../../../src/views/money/costs.ts';
import { type Act, type Mind, Org, PRICED, say, textOf } from '../../regression/org.ts';

const EDGES = { human: ['boss', 'a', 'b'], boss: ['human', 'a', 'b'], a: ['boss', 'human', 'b'], b: ['boss', 'a'] };
const GIVES = { tools: ['create_task'] };

function org(mind: Mind, more: object = {}): Org {
  return new Org({ edges: EDGES, resumes: { boss: GIVES, a: { capabilities: ['poems'] }, b: {} }, ...more }, mind);
}

const task = (title: string, head = '', body = 'Do it.') => `---\ntitle: ${title}\n${head}---\n${body}\n`;
const complete = (result: string, more = {}): Act => ({ tool: 'complete_task', input: { result, ...more } });
const fail = (reason: string): Act => ({ tool: 'fail_task', input: { reason } });
const create = (title: string, more = {}): Act => ({
  tool: 'create_task',
  input: { title, body: `${title}, please.`, ...more },
});
const done: Act = { tool: 'done', input: {} };
const path = (id: string) => `org/tasks/${id}.md`;

describe('a task', () => {
  it('wakes its assignee, whose visit is given it, and who made it is sent the result', async () => {
    const made = org(() => [complete('The rhyme is day.', { artefacts: ['rhyme.md'] }), done], {
      models: PRICED,
      credits: { agents: { a: { grant: 1 } } },
    })
      .withFile('agents/a/workspace/rhyme.md', 'May, day.\n')
      .withFile(path('rhyme'), task('Find a rhyme', 'assignee: a\n', 'For **May**.'));
    await made.run();
    expect(made.prompts).toHaveLength(1);
    expect(made.prompts[0]?.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['complete_task', 'fail_task', 'update_task']),
    );
    expect(textOf(made.prompts[0])).toContain(
      '<task id="rhyme" from="human" title="Find a rhyme">\nFor **May**.\n</task>',
    );
    expect(made.lines('visit')).toMatchObject([{ agent: 'a', task: 'rhyme', outcome: 'ok' }]);
    expect(spendingBy('task', made.journal()).get('rhyme')).toMatchObject({ spent: 0.01, calls: 1 });
    const text = made.read(path('rhyme')) ?? '';
    for (const line of [
      'status: completed',
      'result: The rhyme is day.',
      'artefacts: [rhyme.md]',
      'cost: 0.01',
      '- 1.2 a: completed',
    ])
      expect(text).toContain(line);
    expect(made.messages('a')).toMatchObject([
      {
        to: ['human'],
        kind: 'report',
        subject: 'Completed: Find a rhyme',
        task: 'rhyme',
        body: 'The rhyme is day.\n\nFiles: org/tasks/rhyme.files/rhyme.md',
      },
    ]);
  });

  it('begins after what it needs, and is given the results of that', async () => {
    const made = org(({ task: id }) => [complete(`Result of ${id}.`), done])
      .withFile(path('y'), task('Second', 'assignee: b\nneeds: [x]\n'))
      .withFile(path('x'), task('First', 'assignee: a\n'));
    await made.run();
    expect(made.lines('visit').map(({ agent, task: id }) => [agent, id])).toEqual([
      ['a', 'x'],
      ['b', 'y'],
    ]);
    expect(textOf(made.visits('b')[0])).toContain('<result task="x" from="a" title="First">\nResult of x.\n</result>');
    // b may not write to the person: that is told by a notice
    expect(made.lines('notice')).toMatchObject([{ to: 'human', about: 'task', text: 'Task y "Second" is completed' }]);
  });

  it('without a title to answer goes on in the next visit, and fails when its visits are used up', async () => {
    const made = org(() => [{ tool: 'update_task', input: { note: 'Half of it.' } }, done], {
      org: { limits: { task_visits: 3 } },
    }).withFile(path('x'), task('Endless', 'assignee: a\n'));
    const { reports } = await made.run();
    expect(reports).toHaveLength(3);
    expect(textOf(made.prompts[2])).toContain('visit="3 of 3"');
    expect(textOf(made.prompts[2])).toContain('a: Half of it.');
    expect(made.read(path('x'))).toMatch(/status: failed[\s\S]*it was not ended after 3 visits/);
  });

  it('that is not ended while its provider fails waits, and no visit counts', async () => {
    let isDown = true;
    const made = org(() => {
      if (isDown) throw new Error('down');
      return [complete('Up.'), done];
    }).withFile(path('x'), task('X', 'assignee: a\n'));
    await made.turns(2);
    isDown = false;
    await made.run();
    expect(made.read(path('x'))).toContain('status: completed');
  });

  it('that its agent fails is tried again later, then skips what needs it', async () => {
    const made = org(() => [fail('No ink.'), done])
      .withFile(path('x'), task('X', 'assignee: a\nretries: 1\n'))
      .withFile(path('y'), task('Y', 'assignee: b\nneeds: [x]\n'));
    await made.run();
    expect(made.lines('visit').map(({ agent }) => agent)).toEqual(['a', 'a']);
    expect(made.read(path('x'))).toMatch(/status: failed\nattempts: 2\nnext_attempt: null\nreason: No ink\./);
    expect(made.read(path('y'))).toMatch(/status: skipped\nreason: "?upstream:x/);
    expect(made.messages('a')).toMatchObject([{ subject: 'Failed: X', body: 'No ink.' }]);
  });

  it('is blocked by a question, and goes on with the answer', async () => {
    const made = org(({ agent, task: id, mail }) => {
      if (agent === 'b') return [say('a', 'Blue.', { kind: 'response' }), done];
      if (mail.some(({ body }) => body.includes('Blue'))) return [complete('A blue one.'), done];
      return id ? [say('b', 'Which colour?', { kind: 'request' }), done] : undefined;
    }).withFile(path('x'), task('Paint', 'assignee: a\n'));
    await made.turns(1);
    expect(made.read(path('x'))).toMatch(/status: blocked[\s\S]*a: waits for b/);
    await made.run();
    expect(made.lines('visit').map(({ agent, task: id }) => [agent, id])).toEqual([
      ['a', 'x'],
      ['b', undefined],
      ['a', 'x'],
    ]);
    expect(made.read(path('x'))).toContain('result: A blue one.');
  });

  it('is blocked by an act that a person must approve, and goes on with the answer', async () => {
    const made = new Org(
      { edges: EDGES, resumes: { a: { tools: ['request_approval'] } } },
      ({ n, task: id, parts }) => {
        if (JSON.stringify(parts).includes('Answers to what you asked')) return [complete('As you wish.'), done];
        return id && n === 1 ? [{ tool: 'request_approval', input: { question: 'Red?' } }, done] : undefined;
      },
    ).withFile(path('x'), task('Paint', 'assignee: a\n'));
    await made.run();
    expect(made.read(path('x'))).toContain('status: blocked');
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await made.run();
    expect(made.read(path('x'))).toContain('status: completed');
  });
});

describe('tasks that an agent creates', () => {
  const plan = [
    create('Write', { assignee: 'a' }),
    create('Read', { assignee: 'b', needs: ['Write'] }),
    { tool: 'update_task', input: { note: 'Given out.', needs: ['Write', 'Read'] } },
    done,
  ];

  it('stop its own until they are completed; it then has their results', async () => {
    const made = org(({ agent, parts, task: id }) => {
      if (agent !== 'boss') return [complete(`${id} by ${agent}`), done];
      return JSON.stringify(parts).includes('<result') ? [complete('All done.'), done] : plan;
    }).withFile(path('goal'), task('The goal'));
    await made.run();
    expect(made.lines('visit').map(({ agent, task: id }) => [agent, id])).toEqual([
      ['boss', 'goal'],
      ['a', 'T-1-boss-1'],
      ['b', 'T-1-boss-2'],
      ['boss', 'goal'],
    ]);
    expect(made.read(path('T-1-boss-2'))).toMatch(/needs: \[T-1-boss-1\][\s\S]*parent: goal/);
    expect(made.read(path('goal'))).toContain('assigned to boss, who plans the work');
    const said = textOf(made.visits('boss')[1]);
    expect(said).toContain('T-1-boss-1 by a');
    expect(said).toContain('T-1-boss-2 by b');
    expect(made.messages('a')).toEqual([]); // boss waits for it, and has the result with its own task
  });

  it('reach who made them as mail when no task of theirs waits', async () => {
    const made = org(({ agent, mail }) => {
      if (agent === 'a') return [complete('Ready.'), done];
      if (mail[0]?.from === 'a') return [say('human', 'Here you are.'), done];
      return [create('Write', { assignee: 'a' }), done];
    });
    made.drop('boss', 'A text, please.');
    await made.run();
    expect(made.messages('boss').at(-1)).toMatchObject({ to: ['human'], body: 'Here you are.' });
  });

  it.each([
    [create('X', { assignee: 'human' }), null],
    [create('X', { assignee: 'boss' }), null],
    [create('X', { assignee: 'nobody' }), 'there is no agent nobody'],
    [create('X', { assignee: 'a', needs: ['y'] }), 'There is no task "y"'],
    [create('X', { capability: 'dances' }), null],
    [create('X', { assignee: 'a', parent: 'gone' }), 'gone is not a task of yours'],
    [create('X', { assignee: 'a', deadline: 'soon' }), 'deadline'],
  ])('%j are refused with a reason, or made', async (act, why) => {
    const made = org(({ agent }) => (agent === 'boss' ? [act, done] : undefined));
    made.drop('boss', 'Go.');
    await made.turns(1);
    const [visit] = made.lines('visit');
    if (why === null) expect(visit?.refusals).toBeUndefined();
    else expect(visit?.refusals?.[0]?.text).toContain(why);
  });

  it('with a key are made only once', async () => {
    const made = org(({ agent }) =>
      agent === 'boss'
        ? [
            create('X', { assignee: 'a', key: 'k' }),
            create('X', { assignee: 'a', key: 'k' }),
            create('Y', { assignee: 'a', key: 'k' }),
            done,
          ]
        : undefined,
    );
    made.drop('boss', 'Go.');
    await made.turns(1);
    expect(made.paths(/^org\/tasks\/T-/)).toEqual(['org/tasks/T-1-boss-1.md']);
    expect(made.lines('visit')[0]?.refusals?.[0]?.text).toContain('belongs to T-1-boss-1');
  });

  it('of two agents with one key in one turn are made once, and the other is told', async () => {
    const made = new Org({ edges: EDGES, resumes: { a: GIVES, b: GIVES } }, ({ mail }) =>
      mail.length ? [create('X', { assignee: 'boss', key: 'k' }), done] : undefined,
    );
    made.drop(['a', 'b'], 'Go.');
    await made.turns(1);
    expect(made.paths(/^org\/tasks\/T-/)).toEqual(['org/tasks/T-1-a-1.md']);
    expect(made.lines('notice')).toMatchObject([{ to: 'b', text: expect.stringContaining('in the same turn') }]);
  });
});

describe('a task that names a capability', () => {
  it('goes to the agent with the fewest open tasks that has it and can work', async () => {
    const made = org(() => undefined, { resumes: { a: { capabilities: ['poems'] }, b: { capabilities: ['poems'] } } });
    for (const id of ['p', 'q', 'r']) made.withFile(path(id), task(id, 'capability: poems\n'));
    await made.turns(1);
    expect(['p', 'q', 'r'].map((id) => /assignee: (\w)/.exec(made.read(path(id)) ?? '')?.[1])).toEqual(['a', 'b', 'a']);
  });

  it('waits while nobody has it', async () => {
    const made = org(() => undefined).withFile(path('x'), task('X', 'capability: dances\n'));
    expect((await made.run()).reports).toHaveLength(1);
    expect(made.read(path('x'))).not.toContain('assignee');
  });
});

describe('limits of a task', () => {
  it('its deadline in turns or by the clock', async () => {
    const made = org(() => undefined, { resumes: { a: { schedule: { every: 1000, offset: 999 } } } })
      .withFile(path('x'), task('X', 'assignee: a\ndeadline: 2 turns\n'))
      .withFile(path('y'), task('Y', 'assignee: a\ndeadline: 2h\n'))
      .withFile(path('z'), task('Z', 'assignee: a\n'))
      .withFile(path('zafter'), task('After', 'assignee: a\nneeds: [x]\ndeadline: 2 turns\n'));
    await made.turns(3);
    expect(made.read(path('x'))).not.toContain('failed');
    await made.turns(1);
    expect(made.read(path('x'))).toContain('its deadline of 2 turns has passed');
    expect(made.read(path('zafter'))).toContain('status: skipped');
    expect(made.read(path('y'))).not.toContain('failed');
    made.clock.advance(3 * 3_600_000);
    await made.turns(1);
    expect(made.read(path('y'))).toContain('its deadline of 2h has passed');
    expect(made.read(path('z'))).toContain('status: assigned');
  });

  it('its budget', async () => {
    const made = org(() => 'Thinking.', { models: PRICED, credits: { agents: { a: { grant: 1 } } } }).withFile(
      path('x'),
      task('X', 'assignee: a\nbudget: 0.02\n'),
    );
    await made.run();
    expect(made.read(path('x'))).toMatch(/status: running[\s\S]*cost: 0.02[\s\S]*waits for its budget/);
    expect(made.prompts).toHaveLength(2);
  });
});

describe('what a model gets wrong', () => {
  it.each([
    [[complete('X', { task: 'other' })], '"other" is not a task of yours. Yours: x, later.'],
    [[complete('X', { task: 'later' })], 'later is not the task of this visit: it comes in a later one'],
    [[complete('X'), complete('Y')], 'x was ended in this visit already'],
    [[complete('X'), fail('Y')], 'x was ended in this visit already'],
    [[complete('X'), { tool: 'update_task', input: { note: 'Y' } }], 'x was ended in this visit already'],
    [[{ tool: 'update_task', input: { note: 'Y', needs: ['gone'] } }], 'There is no task "gone"'],
    [[{ tool: 'update_task', input: { note: 'Y', needs: ['later', 'later'] } }], 'circle'],
    [[{ tool: 'update_task', input: { note: 'Y', needs: ['other'] } }], 'You do not get the result of other'],
    [[{ tool: 'done', input: { answer: 'X' } }], 'Give the result of x with complete_task'],
    [[complete('X'), { tool: 'done', input: { answer: 'X' } }], 'leave answer out'],
  ] as [Act[], string][])('%j is refused', async (acts, why) => {
    const made = org(({ n }) => (n === 1 ? acts : undefined))
      .withFile(path('x'), task('X', 'assignee: a\n'))
      .withFile(path('later'), task('Later', 'assignee: a\nneeds: [x]\n'));
    made.withFile(path('other'), task('Other', 'assignee: b\nneeds: [x]\n'));
    await made.turns(1);
    expect(made.lines('visit')[0]?.refusals?.[0]?.text).toContain(why);
  });

  it('an act on tasks in a visit without one is refused', async () => {
    const made = org(() => [complete('X'), done]);
    made.drop('a', 'Hello.');
    await made.turns(1);
    expect(made.lines('visit')[0]?.refusals?.[0]?.text).toContain(
      'You work on no task in this visit. You have no open task.',
    );
  });
});

it('work of an agent that is gone is given to another', async () => {
  const made = org(() => undefined, {
    resumes: { a: { capabilities: ['p'], schedule: { every: 9 } }, b: { capabilities: ['p'] } },
  }).withFile(path('x'), task('X', 'capability: p\n'));
  await made.turns(1);
  expect(made.read(path('x'))).toContain('assignee: a');
  await made.ask({ ask: 'retire', by: 'human', agent: 'a' });
  await made.turns(2);
  expect(made.read(path('x'))).toContain('assignee: b');
});

it('a run with tasks replays to the same bytes', async () => {
  const made = org(({ task: id }) => [complete(`Result of ${id}.`), done]).withFile(
    path('x'),
    task('First', 'assignee: a\n'),
  );
  await made.run();
  const { host, provider } = made.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(made.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
});

describe('what a task ensures', () => {
  const ensures = (list: object[]) => `ensures: ${JSON.stringify(list)}\n`;
  const RESUMES = { a: { tools: ['write_file', 'shell'], shared: ['out'] } };

  it('must hold before it is completed: a file', async () => {
    const write: Act = { tool: 'write_file', input: { path: 'shared/out/x.md', content: 'X' } };
    const made = org(({ n }) => (n === 1 ? [complete('Early.')] : n === 2 ? [write, complete('Now.')] : [done]), {
      resumes: RESUMES,
    }).withFile(path('x'), task('X', `assignee: a\n${ensures([{ file: 'shared/out/x.md' }])}`));
    await made.run();
    expect(textOf(made.prompts[0])).toContain('It counts as completed only if: the file "shared/out/x.md" exists.');
    expect(textOf(made.prompts[1])).toContain(
      'Not yet: the file "shared/out/x.md" exists does not hold. There is no such file.',
    );
    expect(made.read(path('x'))).toContain('result: Now.');
  });

  it('lends no rights', async () => {
    const made = org(
      ({ n, agent, task: id }) => {
        if (agent === 'boss' && n === 1)
          return [
            create('X', { assignee: 'a', ensures: [{ run: ['true'] }] }),
            create('Y', { assignee: 'a', ensures: [{ file: 'shared/out/y' }] }),
            done,
          ];
        return id && n === 1 ? [complete('Done.')] : undefined;
      },
      { resumes: { ...RESUMES, boss: GIVES } },
    );
    made.drop('boss', 'Go.');
    await made.turns(3);
    const said = made.prompts.map(textOf).join('\n');
    expect(said).toContain('boss may not run programs');
  });

  it('may be that a person approves', async () => {
    const made = org(({ task: id, n }) => (id && n === 1 ? [complete('Done.'), done] : undefined)).withFile(
      path('x'),
      task('X', `assignee: a\n${ensures([{ approved_by: 'human' }])}`),
    );
    await made.turns(1);
    expect(made.read(path('x'))).toContain('status: blocked');
    const [held] = made.lines('held');
    expect(held?.because).toBe('The task counts as completed only when this is approved.');
    expect(held?.always).toBeUndefined(); // the task is asked for it each time
    expect(made.read('org/approvals/A-1-a-1.md')).toContain('complete_task');
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await made.run();
    expect(made.read(path('x'))).toContain('status: completed');
  });

  it('is never judged by an edit of a person', async () => {
    const made = org(() => undefined, { resumes: { a: { schedule: { every: 1000, offset: 999 } } } }).withFile(
      path('x'),
      task('X', `assignee: a\n${ensures([{ file: 'x' }])}`),
    );
    await made.turns(1);
    made.disk.put(path('x'), (made.read(path('x')) ?? '').replace('status: assigned', 'status: running'));
    await made.turns(1);
    made.disk.put(path('x'), (made.read(path('x')) ?? '').replace('status: running', 'status: completed'));
    await made.turns(1);
    expect(made.lines('notice').at(-1)?.text).toContain(
      'its conditions under ensures are judged when its assignee completes it',
    );
  });
});

it('a task begins only when what it requires holds', async () => {
  const made = org(({ task: id }) => (id ? [complete('Done.'), done] : undefined), {
    resumes: { a: { tools: ['read_file'], shared: ['in'] } },
  }).withFile(path('x'), task('X', `assignee: a\nrequires: [{ file: shared/in/x.md }]\n`));
  await made.turns(3);
  expect(made.prompts).toEqual([]);
  expect(made.read(path('x'))).toContain('not begun: Not yet: the file "shared/in/x.md" exists does not hold.');
  made.withFile('org/shared/in/x.md', 'X');
  await made.run();
  expect(made.read(path('x'))).toContain('status: completed');
});

describe('limits on new tasks', () => {
  const refusalOf = async (limits: object, acts: Act[], files: Record<string, string> = {}) => {
    const made = org(({ agent }) => (agent === 'boss' ? [...acts, done] : undefined), { org: { limits } });
    for (const [id, text] of Object.entries(files)) made.withFile(path(id), text);
    made.drop('boss', 'Go.');
    await made.turns(1);
    return made.lines('visit').find(({ agent }) => agent === 'boss')?.refusals?.[0]?.text;
  };
  const OWN = { p: task('P', 'assignee: boss\n') };
  const OPEN = { p: task('P', 'assignee: a\n'), q: task('Q', 'capability: dances\n') };

  it('count the open ones of all, and of an agent', async () => {
    expect(await refusalOf({ tasks: 2 }, [create('X', { assignee: 'a' })], OPEN)).toBe(
      '2 tasks are open, which is the most.',
    );
    expect(await refusalOf({ agent_tasks: 1 }, [create('X', { assignee: 'a' })], OPEN)).toBe(
      'a has 1 open tasks, which is the most.',
    );
    expect(await refusalOf({ agent_tasks: 1 }, [create('X', { assignee: 'b' })], OPEN)).toBeUndefined();
  });

  it('count through how many agents the work has passed', async () => {
    const made = org(
      ({ agent, task: id }) =>
        agent === 'a' && id
          ? [say('b', 'Go on.'), done]
          : agent === 'b'
            ? [create('X', { assignee: 'boss' })]
            : undefined,
      {
        org: { limits: { hops: 1 } },
        resumes: { b: GIVES },
      },
    ).withFile(path('x'), task('X', 'assignee: a\n'));
    await made.turns(2);
    expect(made.messages('a')[0]).toMatchObject({ hops: 1, task: 'x' });
    expect(made.lines('visit').at(-1)?.refusals?.[0]?.text).toContain('without a person: ask a person');
  });

  it('say what a need may mean', async () => {
    expect(await refusalOf({}, [create('X', { assignee: 'a', needs: ['pp', 'p'] })], OWN)).toContain('did you mean p?');
    expect(await refusalOf({}, [create('X', { assignee: 'a', needs: ['p', 'p'] })], OWN)).toBeUndefined();
    expect(await refusalOf({}, [create('X')])).toBeUndefined();
  });

  it('need somebody to do it', async () => {
    const made = new Org({ edges: { human: ['a'], a: ['human'] }, resumes: { a: GIVES } }, () => [create('X'), done]);
    made.drop('a', 'Go.');
    await made.turns(1);
    expect(made.lines('visit')[0]?.refusals?.[0]?.text).toBe('Say who does it: name an assignee or a capability.');
  });
});

it('a task that fails with a capability is given to whoever is free', async () => {
  const made = org(({ agent }) => [agent === 'a' ? fail('No ink.') : complete('Done.'), done], {
    resumes: { a: { capabilities: ['p'] }, b: { capabilities: ['p'] } },
  })
    .withFile(path('x'), task('X', 'capability: p\n'))
    .withFile(path('y'), task('Y', 'capability: p\nretries: 0\n'));
  await made.turns(1);
  expect(made.read(path('x'))).toMatch(/status: pending[\s\S]*attempt 1 failed: No ink\./);
  await made.run();
});

it('a task that has ended is not ended again, and may end after one visit', async () => {
  const made = org(({ task: id }) => [complete('Done.', id === 'y' ? { task: 'x' } : {})])
    .withFile(path('x'), task('X', 'assignee: a\npriority: high\n'))
    .withFile(path('y'), task('Y', 'assignee: a\n'));
  await made.turns(2);
  expect(made.lines('visit')[1]?.refusals?.[0]?.text).toBe('x is completed already.');
  const short = org(() => undefined, { org: { limits: { task_visits: 1 } } }).withFile(
    path('x'),
    task('X', 'assignee: b\n'),
  );
  await short.run();
  expect(short.read(path('x'))).toContain('it was not ended after 1 visit\n');
});

it('a task that fails is told by a notice where the chart lets nobody write', async () => {
  const made = org(() => [fail('No ink.')]).withFile(path('x'), task('X', 'assignee: b\nretries: 0\n'));
  await made.run();
  expect(made.lines('notice')).toMatchObject([{ to: 'human', text: 'Task x "X" has failed: No ink.' }]);
});

describe('a task whose visit did not end it', () => {
  it('waits for the tasks that were created for it, and is given what became of them', async () => {
    const made = org(({ agent, parts }) => {
      if (agent === 'a') return [complete('Checked.')];
      if (agent === 'b') return [fail('No ink.')];
      if (JSON.stringify(parts).includes('<result')) return [complete('All done.')];
      return [create('Check', { assignee: 'a' }), create('Print', { assignee: 'b' }), done];
    }).withFile(path('goal'), task('The goal', 'assignee: boss\n'));
    await made.turns(2);
    expect(made.read(path('goal'))).toMatch(/status: blocked[\s\S]*boss: waits for T-1-boss-1, T-1-boss-2/);
    await made.run();
    expect(made.visits('boss')).toHaveLength(2);
    expect(textOf(made.visits('boss')[1])).toContain('from="b" status="failed"');
    expect(made.messages('a')).toEqual([]);
    expect(made.read(path('goal'))).toContain('result: All done.');
  });

  it('keeps in its history what the agent said at last', async () => {
    const made = org(({ turn }) => (turn < 3 ? `Half of it, ${turn}.` : [complete('Done.')])).withFile(
      path('x'),
      task('X', 'assignee: a\n'),
    );
    await made.run();
    expect(textOf(made.prompts[2])).toContain('- 1.2 a: Half of it, 1.\n- 2.1 a: Half of it, 2.\n');
  });

  it('waits for none that was not created', async () => {
    const made = new Org({ edges: EDGES, resumes: { a: GIVES, b: GIVES } }, ({ agent, turn }) =>
      turn === 1 && agent !== 'boss' ? [create('X', { assignee: 'boss', key: 'k' }), done] : undefined,
    )
      .withFile(path('x'), task('X', 'assignee: a\n'))
      .withFile(path('y'), task('Y', 'assignee: b\n'));
    await made.turns(1);
    expect(made.read(path('x'))).toContain('status: blocked');
    expect(made.read(path('y'))).toContain('status: running');
  });

  it('is not blocked by what a visit that failed would have asked', async () => {
    const made = org(({ turn, n }) => {
      if (turn > 1) return [complete('Done.')];
      if (n === 1)
        return {
          acts: [
            { id: '1', ...say('b', 'Which?', { kind: 'request' }) },
            { id: '2', tool: 'read_mail', input: { id: 'x' } },
          ],
          ends: undefined,
        } as never;
      throw new Error('broken');
    }).withFile(path('x'), task('X', 'assignee: a\n'));
    await made.run();
    expect(made.read(path('x'))).toContain('status: completed');
  });
});
