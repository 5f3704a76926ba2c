import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../../src/faces/library/open.ts';
import type { Effect, Org } from '../../../src/faces/library/org.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { lemming, office, put, textOf, turns } from '../../commands/people/world.ts';
import { faultsOf, filesIn, scratch, writtenIn } from '../../commands/world.ts';
import { homeOf, ownedEnv } from '../../home.ts';

const ASKS = { org: { policies: [{ act: 'send_message to:planner', do: { ask: ['human'] } }] } };

async function opened(plan: Partial<OrgPlan> = {}): Promise<Org> {
  const root = office(plan);
  return own(await open(root, { env: ownedEnv(root) }));
}

/** It is closed when the test ends. */
function own(org: Org): Org {
  onTestFinished(() => org.close());
  return org;
}

async function all(effects: AsyncIterable<Effect>): Promise<Effect[]> {
  const told: Effect[] = [];
  for await (const effect of effects) told.push(effect);
  return told;
}

describe('open', () => {
  it('makes an organisation where there is none, and opens one that is there as it is', async () => {
    const root = join(scratch(), 'desk');
    const wish = { template: 'support-desk', purpose: 'Help people', env: { LEMMING_HOME: homeOf(root) } };
    const org = own(await open(root, wish));
    expect(org.folder).toBe(root);
    expect(textOf(root, 'org/org.yaml')).toMatch(/^name: desk$/m);
    put(root, 'org/org.yaml', textOf(root, 'org/org.yaml').replace('name: desk', 'name: mine'));
    const before = writtenIn(root);
    own(await open(root, { ...wish, purpose: 'Something else' }));
    expect(writtenIn(root)).toEqual(before);
    expect((await org.status()).org).toBe('mine');
  });

  it('refuses a folder without an organisation, and makes nothing there', async () => {
    const root = scratch();
    expect(await faultsOf(open(root))).toEqual(['no-org']);
    expect(await faultsOf(open(root, { template: 'nothing' }))).toEqual(['usage']);
    expect(await faultsOf(open(root, { template: true as never }))).toEqual(['no-org']);
    expect(filesIn(root)).toEqual({});
  });

  it('says when the folder is gone', async () => {
    const org = await opened();
    rmSync(org.folder, { recursive: true });
    expect(await faultsOf(org.status())).toEqual(['no-org']);
    expect(await faultsOf(org.run({ turns: 1 }))).toEqual(['no-org']);
    expect(() => org.follow()).toThrow('[no-org]');
  });

  it('tells the faults of a configuration when it is needed', async () => {
    const org = await opened();
    put(org.folder, 'org/models.yaml', 'models: [');
    expect(await faultsOf(org.run({ turns: 1 }))).toEqual(['invalid-yaml']);
  });

  it('tells what the disk refuses as a fault', async () => {
    const org = await opened();
    symlinkSync('nowhere', join(org.folder, 'org/journal'));
    expect(await faultsOf(org.costs())).toEqual(['not-regular']);
    expect(await faultsOf(org.run({ turns: 1 }))).toEqual(['not-regular']);
  });
});

describe('an organisation', () => {
  it('takes mail, makes turns, and shows answers until they are read', async () => {
    const org = await opened();
    const sent = await org.send('manager', 'Hello', { subject: 'A word', priority: 'high' });
    expect(sent).toMatchObject({
      to: ['manager'],
      from: 'human',
      path: expect.stringContaining('agents/human/outbox/'),
    });
    expect(await org.run({ turns: 1 })).toMatchObject({
      turn: 1,
      turns: 1,
      end: 'turns',
      spent: 0.01,
      visits: [{ turn: 1, agent: 'manager', outcome: 'ok', sent: 1, cost: 0.01 }],
    });
    const [message] = await org.inbox({ unread: true });
    expect(message).toMatchObject({ from: 'manager', body: 'Heard: Hello', reply_to: '000001-human-01', read: false });
    await org.read(message?.id ?? '');
    expect(await org.inbox({ unread: true })).toEqual([]);
    expect(await org.inbox()).toMatchObject([{ id: message?.id, read: true }]);

    await org.reply(message?.id ?? '', 'Thank you');
    await org.run({ until_idle: true });
    const thread = await org.messages({ of: message?.id ?? '' });
    expect(thread.map(({ body }) => body)).toEqual(['Hello', 'Heard: Hello', 'Thank you', 'Heard: Thank you']);
    expect(await org.messages({ of: 'planner' })).toEqual([]);
  });

  it('tells the same as the commands', async () => {
    const org = await opened();
    await org.send('manager', 'plan');
    await org.run({ turns: 2 });
    const said = async (...words: string[]) => (await lemming(org.folder, [...words, '--json'])).data;
    expect(await org.costs()).toEqual(await said('costs'));
    expect(await org.status()).toEqual(await said('status'));
    expect(await org.inbox()).toEqual((await said('inbox')).messages);
    expect(await org.messages({ turns: 1 })).toEqual((await said('history', '--turns', '1')).messages);
    expect(await org.approvals()).toEqual((await said('approvals')).approvals);
  });

  it('keeps to what a run may cost', async () => {
    const org = await opened();
    await org.send('manager', 'plan');
    expect(await org.run({ until_idle: true, max_cost: 0.01 })).toMatchObject({ end: 'max-cost', spent: 0.01 });
  });

  it('has held acts answered', async () => {
    const org = await opened(ASKS);
    await org.send('manager', 'plan');
    await org.run({ turns: 1 });
    const [held] = await org.approvals();
    expect(held).toMatchObject({
      id: 'A-1-manager-1',
      agent: 'manager',
      tool: 'send_message',
      answer: null,
      changed: [],
    });
    expect(await org.deny('A-1-manager-1', { note: 'Not now' })).toMatchObject({ agent: 'manager' });
    expect(await org.approve('A-1-manager-1')).toMatchObject({ tool: 'send_message', changed: [] });
    expect(await org.approvals()).toMatchObject([{ answer: { decision: 'approve', by: 'human' } }]);
    await org.run({ turns: 1 });
    expect(await org.approvals()).toEqual([]);
    expect(await faultsOf(org.approve('A-1-manager-1'))).toEqual(['not-found']);
    expect(await org.messages({ of: 'planner' })).toHaveLength(1);
  });

  it('refuses what its types do not allow, and takes a dash for a dash', async () => {
    const org = await opened();
    const wrong: Promise<unknown>[] = [
      org.run({ turns: 0 }),
      org.run({ turns: 1.5 }),
      org.run({ max_cost: -1 }),
      org.run({ untilIdle: true } as never),
      org.send('manager', ''),
      org.send('manager', 7 as never),
      org.send('manager', 'x', { priority: 'highest' as never }),
      org.send('manager', 'x', { agent: 'hr', to: 'hr' } as never),
      org.inbox({ unread: 'yes' as never }),
    ];
    expect(await Promise.all(wrong.map(faultsOf))).toEqual(wrong.map(() => ['usage']));
    for (const since of [0, 1.5, Number.NaN, '1'])
      expect(() => org.follow({ since: since as never })).toThrow('[usage]');
    expect(await faultsOf(org.read('notices'))).toEqual(['not-found']);
    expect(await faultsOf(org.send('nobody', 'x'))).toEqual(['not-found']);
    await org.send('manager', '-');
    await org.run({ turns: 1 });
    expect((await org.messages()).map(({ body }) => body)).toEqual(['-', 'Heard: -']);
  });

  it('lets one run at a time work, and takes mail meanwhile', async () => {
    const org = await opened();
    const stop = new AbortController();
    const running = org.run({ signal: stop.signal });
    await org.send('manager', 'Hello');
    await expect.poll(() => org.inbox({ unread: true })).toHaveLength(1);
    expect(await faultsOf(org.run({ turns: 1 }))).toEqual(['locked']);
    expect((await org.status()).state).toBe('running');
    stop.abort();
    expect(await running).toMatchObject({ end: 'interrupted', turn: 1 });
  });

  it('is closed when all is done, and does nothing after', async () => {
    const org = await opened();
    await org.send('manager', 'Hello');
    const running = org.run();
    const told = all(org.follow());
    await expect.poll(() => org.inbox()).toHaveLength(1);
    await org.close();
    await org.close();
    expect((await running).end).toBe('interrupted');
    expect((await told).map(({ what }) => what)).toContain('turn');
    expect(await faultsOf(org.status())).toEqual(['usage']);
    expect(() => org.follow()).toThrow('was closed');
    expect((await lemming(org.folder, ['verify'])).exit).toBe(0);
  });
});

describe('follow', () => {
  it('tells each turn once and as a whole, when its files stand', async () => {
    const org = await opened();
    await org.send('manager', 'plan');
    await org.run({ turns: 1 });
    const told: Effect[] = [];
    const since = org.follow({ since: 1 });
    const next = all(org.follow());
    const following = (async () => {
      for await (const effect of since) {
        told.push(effect);
        if (effect.what === 'message') expect((await org.read(effect.id ?? '')).turn).toBe(effect.turn);
      }
    })();
    await turns(org.folder, 2);
    await expect.poll(() => told.at(-1)).toMatchObject({ turn: 3, what: 'turn' });
    await org.close();
    await following;
    const brief = (effects: Effect[]) =>
      effects.filter(({ what }) => what !== 'file').map(({ turn, what, agent, id }) => [turn, what, agent, id]);
    expect(brief(told)).toEqual([
      [1, 'message', 'human', '000001-human-01'],
      [1, 'visit', 'manager', null],
      [1, 'message', 'manager', '000001-manager-01'],
      [1, 'turn', null, null],
      [2, 'visit', 'planner', null],
      [2, 'message', 'planner', '000002-planner-01'],
      [2, 'turn', null, null],
      [3, 'visit', 'manager', null],
      [3, 'message', 'manager', '000003-manager-01'],
      [3, 'turn', null, null],
    ]);
    expect(brief(await next)).toEqual(brief(told).filter(([turn]) => turn !== 1));
  });

  it('begins with a turn that is still to come', async () => {
    const org = await opened();
    const told = all(org.follow({ since: 2 }));
    await org.send('manager', 'plan');
    await org.run({ turns: 2 });
    await org.close();
    expect(new Set((await told).map(({ turn }) => turn))).toEqual(new Set([2]));
  });

  it('goes on when the journal itself was rewritten, and tells nothing twice', async () => {
    const org = await opened();
    await org.send('manager', 'Hello');
    const told: Effect[] = [];
    const following = (async () => {
      for await (const effect of org.follow()) told.push(effect);
    })();
    await org.run({ turns: 1 });
    await expect.poll(() => told.at(-1)).toMatchObject({ turn: 1, what: 'turn' });
    const before = told.length;
    expect((await lemming(org.folder, ['redact', '000001-human-01', '--yes'])).exit).toBe(0);
    await org.send('manager', 'Once more');
    await org.run({ turns: 1 });
    await org.close();
    await following;
    expect(told.slice(before).map(({ turn }) => turn)).toEqual(told.slice(before).map(() => 2));
    expect(told.slice(before).map(({ what }) => what)).toEqual(['message', 'visit', 'message', 'turn']);
  });

  it('ends for whoever leaves it, or aborts it', async () => {
    const org = await opened();
    await org.send('manager', 'Hello');
    const stop = new AbortController();
    const told = all(org.follow({ signal: stop.signal }));
    const left = (async () => {
      for await (const { what } of org.follow()) if (what === 'message') return what;
      return null;
    })();
    await org.run({ turns: 1 });
    expect(await left).toBe('message');
    stop.abort();
    expect((await told).at(-1)).toMatchObject({ what: 'turn' });
  });

  it('tells what the disk refuses as a fault', async () => {
    const org = await opened();
    symlinkSync('nowhere', join(org.folder, 'org/journal'));
    expect(() => org.follow()).toThrow('[not-regular]');
  });
});
