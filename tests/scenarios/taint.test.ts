import { describe, expect, it } from 'vitest';
import type { Wire } from '../../src/disk/sandbox/wire.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { type Answer, Org, resultsIn, say } from '../regression/org.ts';

/** A web in which every page says the same, but for one that leads elsewhere. */
const WIRE: Wire = {
  resolve: async () => ['93.184.216.34'],
  ask: async (_address, { url }) => {
    const location = url.searchParams.get('to') ?? undefined;
    const headers = { 'content-type': 'text/plain', location };
    return { status: location ? 302 : 200, headers, body: Buffer.from(`page ${url.host}`), isCut: false };
  },
};
const fetch = (url: string) => ({ tool: 'fetch_url', input: { url } });

class Web extends Org {
  override ports(): Ports {
    return { ...super.ports(), wire: WIRE };
  }
}

/** Agent a fetches, has a workspace, and answers by turn and call. */
function web(answers: Record<string, Answer>, policies: object[] = []): Web {
  return new Web(
    {
      edges: { human: ['a', 'b'], a: ['b'], b: [] },
      org: { policies },
      resumes: {
        a: {
          tools: ['fetch_url', 'read_file', 'write_file'],
          hosts: ['*'],
          shared: ['docs'],
          schedule: { when: 'always' },
        },
        b: { tools: ['fetch_url', 'read_file'], hosts: ['*'], shared: ['docs'] },
      },
    },
    ({ agent, turn, n }) => answers[`${agent}${turn}.${n}`],
  );
}

describe('who has read words of strangers and reaches private data', () => {
  it('asks a person before anything leaves, and goes on when approved or cleared', async () => {
    const org = web({
      'a1.1': [fetch('http://one.org/'), fetch('http://two.org/')],
      'a2.1': [fetch('http://three.org/')],
      'a4.1': [fetch('http://four.org/')],
    });
    await org.turns(2);
    expect(org.lines('used')).toMatchObject([{ ok: true, tainted: true }]);
    expect(org.lines('held')).toMatchObject([
      {
        id: 'A-1-a-1',
        rule: 'taint',
        because: 'a has read text from strangers (call 1.a.1) and can reach shared/docs, its workspace.',
      },
      { id: 'A-2-a-1', rule: 'taint' },
    ]);
    expect(org.read('org/approvals/A-1-a-1.md')).toContain(
      'It needs approval because the agent is tainted. a has read text from strangers',
    );
    await org.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await org.turns(1);
    expect(org.lines('decided')).toMatchObject([{ outcome: expect.stringContaining('page two.org') }]);
    await org.ask({ ask: 'untaint', by: 'human', what: 'a' });
    await org.turns(1);
    expect(org.lines('used').map(({ text }) => text.split(' ').at(-1))).toEqual(['one.org', 'two.org', 'four.org']);
  });

  it('passes it on by mail and by shared files', async () => {
    const org = web({
      'a1.1': [
        fetch('http://one.org/'),
        say('b', 'Read this.'),
        { tool: 'write_file', input: { path: 'shared/docs/x.md', content: 'x' } },
      ],
      'b2.1': [fetch('http://two.org/')],
    });
    await org.turns(2);
    expect(org.lines('held')).toMatchObject([
      { agent: 'b', rule: 'taint', because: expect.stringContaining('000001-a-01') },
    ]);
    const other = web({
      'a1.1': [fetch('http://one.org/'), { tool: 'write_file', input: { path: 'shared/docs/x.md', content: 'x' } }],
      'b2.1': [{ tool: 'read_file', input: { path: 'shared/docs/x.md' } }, fetch('http://two.org/')],
    });
    await other.turns(1);
    other.drop('b', 'Look.');
    await other.turns(1);
    expect(other.lines('used').map(({ tainted }) => tainted)).toEqual([true, undefined, true]);
    expect(other.lines('held')).toMatchObject([{ agent: 'b', because: expect.stringContaining('call 2.b.1') }]);
  });

  it('passes it on by a file that somebody who was cleared sends on, unread, and reading that file taints again', async () => {
    const read = (path: string) => ({ tool: 'read_file', input: { path } });
    const minds: Record<string, Answer> = {
      'a1.1': [
        fetch('http://one.org/'),
        { tool: 'write_file', input: { path: 'x.txt', content: 'x' } },
        { tool: 'write_file', input: { path: 'shared/docs/x.md', content: 'x' } },
      ],
      'a1.2': [say('b', 'A file.', { attachments: ['x.txt'] })],
      'b4.1': [say('c', 'See.', { attachments: ['attachments/000001-a-01/x.txt'] })],
      'b5.1': [say('d', 'See.', { attachments: ['shared/docs/x.md'] })],
      'b7.1': [read('attachments/000001-a-01/x.txt')],
    };
    const plan = { tools: ['fetch_url', 'read_file', 'write_file'], hosts: ['*'], shared: ['docs'] };
    const org = new Web(
      {
        edges: { human: ['a', 'b', 'c', 'd'], a: ['b'], b: ['c', 'd'], c: [], d: [] },
        resumes: { a: plan, b: plan },
      },
      ({ agent, turn, n }) => minds[`${agent}${turn}.${n}`],
    );
    const tainted = () => org.look(({ state }) => [...state.rights.tainted.keys()].filter((name) => !/\//.test(name)));
    org.drop('a', 'Fetch it.');
    await org.turns(2);
    expect(await tainted()).toEqual(['a', 'b']);
    await org.ask({ ask: 'untaint', by: 'human', what: 'b' });
    await org.turns(1);
    for (const who of ['c', 'd']) {
      org.drop('b', `Send it to ${who}.`);
      await org.turns(1);
    }
    await org.turns(1);
    expect(await tainted()).toEqual(['a', 'c', 'd']);
    org.drop('b', 'Read it.');
    await org.turns(1);
    expect(org.lines('sent').map(({ tainted: isTainted }) => isTainted)).toEqual([undefined, true, true]);
    expect(await tainted()).toEqual(['a', 'c', 'd', 'b']);
  });

  it('is let by a policy that says always, for what it names; a redirect elsewhere is judged by itself', async () => {
    const policy = { act: 'fetch_url agent:a host:good.org', do: 'always' };
    const org = web(
      {
        'a1.1': [
          fetch('http://good.org/'),
          fetch('http://good.org/x'),
          fetch('http://good.org/?to=http://bad.org/'),
          fetch('http://bad.org/'),
        ],
      },
      [policy],
    );
    await org.turns(1);
    expect(org.lines('used').map(({ ok, text }) => [ok, text])).toEqual([
      [true, expect.stringContaining('page good.org')],
      [true, expect.stringContaining('page good.org')],
      [
        false,
        "Refused (taint): http://good.org/?to=http://bad.org/ redirects to http://bad.org/. That page needs a person's approval (taint): fetch its URL in a call of its own.",
      ],
    ]);
    expect(org.lines('held')).toMatchObject([{ input: { url: 'http://bad.org/' } }]);
    expect(resultsIn(org.prompts.at(-1)).at(-1)?.text).toMatch(/^Held as A-1-a-1/);
  });

  it('is refused a redirect that a policy denies', async () => {
    const org = web({ 'a1.1': [fetch('http://good.org/?to=http://bad.org/')] }, [
      { act: 'fetch_url host:bad.org', do: 'deny' },
    ]);
    await org.turns(1);
    expect(org.lines('used')).toMatchObject([{ ok: false, text: expect.stringContaining('Refused (policy)') }]);
  });
});

it('a task by who has read words of strangers taints whoever gets it, and so does its result', async () => {
  const org = new Web(
    {
      edges: { human: ['a', 'b'], a: ['b'], b: ['a'] },
      resumes: {
        a: { tools: ['fetch_url', 'create_task'], hosts: ['*'] },
        b: { tools: ['fetch_url', 'read_file'], hosts: ['*'] },
      },
    },
    ({ agent, n, task }) => {
      const complete = { tool: 'complete_task', input: { result: 'Read.' } };
      if (agent === 'a')
        return n === 1 ? [fetch('http://one.org/')] : [{ tool: 'create_task', input: { title: 'X', assignee: 'b' } }];
      return task !== undefined && n === 1 ? [fetch('http://two.org/'), complete] : undefined;
    },
  );
  org.drop('a', 'Go.');
  await org.turns(2);
  expect(org.lines('task')[0]?.task).toMatchObject({ id: 'T-1-a-1', tainted: true });
  expect(org.lines('held')).toMatchObject([{ agent: 'b', rule: 'taint' }]);
  expect(org.lines('held')[0]?.because).toContain('b has read text from strangers (T-1-a-1)');
  expect(org.lines('sent').find(({ message }) => message.from === 'b')).toMatchObject({ tainted: true });
});
