import { expect, it } from 'vitest';
import { act, diagnosed, found, type Said, say, spoken } from '../planted.ts';

const ANSWER = say('human', 'The page about tea is ready now.', { kind: 'response' });
const look = (n: number) => act('read_file', { path: `agents-${n}.md` });

it('a visit of several calls without any effect is found', async () => {
  const said: Said[] = [
    { agent: 'a', turn: 1, acts: [look(1)], more: true },
    { agent: 'a', turn: 1, call: 2, acts: [look(2)], more: true },
    { agent: 'a', turn: 1, call: 3, text: '', acts: [act('done')] },
    { agent: 'a', turn: 2, acts: [ANSWER] },
  ];
  const all = diagnosed(await spoken(said));
  expect(all.find(({ kind }) => kind === 'no-progress')).toMatchObject({
    mode: 'does not know when to end',
    agent: 'a',
    turn: 1,
    ids: ['1.a.1', '1.a.2', '1.a.3'],
  });
});

it('visits of a schedule that do nothing are found, one that does something begins anew', async () => {
  const resumes = { b: { schedule: { every: 1, when: 'always' } } };
  const first: Said = { agent: 'a', turn: 1, acts: [ANSWER] };
  expect(await found([first], { turns: 4, resumes })).toEqual(['no-progress b 3']);
  const works: Said = { agent: 'b', turn: 2, acts: [act('remember', { key: 'k', text: 't' })] };
  expect(await found([first, works], { turns: 4, resumes })).toEqual([]);
});

it('a visit that ran out of steps is found', async () => {
  const said: Said[] = [1, 2, 3].map((call) => ({ agent: 'a', turn: 1, call, acts: [look(call)], more: true }));
  const all = await found([...said, { agent: 'a', turn: 2, acts: [ANSWER] }], { limits: { steps: 3 } });
  expect(all).toEqual(['out-of-steps a 1']);
});

it('a short visit that only takes note is none', async () => {
  const said: Said[] = [
    { agent: 'a', turn: 1, acts: [say('b', 'The page is made.'), ANSWER] },
    { agent: 'b', turn: 2, text: 'Noted.' },
  ];
  expect(await found(said)).toEqual([]);
});
