import { expect, it } from 'vitest';
import type { Approval } from '../../../src/core/model/state/approvals.ts';
import { readAnswer } from '../../../src/disk/intake/answer.ts';
import { HELD } from '../../core/entries.ts';
import { configOf, stateOf } from '../../core/world.ts';

const config = configOf({ edges: { boss: [], human: ['a'], a: [] }, resumes: { boss: { person: true } } });
const approval = (contacts: string[]) => stateOf({ ...HELD, contacts }).approvals.pending.get(HELD.id) as Approval;
const read = (head: string, contacts = ['human'], org = config) =>
  readAnswer(org, approval(contacts), 'org/approvals/A-1-a-1.md', `---\n${head}\n---\n`);

it.each([
  ['decision: approve', ['human'], { decision: 'approve', by: 'human', note: '' }],
  ['decision: deny\nnote: |\n  two\n  lines', ['gone', 'human'], { decision: 'deny', by: 'human', note: 'two lines' }],
  ['decision: approve', ['gone'], { decision: 'approve', by: 'boss', note: '' }],
  ['decision: approve\nby: boss', ['human'], { decision: 'approve', by: 'boss', note: '' }],
  ['note: later', ['human'], 'undecided'],
  ['decision:', ['human'], 'undecided'],
] as const)('%j, asked %j', (head, contacts, answer) => expect(read(head, [...contacts])).toEqual(answer));

it('is nobody else’s', () => {
  const nobody = configOf({ edges: { a: [] }, resumes: { human: { person: false } } });
  for (const answer of [read('decision: approve\nby: a'), read('decision: approve', [], nobody)])
    expect(answer).toMatchObject({
      faults: [{ code: 'invalid-value', message: expect.stringContaining('Only a person') }],
    });
  expect(read('id: A-1-a-2\ndecision: approve')).toMatchObject({ faults: [{ code: 'invalid-value' }] });
  expect(read('decision: perhaps')).toMatchObject({ faults: [{ file: 'org/approvals/A-1-a-1.md', line: 2 }] });
});
