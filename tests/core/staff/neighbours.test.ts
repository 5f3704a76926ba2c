import { expect, it } from 'vitest';
import { neighboursOf, printNeighbours } from '../../../src/core/staff/neighbours.ts';
import { configOf } from '../world.ts';

function lines(resumes: Record<string, Record<string, unknown>>, names = Object.keys(resumes)): string[] {
  return printNeighbours(configOf({ edges: { a: names }, resumes }), 'a').split('\n');
}

it('says what a colleague is good at, and when it reads mail', () => {
  expect(
    lines({
      b: { role: 'Builds', capabilities: ['css', 'poems'] },
      c: { role: '', skills: ['web-page', '*', 'tests'] },
      hr: { role: 'Knows', schedule: { every: 2 } },
      janitor: { role: 'Tidies', schedule: { every: 3, offset: 4 } },
      late: { role: 'Late', schedule: { every: 11, offset: 5 } },
      rare: { role: 'Rare', schedule: { every: 24 } },
      human: { role: 'Owns', person: true, schedule: { every: 2 } },
    }),
  ).toEqual([
    '- b: Builds (capabilities: css, poems)',
    '- c: no role given (skills: web-page, tests)',
    '- hr: Knows; reads mail every 2nd turn (2, 4, 6, ...)',
    '- janitor: Tidies; reads mail every 3rd turn (1, 4, 7, ...)',
    '- late: Late; reads mail every 11th turn (5, 16, 27, ...)',
    '- rare: Rare; reads mail every 24th turn (24, 48, 72, ...)',
    '- human: Owns',
  ]);
});

it('is worked out once for a configuration', () => {
  const config = configOf({ edges: { a: ['b'] } });
  expect(neighboursOf(config, 'a')).toBe(neighboursOf(config, 'a'));
  expect(neighboursOf(config, 'b')).toEqual([]);
});
