// @module-tag tmux
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { lemming } from '../../commands/people/world.ts';
import { scratch } from '../../commands/world.ts';
import { type Answer, gate } from '../../providers/fake-service.ts';
import { called, fakeOpenAI, said } from '../../providers/hosted/fake-openai.ts';
import { trustingEnv } from '../../trusted.ts';
import { openTerminal } from '../terminal.ts';

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
  called(
    { id: 'c1', name: 'send_message', arguments: JSON.stringify({ to: 'human', body }) },
    { id: 'c2', name: 'done', arguments: '{}' },
  );

/** An answer that stops in the middle until it is let go: what the screen shows meanwhile stays there. */
function held(body: string): { half: Answer; letGo: () => void } {
  const { open, letGo } = gate();
  return { half: { ...answer(body), ending: open }, letGo };
}
const LONG = 'First we look.\nThen we build it, with care.\nAnd at last we rest.';

describe('chat at a real terminal', () => {
  it('scenario 8: the answer is the reply to my line, streamed, printed once, and nobody else is billed', async () => {
    const root = await office();
    const { half, letGo } = held(LONG);
    service.answer(half);
    const shown = openTerminal('lemming chat planner', { cwd: root, env: trustingEnv(root, env) });
    await shown.shows('planner>');
    await shown.type('What do we do?');
    await shown.press('Enter');
    const during = await shown.shows(/planner is writing …\nFirst we l/);
    expect(during).not.toContain('planner: First');
    expect(during).toMatch(/^planner> What do we do\?$/m);
    letGo();
    const after = await shown.shows(
      /planner: First we look\.\nThen we build it, with care\.\nAnd at last we rest\.\nplanner>$/,
    );
    expect(after.split('First we look.')).toHaveLength(2);
    expect(after).not.toContain('planner writes');
    await shown.press('C-d');
    await shown.shows((screen) => !screen.trimEnd().endsWith('planner>'));
    const { by_agent } = (await lemming(root, ['costs', '--json'])).data;
    expect([by_agent.planner.calls, by_agent.hr.calls, by_agent.manager.calls]).toEqual([1, 0, 0]);
    const { messages } = (await lemming(root, ['inbox', '--json'])).data;
    expect(messages).toMatchObject([{ from: 'planner', reply_to: '000001-human-02', read: true }]);
  });

  it('says that what broke off does not count, and shows the answer of the next attempt', async () => {
    const root = await office();
    const whole = service.bytesOf(answer('This never ends.'), true);
    service.answer({ ...answer('This never ends.'), ending: whole.length - 400 }, answer('This is it.'));
    const shown = openTerminal('lemming chat planner', { cwd: root, env: trustingEnv(root, env), columns: 120 });
    await shown.shows('planner>');
    await shown.type('Well?');
    await shown.press('Enter');
    const after = await shown.shows('planner: This is it.');
    expect(after).toContain('The reply of planner broke off and is ignored (unavailable');
    expect(after).not.toContain('planner: This never');
  });

  it('keeps a line that is typed meanwhile out of the way, edits, remembers, and takes a pasted text as one', async () => {
    const root = await office();
    const { half, letGo } = held('One.');
    service.answer(half, said('Two.'), said('Three.'), said('Four.'));
    const shown = openTerminal('lemming chat planner', { cwd: root, env: trustingEnv(root, env) });
    await shown.shows('planner>');
    await shown.type('first');
    await shown.press('Enter');
    await shown.shows('planner is thinking');
    await shown.type('seconx');
    await shown.press('BSpace');
    await shown.type('d');
    await shown.shows(/planner> second$/);
    await shown.press('Enter');
    await shown.shows(/planner>$/);
    letGo();
    await shown.shows(/planner> first\n.*\nplanner: One\.\nplanner> second\n.*\nplanner: Two\.\nplanner>$/);
    await shown.press('Up', 'Up');
    await shown.shows(/planner> first$/);
    await shown.press('Enter');
    await shown.shows('planner: Three.');
    await shown.paste('line one\nline two');
    await shown.shows('planner> line one⏎line two');
    await shown.press('Enter');
    await shown.shows('planner: Four.');
    const { messages } = (await lemming(root, ['outbox', 'human', '--json'])).data;
    expect(messages.at(-1).body.trim()).toBe('line one\nline two');
    await shown.type('/app');
    await shown.press('Tab');
    await shown.shows('planner> /approv'); // or /approvals
    await lemming(root, ['task', 'create', 'The schema', '--id', 'schema']);
    await shown.press('C-u');
    await shown.type('/task sho');
    await shown.press('Tab');
    await shown.shows('planner> /task show');
    await shown.type(' s');
    await shown.press('Tab', 'Enter');
    await shown.shows(/schema: The schema\n[\s\S]*human: created/);
    await shown.type('/to h');
    await shown.press('Tab');
    await shown.shows('planner> /to h');
  });

  it('finishes the turn at the first Ctrl-C and says so; at the second it leaves, and the next run finishes', async () => {
    const root = await office();
    const { half, letGo } = held('One.');
    service.answer(half);
    const first = openTerminal('lemming chat planner; echo left with $?', { cwd: root, env: trustingEnv(root, env) });
    await first.shows('planner>');
    await first.type('Hello');
    await first.press('Enter');
    await first.shows('planner is thinking');
    await first.press('C-c');
    await first.shows('again stops at once');
    letGo();
    const ended = await first.shows('left with');
    expect(ended).toMatch(/planner: One\.\nStopped as you asked; turn 1 was finished\./);
    expect(ended).toContain('left with 130');
    service.answer({ ...answer('Never.'), ending: 'stall' });
    const second = openTerminal('lemming chat planner; echo left with $?', { cwd: root, env: trustingEnv(root, env) });
    await second.shows('planner>');
    await second.type('Again');
    await second.press('Enter');
    await second.shows(/planner (is thinking|writes)/);
    await second.press('C-c');
    await second.shows('again stops at once');
    await second.press('C-c');
    await second.shows('left with 130');
    const { exit, data } = await lemming(root, ['run', '--until-idle', '--json'], { env });
    expect([exit, data.recovered.length]).toEqual([0, 1]);
  });

  it('goes on after Ctrl-Z and fg', async () => {
    const root = await office();
    const shown = openTerminal("PS1='$ ' bash --norc --noprofile", { cwd: root, env: trustingEnv(root, env) });
    await shown.shows(/^\$$/);
    await shown.type('lemming chat planner');
    await shown.press('Enter');
    await shown.shows(/^planner>$/m);
    await shown.press('C-z');
    await shown.shows(/Stopped[^$]*\$$/);
    await shown.type('fg');
    await shown.press('Enter');
    await shown.shows(/planner>$/);
    await shown.type('Hello');
    await shown.shows('planner> Hello');
    await shown.press('C-u', 'C-d');
    expect(await shown.shows(/\$$/)).not.toContain('Hello');
  });

  it('draws anew when the terminal changes its size', async () => {
    const root = await office();
    const { half, letGo } = held(`${'word '.repeat(40)}end`);
    service.answer(half);
    const shown = openTerminal('lemming chat planner', { cwd: root, env: trustingEnv(root, env), columns: 100 });
    await shown.shows('planner>');
    await shown.type('Hello');
    await shown.press('Enter');
    await shown.shows('word word');
    shown.resize(60, 20);
    letGo();
    const after = await shown.shows(/planner: word[\s\S]*end\nplanner>$/);
    expect(after.split('planner: word')).toHaveLength(2);
    expect(Math.max(...after.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

it('over a pipe only the answer is on stdout', async () => {
  const root = await office();
  service.answer(said('Plain.'));
  const shown = openTerminal(`echo "What is open?" | lemming chat manager --plain 2>err; echo left with $?; cat err`, {
    cwd: root,
    env: trustingEnv(root, env),
  });
  const screen = await shown.shows('left with');
  expect(screen).toMatch(/^manager: Plain\.\nleft with 0/);
});
