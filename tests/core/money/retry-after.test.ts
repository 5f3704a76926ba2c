import { expect, it } from 'vitest';
import { failed, intent, opened } from '../entries.ts';
import { stateOf } from '../world.ts';

it('a pause that a service asked for counts from the turn when its line says no time', () => {
  const lines = [opened(1, 1000), intent(), failed({ failure: 'rate-limit', retryAfterMs: 500 })];
  const { at: _, ...untimed } = lines[2] as ReturnType<typeof failed>;
  const closed = (last: typeof untimed) =>
    JSON.stringify([...stateOf(lines[0] as never, lines[1] as never, last as never).calls.waits]);
  expect(closed(untimed)).toContain('1500');
  expect(closed({ ...untimed, at: 2000 } as never)).toContain('2500');
});
