import { expect } from 'vitest';
import type { Connection } from '../../src/providers/provider.ts';
import type { Answer, FakeService } from './fake-service.ts';
import { collectGarbage, promptOf, world } from './world.ts';

/** Milliseconds from an abort until a call ends with the reason of the signal. `ready`: resolves when the call is under way. */
export async function timeToEnd(
  call: (signal: AbortSignal) => Promise<unknown>,
  ready: () => Promise<unknown>,
): Promise<number> {
  const control = new AbortController();
  const outcome = call(control.signal).catch((error: unknown) => error);
  await ready();
  const reason = new Error('the owner pressed Ctrl-C');
  const at = performance.now();
  control.abort(reason);
  expect(await outcome).toBe(reason);
  return performance.now() - at;
}

/** The same of a service that stalls in the middle of its answer, until it sees that it was left, whatever was collected meanwhile. */
export async function timeToLeave<R>(
  service: FakeService<R>,
  answer: Answer,
  open: () => Promise<Connection>,
): Promise<number> {
  service.answer({ ...answer, ending: 'stall' });
  const connection = await open();
  const arrived = service.arrived();
  const left = service.left();
  const took = await timeToEnd(
    (signal) => connection.complete(promptOf(), signal),
    async () => {
      await arrived;
      await world().sleep(50);
      collectGarbage();
    },
  );
  const ended = performance.now();
  await left;
  return took + performance.now() - ended;
}
