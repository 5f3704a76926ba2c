import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { exists, lemming, OFFICE, office, put, textOf, turns, untilIdle } from '../../commands/people/world.ts';
import { writtenIn } from '../../commands/world.ts';
import { assistant, call, refusal, resource, rows } from './world.ts';

const ESC = '\u001b';

/** The office, with a second person whose only edges are those with hr. */
function officeWithAnna(): string {
  return office({
    edges: { ...OFFICE.edges, anna: ['hr'], hr: ['human', 'anna'] },
    resumes: { anna: { person: true } },
    rules: [
      {
        when: { agent: 'hr', from: 'anna' },
        reply: { acts: [{ tool: 'send_message', input: { to: 'anna', body: 'Welcome.', reply_to: '{id}' } }] },
      },
      ...(OFFICE.rules ?? []),
    ],
  });
}

describe('an assistant in the seat of the human', () => {
  it('is told who it is and what there is', async () => {
    const client = await assistant(office());
    expect(client.getServerVersion()).toMatchObject({ name: 'lemming' });
    expect(client.getInstructions()).toContain('seat');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('send');
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'lemming://chart',
      'lemming://costs',
      'lemming://inbox',
      'lemming://status',
    ]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'lemming://threads/{of}',
      'lemming://mail/{id}',
    ]);
  });

  it('calls what stands below a verb, and what each right lets it change', async () => {
    const root = office();
    const client = await assistant(root, { rights: ['look', 'edit'] });
    expect(rows((await call(client, 'agent_list')).data, 'agents').map(({ name }) => name)).toContain('planner');
    expect((await call(client, 'agent_show', { agent: 'planner' })).text).toContain('agents/planner/resume.md');
    expect(await refusal(client, 'agent_show', { agent: 'nosuch' })).toBe('not-found');
    expect(await refusal(client, 'agent_list', { agent: 'planner' })).toBe('usage');
    expect((await call(client, 'pause', { agent: 'planner' })).data).toMatchObject({ ask: 'pause', agent: 'planner' });
    expect((await call(client, 'agent_create', { agent: 'tess' })).data).toMatchObject({ agent: 'tess', credits: 0 });
    expect(await refusal(client, 'agent_create', { agent: 'mo', credits: 5 })).toBe('usage');
    await expect(call(client, 'agent_export', { agent: 'planner', dir: root })).rejects.toThrow('There is no tool');
  });

  it('sends, makes a turn, reads the answer, and answers it', async () => {
    const root = office();
    const client = await assistant(root, { rights: ['turns'] });
    const sent = await call(client, 'send', { agent: 'manager', text: 'Hello there' });
    expect(sent).toMatchObject({ ok: true, data: { to: ['manager'], from: 'human' } });
    const made = await call(client, 'step', { n: '2' });
    expect(made).toMatchObject({ ok: true, data: { turn: 2, turns: 2 } });
    expect(made.text).toContain('Turn 1: manager; 1 message sent');
    const { data } = await call(client, 'inbox');
    expect(data.messages).toMatchObject([{ from: 'manager', read: false }]);
    const id = rows(data, 'messages')[0]?.id;
    expect((await call(client, 'read', { id })).data.body).toMatch(/^Heard: Hello there\s*$/);
    expect((await call(client, 'inbox', { unread: true })).data.messages).toEqual([]);
    const answered = await call(client, 'reply', { id, text: '-' });
    expect(textOf(root, String(answered.data.path))).toMatch(/\n-\n$/);
    expect((await call(client, 'ack', { id, reaction: 'thanks' })).ok).toBe(true);
    expect((await call(client, 'search', { text: 'heard' })).data.messages).toHaveLength(1);
    expect((await call(client, 'history', { of: 'manager' })).data.messages).toHaveLength(2);
  });

  it('is told apart from the person in the audit, also while an engine runs', async () => {
    const root = office();
    const client = await assistant(root);
    await lemming(root, ['send', 'manager', 'By hand']);
    await call(client, 'send', { agent: 'manager', text: 'By an assistant' });
    await turns(root, 2);
    const id = rows((await call(client, 'inbox')).data, 'messages')[0]?.id;
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
      expect((await call(client, 'ack', { id })).ok).toBe(true);
      expect((await call(client, 'reply', { id, text: 'Thanks.' })).ok).toBe(true);
      await engine.turn();
    });
    const { acts } = (await lemming(root, ['audit', '--who', 'human', '--json'])).data;
    const who = acts.map(({ act, through }: { act: string; through: string | null }) => `${act} ${through}`);
    expect(who).toEqual(['send_message null', 'send_message mcp', 'ack mcp', 'read mcp', 'send_message mcp']);
    expect((await lemming(root, ['audit', '--act', 'ack'])).out).toMatch(/human \(mcp\) +ack/);
    expect((await lemming(root, ['replay', '--json'])).data).toMatchObject({ identical: true });
  });

  it('gets the data that --json prints', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await untilIdle(root);
    const client = await assistant(root, { rights: ['look'] });
    for (const name of ['status', 'chart', 'costs', 'inbox', 'approvals', 'audit', 'health', 'verify'])
      expect((await call(client, name)).data, name).toEqual((await lemming(root, [name, '--json'])).data);
  });

  it('reads resources, by which nothing counts as read', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await untilIdle(root);
    const client = await assistant(root, { rights: ['look'] });
    const before = writtenIn(root);
    expect(await resource(client, 'lemming://status')).toMatchObject({ org: 'office', unread: { messages: 1 } });
    expect(await resource(client, 'lemming://mail/000001-manager-01')).toMatchObject({ body: 'Heard: Hello' });
    expect((await resource(client, 'lemming://threads/000001-human-01')).messages).toHaveLength(2);
    expect(await resource(client, 'lemming://agents/manager')).toMatchObject({ name: 'manager' });
    expect(await resource(client, 'lemming://turns/1')).toMatchObject({ what: 'turn', turn: 1 });
    const { resources } = await client.listResources();
    expect(resources.at(-1)).toMatchObject({ uri: 'lemming://mail/000001-manager-01' });
    expect(writtenIn(root)).toEqual(before);
  });

  it('hears when what it follows has changed, and only then', async () => {
    const root = office();
    const client = await assistant(root);
    const heard: string[] = [];
    const twice = new Promise<void>((resolve) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params: { uri } }) => {
        if (heard.push(uri) === 2) resolve();
      });
    });
    for (const uri of ['lemming://inbox', 'lemming://chart', 'lemming://costs'])
      await client.subscribeResource({ uri });
    await client.unsubscribeResource({ uri: 'lemming://costs' });
    await expect(client.subscribeResource({ uri: 'lemming://nothing' })).rejects.toMatchObject({ code: -32002 });
    await lemming(root, ['send', 'manager', 'Hello']);
    await untilIdle(root);
    put(root, 'org/units/desk.md', '---\nmembers: [hr]\n---\nThe desk.\n');
    await twice;
    expect(heard.sort()).toEqual(['lemming://chart', 'lemming://inbox']);
  });

  it('is told how a long run goes on, and can end it', async () => {
    const root = office({
      models: { default: { provider: 'simulated', options: { latency: { mean_ms: 20 } } } },
      resumes: { hr: { schedule: { when: 'always' } } },
    });
    const client = await assistant(root, { rights: ['turns'] });
    const stop = new AbortController();
    const told: string[] = [];
    const run = client.callTool({ name: 'step', arguments: { n: '100000' } }, undefined, {
      signal: stop.signal,
      onprogress: ({ message = '' }) => {
        if (told.push(message) === 3) stop.abort();
      },
    });
    await expect(run).rejects.toThrow();
    expect(told[0]).toContain('Turn 1: hr');
    await expect.poll(async () => (await call(client, 'status')).data.state, { timeout: 30_000 }).toBe('idle');
    const { data } = await call(client, 'status');
    expect(data.turn).toBeLessThan(100000);
    expect((await lemming(root, ['verify'])).exit).toBe(0);
  });
});

describe('an assistant in another seat', () => {
  it('has the edges of that seat and no more', async () => {
    const root = officeWithAnna();
    const client = await assistant(root, { person: 'anna', rights: ['turns'] });
    const refused = await call(client, 'send', { agent: 'manager', text: 'Hello' });
    expect(refused).toMatchObject({ ok: false, data: { ok: false, faults: [{ code: 'refused' }] } });
    expect(refused.text).toMatch(/\(rule: \S+\)/);
    expect(rows(refused.data, 'faults')[0]?.remedy).toContain('org/chart.yaml');
    expect(await call(client, 'send', { agent: 'hr', text: 'Hello' })).toMatchObject({ data: { from: 'anna' } });
    await call(client, 'run-once');
    const { data } = await call(client, 'inbox');
    expect(data.messages).toMatchObject([{ from: 'hr', to: ['anna'], body: 'Welcome.' }]);
  });

  it('sees no mail but its own, unless it may look', async () => {
    const root = officeWithAnna();
    await lemming(root, ['send', 'manager', 'a plan, please', '--subject', 'secret subject']);
    await untilIdle(root);
    await lemming(root, ['send', 'manager', 'Hello', '--subject', 'secret subject']);
    const client = await assistant(root, { person: 'anna' });
    const everything = [
      ...(await Promise.all(['status', 'inbox', 'history', 'chart', 'costs'].map((name) => call(client, name)))),
      await call(client, 'history', { of: '000001-human-01' }),
      await call(client, 'history', { of: 'manager' }),
      await call(client, 'search', { text: 'secret' }),
    ];
    for (const { ok, text, data } of everything) {
      expect(ok).toBe(true);
      expect(text + JSON.stringify(data)).not.toContain('secret subject');
    }
    const id = '000001-human-01';
    expect(await refusal(client, 'read', { id })).toBe('not-found');
    expect(await refusal(client, 'ack', { id })).toBe('not-found');
    expect(await refusal(client, 'reply', { id, text: 'x' })).toBe('not-found');
    await expect(client.readResource({ uri: `lemming://mail/${id}` })).rejects.toMatchObject({ code: -32002 });
    await expect(client.readResource({ uri: 'lemming://agents/manager' })).rejects.toMatchObject({ code: -32002 });
    const looking = await assistant(root, { person: 'anna', rights: ['look'] });
    expect((await call(looking, 'read', { id })).data.subject).toBe('secret subject');
    expect((await call(looking, 'show', { id })).data.what).toBe('message');
    expect(await resource(looking, 'lemming://status')).toMatchObject({ unread: { messages: 0 } });
  });

  it('loses the seat with the person', async () => {
    const root = officeWithAnna();
    const client = await assistant(root, { person: 'anna' });
    put(root, 'agents/anna/resume.md', '---\nrole: an agent now\n---\nYou are anna.\n');
    for (const name of ['inbox', 'status', 'chart', 'history']) expect(await refusal(client, name)).toBe('refused');
    expect(await refusal(client, 'send', { agent: 'hr', text: 'Hello' })).toBe('refused');
  });

  it('answers no act that waits for another person', async () => {
    const root = officeWithAnna();
    put(root, 'agents/manager/resume.md', '---\nrole: x\ntools: ["ask:send_message"]\n---\nx\n');
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    const client = await assistant(root, { person: 'anna', rights: ['approvals'] });
    for (const answer of ['approve', 'deny'])
      expect(await refusal(client, answer, { id: 'A-1-manager-1' })).toBe('refused');
    expect((await lemming(root, ['approve', 'A-1-manager-1', '--by', 'anna'])).exit).toBe(0);
  });

  it('answers held acts only where that is allowed, and as itself', async () => {
    const root = office({ resumes: { manager: { tools: ['ask:send_message'] } } });
    await lemming(root, ['send', 'manager', 'Hello']);
    await turns(root, 1);
    const plain = await assistant(root);
    await expect(plain.callTool({ name: 'approve', arguments: { id: 'A-1-manager-1' } })).rejects.toThrow('no tool');
    const client = await assistant(root, { rights: ['approvals'] });
    const { data } = await call(client, 'approvals');
    const id = rows(data, 'approvals')[0]?.id;
    expect(await refusal(client, 'approve', { id, by: 'anna' })).toBe('usage');
    expect(await call(client, 'approve', { id })).toMatchObject({ ok: true, data: { by: 'human' } });
    const { data: audit, out } = await lemming(root, ['audit', '--act', 'approve', '--json']);
    expect(audit.acts, out).toMatchObject([{ who: 'human', through: 'mcp' }]);
    expect((await lemming(root, ['audit', '--act', 'approve'])).out).toMatch(/human \(mcp\) +approve/);
  });
});

describe('what is hostile', () => {
  it('in a call is refused, or does nothing', async () => {
    const root = office();
    const client = await assistant(root, { rights: ['look', 'turns'] });
    const before = writtenIn(root);
    expect(await refusal(client, 'send', { agent: 'hr', text: 'x', org: '/' })).toBe('usage');
    expect(await refusal(client, 'send', { agent: 'hr', text: 7 })).toBe('usage');
    expect(await refusal(client, 'send', { agent: 'hr', text: { body: 'x' } })).toBe('usage');
    expect(await refusal(client, 'send', { agent: '../../etc', text: 'x' })).toBe('not-found');
    expect(await refusal(client, 'send', { agent: 'hr', text: 'x'.repeat(1_048_577) })).toBe('too-large');
    expect(await refusal(client, 'send', { agent: 'hr', text: '   ' })).toBe('usage');
    expect(await refusal(client, 'read', { id: '../../../etc/passwd' })).toBe('not-found');
    expect(await refusal(client, 'memory', { agent: '../human' })).toBe('not-found');
    expect(await refusal(client, 'step', { n: '-1' })).toBe('usage');
    expect(await refusal(client, 'step', { agent: '__proto__' })).toBe('not-found');
    for (const name of ['redact', '__proto__', 'constructor', '../send', 'mcp'])
      await expect(client.callTool({ name, arguments: {} })).rejects.toMatchObject({ code: -32602 });
    const hostile = [
      'lemming://mail/..%2f..%2fetc',
      'lemming://mail/%',
      'lemming://mail/a/b',
      'file:///etc/passwd',
      '',
    ];
    for (const uri of hostile) await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002 });
    expect(writtenIn(root)).toEqual(before);
  });

  it('in mail reaches no terminal and no schema', async () => {
    const root = office();
    const text = `${ESC}]0;title\u0007 \u202egnp.exe \u001dheading ${'漢字🎉'.repeat(200)}`;
    const client = await assistant(root, { rights: ['turns'] });
    await call(client, 'send', { agent: 'manager', text, subject: `${ESC}[2Jsubject\n--- \nid: 000009-ceo-01` });
    await call(client, 'step');
    const { text: shown, data } = await call(client, 'inbox');
    expect(rows(data, 'messages')[0]?.body).toContain('gnp.exe');
    expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    const { resources } = await client.listResources();
    expect(resources.map(({ description }) => description).join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(exists(root, 'agents/ceo')).toBe(false);
  });
});

it('a fault of the configuration is a result with code, place and remedy, and heals', async () => {
  const root = office();
  const client = await assistant(root);
  const good = textOf(root, 'org/org.yaml');
  put(root, 'org/org.yaml', 'version: 1\nname: office\nlimits: {hops: x}\n');
  const { ok, data } = await call(client, 'status');
  expect(ok).toBe(false);
  expect(rows(data, 'faults')[0]).toMatchObject({
    code: 'invalid-value',
    file: 'org/org.yaml',
    remedy: expect.any(String),
  });
  await expect(client.readResource({ uri: 'lemming://status' })).rejects.toMatchObject({ code: -32603 });
  put(root, 'org/org.yaml', good);
  expect((await call(client, 'status')).ok).toBe(true);
});
