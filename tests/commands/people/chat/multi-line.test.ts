import { expect, it } from 'vitest';
import { blocks } from '../../../../src/commands/people/chat/multi-line.ts';

async function given(text: string): Promise<{ texts: string[]; open: boolean[] }> {
  const open: boolean[] = [];
  async function* lines() {
    yield* text.split('\n');
  }
  const texts: string[] = [];
  for await (const one of blocks(lines(), (is) => open.push(is))) texts.push(one);
  return { texts, open };
}

it('joins lines that end in a backslash', async () =>
  expect(await given('one \\\ntwo\nthree')).toEqual({ texts: ['one \ntwo', 'three'], open: [true, false, false] }));

it('takes what stands between two fences as one text', async () =>
  expect(await given('"""\none\\\n\n"two"\n """ \nthree')).toEqual({
    texts: ['one\\\n\n"two"', 'three'],
    open: [true, true, true, true, false, false],
  }));

it('gives what is unfinished at the end', async () =>
  expect([(await given('"""\none')).texts, (await given('one\\')).texts]).toEqual([['one'], ['one']]));
