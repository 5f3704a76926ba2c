import { expect, it } from 'vitest';
import { foresee } from '../../../../src/app/foresee.ts';
import { readOrg } from '../../../../src/app/read-org.ts';
import { needOf } from '../../../../src/commands/people/chat/waiting-for.ts';
import { realMachine } from '../../../../src/engine/machine.ts';
import { lemming, office } from '../world.ts';

async function need(root: string, thread: string) {
  const view = readOrg({ machine: realMachine, root, env: {} });
  await foresee(view);
  return needOf(view.config, view.state, thread);
}

it('is whoever has mail of the conversation, while a call of theirs can bring it on', async () => {
  const root = office();
  expect(await need(root, 'talk')).toBe('nobody');
  await lemming(root, ['send', 'hr', 'down', '--thread', 'talk']);
  await lemming(root, ['send', 'manager', 'Hello', '--thread', 'other']);
  expect(await need(root, 'talk')).toEqual({ agent: 'hr' });
  await lemming(root, ['pause', 'hr']);
  expect(await need(root, 'talk')).toBe('nobody');
  await lemming(root, ['resume', 'hr']);
  await lemming(root, ['step', '12', '--agent', 'hr']);
  expect(await need(root, 'talk')).toBe('failing');
});

it('is the person, whom nobody bills, when an act was answered', async () => {
  const root = office({ org: { policies: [{ act: 'send_message to:human', do: { ask: ['human'] } }] } });
  await lemming(root, ['send', 'manager', 'Hello', '--thread', 'talk']);
  await lemming(root, ['run', '--until-idle']);
  await lemming(root, ['approve', 'A-1-manager-1']);
  expect(await need(root, 'talk')).toEqual({ agent: 'human' });
});
