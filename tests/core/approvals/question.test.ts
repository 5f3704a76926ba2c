import { describe, expect, it } from 'vitest';
import { printApproval } from '../../../src/core/approvals/approval-text.ts';
import { chooseAnswer, type GivenAnswer, questionOf } from '../../../src/core/approvals/question.ts';
import type { Held } from '../../../src/core/model/entry.ts';
import { readMarkdown } from '../../../src/disk/yaml/yaml.ts';
import { approvalHead } from '../../../src/schema/records/approval.ts';
import { HELD } from '../entries.ts';

const { k: _, ...BARE } = HELD;
const ask = (input: object): Held => ({ ...BARE, tool: 'request_approval', input: { question: 'Which?', ...input } });
const OPTIONS = ['Tea', 'Coffee', '1', 'coffee, iced'];

describe('the answer to a question', () => {
  it.each([
    ['its text', { option: 'Coffee' }, 'Coffee'],
    ['its text in another case, with spaces', { option: ' tEA ' }, 'Tea'],
    ['its number', { option: 2 }, 'Coffee'],
    ['its number as a text', { option: '4' }, 'coffee, iced'],
    ['a text that is a number, before the number', { option: '1' }, '1'],
    ['nothing', {}, undefined],
  ])('is an option by %s', (_what, given, said) => {
    expect(chooseAnswer(ask({ options: OPTIONS }), given)).toEqual(said === undefined ? {} : { said });
  });

  it.each([
    ['none of them', { options: OPTIONS }, { option: 'Cofee' }, 'A-1-a-1 has no option "Cofee".', 'Coffee'],
    ['a number beyond', { options: ['Tea'] }, { option: 2 }, 'A-1-a-1 has no option "2".', undefined],
    ['zero', { options: ['Tea'] }, { option: 0 }, 'A-1-a-1 has no option "0".', undefined],
    ['empty', { options: ['Tea'] }, { option: '' }, 'A-1-a-1 has no option "".', undefined],
    [
      'one of two that differ by case',
      { options: ['tea', 'TEA'] },
      { option: 'Tea' },
      'A-1-a-1 has no option "Tea".',
      'tea',
    ],
    ['of a question without options', {}, { option: 'Tea' }, 'A-1-a-1 has no options.', undefined],
    ['a text that was not asked for', {}, { answer: 'Tea' }, 'A-1-a-1 does not ask for a text.', undefined],
    ['an empty text', { free_text: true }, { answer: ' \n' }, 'The answer is empty.', undefined],
  ])('is refused: %s', (_what, input, given: GivenAnswer, why, nearest) => {
    const chosen = chooseAnswer(ask(input), given);
    expect(chosen).toMatchObject({ why, ...(nearest === undefined ? {} : { nearest }) });
    const { options = [] } = input as { options?: readonly string[] };
    for (const option of options) expect(chosen).toMatchObject({ remedy: expect.stringContaining(`"${option}"`) });
  });

  it('may be a text where one is asked for', () => {
    expect(chooseAnswer(ask({ free_text: true }), { answer: 'Neither.' })).toEqual({ said: 'Neither.' });
  });

  it('is no answer to an act', () => {
    const held: Held = { ...BARE, tool: 'write_file', input: { path: 'x', content: '' } };
    expect(questionOf(held)).toBeNull();
    expect(chooseAnswer(held, { option: 'Tea' })).toMatchObject({ why: 'A-1-a-1 has no options.' });
    expect(chooseAnswer(held, { answer: 'Tea' })).toMatchObject({ why: 'A-1-a-1 is not a question.' });
  });
});

describe('the file of a question', () => {
  const head = (text: string) => readMarkdown(approvalHead(), text, 'org/approvals/x.md');

  it.each([
    [{}, [], 'set `decision: approve` for yes, `decision: deny` for no above'],
    [{ options: OPTIONS }, ['option'], '`lemming approve A-1-a-1 --option Tea`'],
    [{ options: ['a b'] }, ['option'], '`lemming approve A-1-a-1 --option 1`'],
    [{ free_text: true }, ['answer'], '`lemming approve A-1-a-1 --answer TEXT`'],
    [{ options: OPTIONS, free_text: true }, ['option', 'answer'], 'or `answer:` with your text'],
  ])('of %j has the keys %j and says how to answer', (input, keys, words) => {
    const text = printApproval(ask(input));
    expect(head(text).faults).toEqual([]);
    for (const key of ['option', 'answer'])
      expect(text.includes(`\n${key}: null\n`)).toBe((keys as string[]).includes(key));
    expect(text).toContain(words);
  });

  it('keeps what was chosen or written', () => {
    const given = { decision: 'approve', by: 'human', note: '', outcome: 'x' } as const;
    const both = ask({ options: OPTIONS, free_text: true });
    expect(head(printApproval(both, { said: 'Tea', ...given })).head).toMatchObject({ option: 'Tea', answer: null });
    expect(head(printApproval(both, { said: 'Water', ...given })).head).toMatchObject({
      option: null,
      answer: 'Water',
    });
    expect(head(printApproval(both, given)).head).toMatchObject({ option: null, answer: null });
    expect(head(printApproval(ask({ free_text: true }), given)).head).toMatchObject({ answer: null });
  });
});
