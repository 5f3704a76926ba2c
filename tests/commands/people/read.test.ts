import { utimesSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import { apply } from '../../../src/core/journal/apply.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { filesIn } from '../world.ts';
import { exists, lemming, office, turns } from './world.ts';

async function answered(): Promise<string> {
  const root = office();
  await lemming(root, ['send', 'manager', 'Hello']);
  await turns(root, 1);
  return root;
}

it('shows mail of others without marking anything', async () => {
  const root = await answered();
  const { out, data } = await lemming(root, ['read', '000001-human-01', '--json']);
  expect(data).toMatchObject({ id: '000001-human-01', from: 'human', read: true, body: 'Hello' });
  expect(out).not.toBe('');
  expect((await lemming(root, ['inbox', '--json'])).data.messages).toMatchObject([{ read: false }]);
});

it('writes one line into the journal, and none the second time', async () => {
  const root = await answered();
  const size = () =>
    Object.entries(filesIn(root)).reduce(
      (sum, [path, text]) => sum + (path.startsWith('org/journal') ? text.length : 0),
      0,
    );
  const before = size();
  await lemming(root, ['read', '000001-manager-01']);
  const after = size();
  await lemming(root, ['read', '000001-manager-01']);
  expect([after > before, size()]).toEqual([true, after]);
});

it('leaves a request where an engine runs, and counts it as read at once', async () => {
  const root = await answered();
  await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
    await lemming(root, ['read', '000001-manager-01']);
    expect(Object.keys(filesIn(`${root}/agents/human/requests`))).toHaveLength(1);
    expect((await lemming(root, ['inbox', '--json'])).data.messages).toMatchObject([{ read: true }]);
    await engine.turn();
    expect(engine.state.mail.inbox.has('human')).toBe(false);
  });
  expect(exists(root, 'agents/human/requests') && Object.keys(filesIn(`${root}/agents/human/requests`))).toEqual([]);
});

it('clears the notices that it showed, and none of the turn that runs meanwhile', async () => {
  const root = await answered();
  await withEngine({ machine: realMachine, root, env: {} }, 'run', async (engine) => {
    const told = () => engine.state.staff.agents.get('human')?.notices.map(({ text }) => text) ?? [];
    writeFileSync(`${root}/agents/human/outbox/one.md`, '---\nto: nobody\n---\nOne.\n');
    utimesSync(`${root}/agents/human/outbox/one.md`, 1, 1);
    await engine.turn();
    expect(told()).toEqual([expect.stringContaining('one.md')]);
    expect((await lemming(root, ['read', 'notices'])).out).toContain('one.md');
    apply(engine.state, { k: 'notice', to: 'human', about: 'ack', text: 'Came at the end of the turn.' });
    await engine.turn();
    expect(told()).toEqual(['Came at the end of the turn.']);
  });
});

it.each(['000009-manager-01', 'nonsense', '../../etc/passwd', '000001-..-01'])('knows no message %s', async (id) => {
  expect((await lemming(await answered(), ['read', id])).exit).toBe(6);
});
