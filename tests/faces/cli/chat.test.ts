import { describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/disk/real.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { lemming } from '../../commands/people-world.ts';
import { scratch } from '../../commands/world.ts';
import { called, fakeOpenAI, said } from '../../providers/fake-openai.ts';
import { terminal } from './tmux.ts';

const service = fakeOpenAI();

/** An office whose agents ask the service; hr has unrelated mail. */
async function office(retry: object = {}): Promise<string> {
  const root = scratch();
  const model = {
    provider: 'openai-compatible',
    model: 'm',
    base_url: `${service.url}/v1`,
    price: { input: 1, output: 1 },
  };
  buildOrg(realDisk(root), {
    edges: { human: ['manager', 'planner', 'hr'], manager: ['human'], planner: ['human'], hr: ['human'] },
    models: { default: { ...model, key: 'env:FAKE_KEY', retry: { first_ms: 1, most_ms: 2, ...retry } } },
    credits: { agents: { manager: { grant: 5 }, planner: { grant: 5 }, hr: { grant: 5 } } },
  });
  await lemming(root, ['send', 'hr', 'unrelated']);
  return root;
}

const env = { FAKE_KEY: 'k', LEMMING_ORG: '' };
const answer = (body: string) =>
  called({ id: 'c1', name: 'send_message', arguments: JSON.stringify({ to: 'human', body }) });
const LONG = 'First we look.\nThen we build it, with care.\nAnd at last we rest.';

describe('chat at a real terminal', () => {
  it('scenario 8: the answer is the reply to my line, streamed, printed once, and nobody else is billed', async () => {
    const root = await office();
    service.answer({ ...answer(LONG), ending: 'events' });
    const shown = terminal('lemming chat planner', { cwd: root, env });
    await shown.until('planner>');
    shown.type('What do we do?');
    shown.keys('Enter');
    const during = await shown.until(/planner writes …\nFirst we l/);
    expect(during).not.toContain('planner: First');
    expect(during).toMatch(/^planner> What do we do\?$/m);
    const after = await shown.until(
      /planner: First we look\.\nThen we build it, with care\.\nAnd at last we rest\.\nplanner>$/,
    );
    expect(after.split('First we look.')).toHaveLength(2);
    expect(after).not.toContain('planner writes');
    shown.keys('C-d');
    await shown.until((screen) => !screen.trimEnd().endsWith('planner>'));
    const { by_agent } = (await lemming(root, ['costs', '--json'])).data;
    expect([by_agent.planner.calls, by_agent.hr.calls, by_agent.manager.calls]).toEqual([1, 0, 0]);
    const { messages } = (await lemming(root, ['inbox', '--json'])).data;
    expect(messages).toMatchObject([{ from: 'planner', reply_to: '000001-human-02', read: true }]);
  });

  it('says that what broke off does not count, and shows the answer of the next attempt', async () => {
    const root = await office();
    const whole = service.bytesOf(answer('This never ends.'), true);
    service.answer({ ...answer('This never ends.'), ending: whole.length - 400 }, answer('This is it.'));
    const shown = terminal('lemming chat planner', { cwd: root, env, columns: 120 });
    await shown.until('planner>');
    shown.type('Well?');
    shown.keys('Enter');
    const after = await shown.until('planner: This is it.');
    expect(after).toContain('What planner was writing broke off and does not count (unavailable');
    expect(after).not.toContain('planner: This never');
  });

  it('keeps a line that is typed meanwhile out of the way, edits, remembers, and takes a pasted text as one', async () => {
    const root = await office();
    service.answer({ ...answer('One.'), ending: 'events' }, said('Two.'), said('Three.'), said('Four.'));
    const shown = terminal('lemming chat planner', { cwd: root, env });
    await shown.until('planner>');
    shown.type('first');
    shown.keys('Enter');
    await shown.until('planner thinks');
    shown.type('seconx');
    shown.keys('BSpace');
    shown.type('d');
    shown.keys('Enter');
    await shown.until(/planner> first\n.*\nplanner: One\.\nplanner> second\n.*\nplanner: Two\.\nplanner>$/);
    shown.keys('Up', 'Up');
    await shown.until(/planner> first$/);
    shown.keys('Enter');
    await shown.until('planner: Three.');
    shown.paste('line one\nline two');
    await shown.until('planner> line one⏎line two');
    shown.keys('Enter');
    await shown.until('planner: Four.');
    const { messages } = (await lemming(root, ['outbox', 'human', '--json'])).data;
    expect(messages.at(-1).body.trim()).toBe('line one\nline two');
    shown.type('/app');
    shown.keys('Tab');
    await shown.until('planner> /approve');
  });

  it('finishes the turn at the first Ctrl-C and says so; at the second it leaves, and the next run finishes', async () => {
    const root = await office();
    service.answer({ ...answer('One.'), ending: 'events' });
    const first = terminal('lemming chat planner; echo left with $?', { cwd: root, env });
    await first.until('planner>');
    first.type('Hello');
    first.keys('Enter');
    await first.until('planner thinks');
    first.keys('C-c');
    const ended = await first.until('left with');
    expect(ended).toMatch(/planner: One\.\nStopped as you asked; turn 1 was finished\./);
    expect(ended).toContain('left with 130');
    service.answer({ ...answer('Never.'), ending: 'stall' });
    const second = terminal('lemming chat planner; echo left with $?', { cwd: root, env });
    await second.until('planner>');
    second.type('Again');
    second.keys('Enter');
    await second.until('planner thinks');
    second.keys('C-c');
    await second.until('once more stops at once');
    second.keys('C-c');
    await second.until('left with 130');
    const { exit, data } = await lemming(root, ['run', '--until-idle', '--json'], { env });
    expect([exit, data.recovered.length]).toEqual([0, 1]);
  });

  it('goes on after Ctrl-Z and fg', async () => {
    const shown = terminal("PS1='$ ' bash --norc --noprofile", { cwd: await office(), env });
    shown.type('lemming chat planner');
    shown.keys('Enter');
    await shown.until(/^planner>$/m);
    shown.keys('C-z');
    await shown.until('Stopped');
    shown.type('fg');
    shown.keys('Enter');
    await shown.until(/planner>$/);
    shown.type('Hello');
    await shown.until('planner> Hello');
    shown.keys('C-u', 'C-d');
    await shown.until(/\$$/);
  });

  it('draws anew when the terminal changes its size', async () => {
    const root = await office();
    service.answer({ ...answer(`${'word '.repeat(40)}end`), ending: 'events' });
    const shown = terminal('lemming chat planner', { cwd: root, env, columns: 100 });
    await shown.until('planner>');
    shown.type('Hello');
    shown.keys('Enter');
    await shown.until('word word');
    shown.resize(60, 20);
    const after = await shown.until(/planner: word[\s\S]*end\nplanner>$/);
    expect(after.split('planner: word')).toHaveLength(2);
    expect(Math.max(...after.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

it('over a pipe only the answer is on stdout', async () => {
  const root = await office();
  service.answer(said('Plain.'));
  const shown = terminal(`echo "What is open?" | lemming chat manager --plain 2>err; echo left with $?; cat err`, {
    cwd: root,
    env,
  });
  const screen = await shown.until('left with');
  expect(screen).toMatch(/^manager: Plain\.\nleft with 0/);
});
