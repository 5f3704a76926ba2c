import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { readFilter } from '../../../src/views/screen/filter.ts';
import type { ScreenLine } from '../../../src/views/screen/line.ts';
import { approvalsPane } from '../../../src/views/screen/panes/approvals-pane.ts';
import { openApprovals, type ScreenSnapshot } from '../../../src/views/screen/snapshot.ts';
import { Hands } from '../../engine/tools/hands.ts';
import { lemming, OFFICE, office, turns, untilIdle } from './world.ts';

const ASKS = {
  org: { policies: [{ act: 'send_message to:planner', do: { ask: ['human'] } }] },
};

async function held(): Promise<string> {
  const root = office(ASKS);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  return root;
}

it('lists what waits, and an approved act happens once', async () => {
  const root = await held();
  const { data } = await lemming(root, ['approvals', '--json']);
  expect(data.approvals).toMatchObject([
    {
      id: 'A-1-manager-1',
      agent: 'manager',
      tool: 'send_message',
      contacts: ['human'],
      answer: null,
      input: { to: 'planner' },
    },
  ]);
  expect((await lemming(root, ['status', '--json'])).data.approvals).toBe(1);
  expect((await lemming(root, ['show', 'A-1-manager-1'])).out).toContain('What is the plan?');

  expect((await lemming(root, ['approve', 'A-1-manager-1', '--note', 'fine', '--json'])).data).toMatchObject({
    decision: 'approve',
    taken: 'journaled',
  });
  expect((await lemming(root, ['approvals'])).out).toContain('approved by human');
  await turns(root, 2);
  expect(
    (await lemming(root, ['outbox', 'manager', '--json'])).data.messages.filter(
      (m: { to: string[] }) => m.to[0] === 'planner',
    ),
  ).toHaveLength(1);
  expect((await lemming(root, ['approvals'])).out).toContain('Nothing waits for you');
  expect((await lemming(root, ['show', 'A-1-manager-1', '--json'])).data).toMatchObject({
    what: 'approval',
    waits: false,
  });
});

it('a denied act never happens, and the agent is told why', async () => {
  const root = await held();
  await lemming(root, ['pause', 'manager']);
  expect((await lemming(root, ['deny', 'A-1-manager-1', '--note', 'not today'])).exit).toBe(0);
  await turns(root, 1);
  expect((await lemming(root, ['outbox', 'manager', '--json'])).data.messages).toEqual([]);
  expect((await lemming(root, ['inspect', 'manager', '--json'])).data.notices).toMatchObject([
    { about: 'approval', text: expect.stringContaining('not today') },
  ]);
});

it('is answered in the name of another person, and by nobody else', async () => {
  const root = office({
    ...ASKS,
    edges: { ...OFFICE.edges, boss: [] },
    resumes: { boss: { person: true } },
  });
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'planner'])).exit).toBe(4);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'bos'])).exit).toBe(6);
  expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'boss', '--json'])).data.by).toBe('boss');
  await turns(root, 1);
  expect((await lemming(root, ['show', 'A-1-manager-1'])).out).toContain('Approved by boss.');
});

it('knows no act of another name', async () => {
  const root = office();
  expect((await lemming(root, ['approve', 'A-1-manager-1'])).exit).toBe(6);
  expect((await lemming(root, ['deny', 'A-1-manager-1'])).exit).toBe(6);
});

it('approved for ever, acts like it need nobody: a policy says so, which keeps the rest of the file and can be revoked', async () => {
  const root = await held();
  const file = join(root, 'org/org.yaml');
  const before = `# ours\n${readFileSync(file, 'utf8')}`;
  writeFileSync(file, before);
  const { out, data } = await lemming(root, ['approve', 'A-1-manager-1', '--always', '--json']);
  expect(data.always, out).toBe('send_message agent:manager to:planner');
  const line = '  - { act: "send_message agent:manager to:planner", do: always }\n';
  expect(readFileSync(file, 'utf8')).toBe(before.replace('policies:\n', `policies:\n${line}`));
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 2);
  const sentTo = async () =>
    (await lemming(root, ['outbox', 'manager', '--json'])).data.messages.filter(
      (m: { to: string[] }) => m.to[0] === 'planner',
    );
  expect(await sentTo()).toHaveLength(2);
  expect((await lemming(root, ['policies'])).out).toMatch(
    /1 +send_message agent:manager to:planner +always\n2 +send_message to:planner +ask human/,
  );
  expect((await lemming(root, ['policies', 'revoke', '3'])).exit).toBe(6);
  expect((await lemming(root, ['policies', 'revoke', '1'])).out).toContain('Revoked: send_message agent:manager');
  expect(readFileSync(file, 'utf8')).toBe(before);
  await lemming(root, ['send', 'manager', 'plan']);
  await turns(root, 1);
  expect(await sentTo()).toHaveLength(2);
  await lemming(root, ['policies', 'revoke', '1']);
  expect((await lemming(root, ['policies'])).out).toContain('There are no policies.');
});

it('what no policy can name is approved alone, or not at all', async () => {
  const act = { tool: 'shell', input: { command: 'git log | sh' } };
  const hands = new Hands([[act]], { resumes: { a: { tools: ['ask:shell'], schedule: { when: 'always' } } } });
  await hands.turns(1);
  const { exit, err } = await lemming(hands.root, ['approve', 'A-1-a-1', '--always']);
  expect([exit, err]).toEqual([4, expect.stringContaining('approve only this one')]);
  expect((await lemming(hands.root, ['approve', 'A-9-a-1', '--always'])).exit).toBe(6);
  expect((await lemming(hands.root, ['approvals', '--json'])).data.approvals).toMatchObject([{ answer: null }]);
});

it('lists what was answered: who asked, for what, the answer, by whom, in which turn, and the note', async () => {
  const root = await held();
  expect((await lemming(root, ['approvals', '--answered'])).out).toBe('No action has been answered yet.\n');
  await lemming(root, ['deny', 'A-1-manager-1', '--note', 'not\ttoday']);
  await lemming(root, ['send', 'manager', 'plan again']);
  await turns(root, 1);
  await lemming(root, ['approve', 'A-2-manager-1']);
  await turns(root, 1);
  const { data } = await lemming(root, ['approvals', '--answered', '--json']);
  const both = { agent: 'manager', tool: 'send_message', by: 'human' };
  expect(data.answered).toEqual([
    {
      ...both,
      id: 'A-1-manager-1',
      path: 'org/approvals/answered/A-1-manager-1.md',
      held_in: 1,
      turn: 2,
      answer: 'denied',
      note: 'not\ttoday',
      outcome: 'not done',
    },
    {
      ...both,
      id: 'A-2-manager-1',
      path: 'org/approvals/answered/A-2-manager-1.md',
      held_in: 2,
      turn: 3,
      answer: 'approved',
      note: '',
      outcome: expect.stringMatching(/^Sent as /),
    },
  ]);
  expect((await lemming(root, ['approvals', '--answered'])).out).toMatch(
    /action +agent +tool +answer +by +turn +note\nA-1-manager-1 +manager +send_message +denied +human +2 +not today\nA-2-manager-1 +manager +send_message +approved +human +3/,
  );
});

it('tells the pattern of --always before it is given', async () => {
  const root = await held();
  expect((await lemming(root, ['approvals'])).out).toContain(
    'with --always, these need no approval from now on: send_message agent:manager to:planner',
  );
  expect(readFileSync(join(root, 'org/approvals/A-1-manager-1.md'), 'utf8')).toContain(
    '`lemming approve A-1-manager-1 --always` also approves everything that matches "send_message agent:manager to:planner".',
  );
});

describe('a held act that costs something', () => {
  /** The manager has credits for `calls` calls, and a message costs 20 calls. */
  async function priced(calls: number): Promise<string> {
    const root = office({
      org: { ...ASKS.org, tools: { prices: { send_message: 0.2 } } },
      credits: { agents: { manager: { grant: calls / 100 } }, org: { cap: 5 } },
    });
    await lemming(root, ['send', 'manager', 'plan']);
    await turns(root, 1);
    return root;
  }

  it('is shown with its price, and with what is left of the agent and of the caps that it shares', async () => {
    const root = await priced(50);
    const { data } = await lemming(root, ['approvals', '--json']);
    expect(data.approvals).toMatchObject([{ costs: 0.2, left: { manager: 0.49, org: 4.99 } }]);
    expect((await lemming(root, ['approvals'])).out).toContain('costs 0.2 credits; left: 0.49 of manager, 4.99 of org');
    expect((await lemming(root, ['show', 'A-1-manager-1'])).out).toContain(
      'It costs 0.2 credits. Left by then: 0.49 of manager, 4.99 of org.',
    );
    const { config, state } = await stateIn(root);
    const scene = { config, state, requests: [], present: new Map() } as unknown as ScreenSnapshot;
    const pane = approvalsPane(scene, readFilter('', []));
    const detail = textIn(pane.detail(0));
    expect(detail).toMatch(/costs +0.2 credits; left: 0.49 of manager, 4.99 of org\n/);
    expect(detail).toMatch(/always allows +send_message agent:manager to:planner\n/);
  });

  it('approved and not to be paid, says what it waits for, wherever one looks; then it may be paid or denied', async () => {
    const root = await priced(10);
    await lemming(root, ['approve', 'A-1-manager-1']);
    expect(await untilIdle(root)).toMatchObject([{ visits: [] }, { visits: [{ agent: 'manager' }] }]);
    expect((await lemming(root, ['approvals'])).out).toContain(
      'approved by human, but 0.2 credits are missing: lemming top-up manager 0.12, or lemming deny A-1-manager-1',
    );
    const { data } = await lemming(root, ['inbox', '--json']);
    expect(data.needs).toMatchObject({ approvals: 0, out_of_credits: 1 });
    expect((await lemming(root, ['show', '2'])).out).toContain('A-1-manager-1 is approved and waits for 0.2 credits');
    expect((await lemming(root, ['audit', '--outcome', 'held', '--json'])).data.acts).toMatchObject([
      { who: 'manager' },
      { who: 'engine', rule: 'credits', on: 'A-1-manager-1', detail: 'waits for 0.2 credits' },
    ]);
    const { config, state } = await stateIn(root);
    const scene = { config, state, requests: [] } as unknown as ScreenSnapshot;
    expect(openApprovals(scene)).toEqual(['A-1-manager-1']);
    const cellsOf = (more: ScreenSnapshot) => approvalsPane(more, readFilter('', [])).cells(0).at(-1)?.text;
    expect(cellsOf(scene)).toBe('approved: no credits');
    const deny = { ask: 'deny' as const, by: 'human', id: 'A-1-manager-1', note: '' };
    expect(cellsOf({ ...scene, requests: [deny] })).toBe('denied: next turn');
    await lemming(root, ['top-up', 'manager', '1']);
    await untilIdle(root);
    expect((await lemming(root, ['approvals', '--answered', '--json'])).data.answered).toMatchObject([
      { id: 'A-1-manager-1', answer: 'approved', turn: 4 },
    ]);
  });
});

function stateIn(root: string): Promise<Pick<ScreenSnapshot, 'config' | 'state'>> {
  return withEngine({ machine: realMachine, root, env: {} }, 'test', async (engine) => {
    engine.idle();
    return { config: engine.config, state: engine.state };
  });
}

function textIn(lines: readonly ScreenLine[]): string {
  return lines.map(({ spans }) => spans.map(({ text }) => text).join('')).join('\n');
}

describe('a file that changed since an act on it was shown', () => {
  async function changed(): Promise<string> {
    const root = office({
      org: { policies: [{ act: 'write_file', do: { ask: ['human'] } }] },
      resumes: { manager: { tools: ['write_file'] } },
      rules: [
        {
          when: { agent: 'manager', call: 1 },
          reply: { acts: [{ tool: 'write_file', input: { path: 'x.txt', content: 'of the agent' } }] },
        },
      ],
      files: { 'agents/manager/workspace/x.txt': 'as it was' },
    });
    await lemming(root, ['send', 'manager', 'plan']);
    await turns(root, 1);
    writeFileSync(join(root, 'agents/manager/workspace/x.txt'), 'of the person');
    return root;
  }

  it('is shown as it stands now, and approve says that nothing is done yet', async () => {
    const root = await changed();
    const { out } = await lemming(root, ['approvals']);
    expect(out).toContain('agents/manager/workspace/x.txt changed since the action was shown');
    expect(out).toContain('-of the person\n  +of the agent');
    expect(out).not.toContain('as it was');
    const { data } = await lemming(root, ['approvals', '--json']);
    expect(data.approvals).toMatchObject([
      { changed: ['agents/manager/workspace/x.txt'], shows: expect.stringContaining('-of the person') },
    ]);
    const approved = await lemming(root, ['approve', 'A-1-manager-1']);
    expect(approved.exit).toBe(0);
    expect(approved.out).toContain('shows it again in its present form');
    await turns(root, 1);
    expect(readFileSync(join(root, 'agents/manager/workspace/x.txt'), 'utf8')).toBe('of the person');
    expect((await lemming(root, ['approvals'])).out).toMatch(/A-2-manager-1[\s\S]*-of the person/);
    expect((await lemming(root, ['replay', '--recompute'])).exit).toBe(0);
  });
});
