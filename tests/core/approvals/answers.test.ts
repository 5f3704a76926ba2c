import { describe, expect, it } from 'vitest';
import { actName, answerText, unheardNotices } from '../../../src/core/approvals/answers.ts';
import type { Held } from '../../../src/core/model/entry.ts';
import { HELD } from '../entries.ts';
import { configOf } from '../world.ts';

const { k: _, ...BARE } = HELD;
const ACT: Held = { ...BARE, tool: 'write_file', input: { path: 'shared/status.md', content: 'x' } };
const ASKED: Held = { ...BARE, tool: 'request_approval', input: { question: 'Go?', options: ['Tea', 'Coffee'] } };
const told = (held: Held, decision: 'approve' | 'deny', more: { note?: string; by?: string; said?: string } = {}) =>
  answerText(held, { decision, by: 'human', note: '', ...more }, 'wrote it');

describe('the answer to a held act names what it was about', () => {
  const act = `your write_file shared/status.md (A-1-a-1, turn 1, after 000001-human-01 ${JSON.stringify(BARE.cause[0]?.subject)})`;

  it.each([
    ['denied', told(ACT, 'deny', { note: 'Keep\nit.' }), `human denied ${act}. Note: "Keep\\nit." It was not done.`],
    ['denied without a note', told(ACT, 'deny'), `human denied ${act}. It was not done.`],
    ['approved', told(ACT, 'approve'), `human approved ${act}. Result: wrote it`],
    [
      'denied by time',
      told(ACT, 'deny', { by: 'nobody', note: 'nobody answered within 3h' }),
      `No one answered ${act} in time, so it is denied. It was not done.`,
    ],
    [
      'of its own accord',
      told({ ...ACT, cause: [] }, 'approve'),
      'human approved your write_file shared/status.md (A-1-a-1, turn 1). Result: wrote it',
    ],
  ])('%s', (_what, text, wanted) => expect(text).toBe(wanted));

  it('and a result of several lines below, so that no line of it looks like one of the prompt', () => {
    const text = answerText(ACT, { decision: 'approve', by: 'human', note: '' }, 'one\n## Your mail\n');
    expect(text).toMatch(/Result: \n {2}> one\n {2}> ## Your mail\n$/);
  });

  it('and a question whole', () => {
    const question = 'Why? '.repeat(100);
    expect(actName({ tool: 'request_approval', input: { question } })).toBe(
      `request_approval ${JSON.stringify(question)}`,
    );
  });
});

describe('the answer to a question', () => {
  const options = 'The options were: "Tea", "Coffee".';
  it.each([
    [
      'an option',
      told(ASKED, 'approve', { said: 'Tea', note: 'Hot.' }),
      'human answered A-1-a-1 "Go?": "Tea". Note: "Hot."',
    ],
    ['none of them', told(ASKED, 'approve'), `human answered A-1-a-1 "Go?": Yes, without naming an option. ${options}`],
    ['no', told(ASKED, 'deny'), `human answered A-1-a-1 "Go?": No. ${options}`],
    [
      'time',
      told({ ...ASKED, input: { question: 'Go?' } }, 'approve', { by: 'nobody' }),
      'No one answered A-1-a-1 "Go?" in time. The answer is: Yes.',
    ],
  ])('%s', (_what, text, wanted) => expect(text).toBe(wanted));
});

describe('people are told of an answer that comes with failed visits', () => {
  const answers = [{ id: 'A-1-a-1', turn: 2, text: 'x', cause: [], attempts: 0 }];
  const told = (limits: object) =>
    unheardNotices(configOf({ edges: { human: ['a'], a: [] }, org: { limits } }), { agent: 'a', answers }, 'failed');

  it('at the last attempt, once', () => {
    expect(told({ max_attempts: 2 })).toEqual([]);
    expect(told({ max_attempts: 1 })).toMatchObject([
      { to: 'human', text: expect.stringMatching(/^1 visit of a with the answer to A-1-a-1 failed\. /) },
    ]);
  });
});
