import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import { attachmentsHint, keepOnce, permitRead } from '../../../src/core/mail/attachments.ts';
import type { Effect, Entry } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { permitPath } from '../../../src/core/model/tool-path.ts';
import { visited } from '../entries.ts';
import { configOf, letter, resumeOf } from '../world.ts';

const CONFIG = configOf({ edges: { human: ['a'], a: ['b'], b: ['a'] } });
const A = { ...resumeOf(CONFIG, 'a'), shared: ['docs'] };

/** A message with files, in the folder of the message or as rules 2 laid them. */
function sent(from: string, to: string, n: number, names: string[], tainted?: true): Extract<Entry, { k: 'sent' }> {
  const message = letter({ from, to: [to], n, attachments: names });
  const files = names.map((name) => ({ path: `agents/${from}/outbox/000001-0${n}.files/${name}`, data: 'eA==' }));
  return { k: 'sent', message, files, ...(tainted && { tainted }) };
}

function stateOf(...lines: Entry[]) {
  const state = emptyState();
  for (const line of lines) apply(state, line);
  return state;
}

const given = (...ids: string[]) => ids.map((id) => ({ id }));
const anywhere = () => true;

describe('a path of an attachment', () => {
  const state = stateOf(
    sent('b', 'a', 1, ['x.md', 'é.md']),
    sent('b', 'a', 2, ['x.md']),
    sent('b', 'human', 3, ['secret.md']),
    {
      k: 'sent',
      message: letter({ from: 'b', to: ['a'], n: 4, attachments: ['000001-04-1-x.md'] }),
      files: [{ path: 'agents/b/outbox/000001-04-1-x.md', data: 'eA==' }],
    },
    {
      k: 'drop',
      turn: 1,
      found: 'f',
      hash: 'h',
      message: letter({ attachments: ['plan.pdf', 'beside.txt'] }),
      attached: [
        { path: 'agents/human/outbox/000001-01.files/plan.pdf', found: 'agents/human/outbox/f.files/plan.pdf' },
        { path: 'agents/human/outbox/beside.txt' },
      ],
    },
    { k: 'drop', turn: 1, found: 'g', hash: 'h', message: letter({ n: 2, attachments: ['old.txt'] }) },
  );
  const folder = 'agents/b/outbox/000001-01.files';
  it.each<[path: string, mail: string[], found: string]>([
    ['attachments/x.md', ['000001-b-01'], `${folder}/x.md`],
    ['./attachments/x.md', ['000001-b-01', '000001-b-01'], `${folder}/x.md`],
    ['attachments/e\u0301.md', ['000001-b-01'], `${folder}/é.md`],
    ['attachments/000001-b-01/x.md', ['000001-b-01', '000001-b-02'], `${folder}/x.md`],
    ['attachments/plan.pdf', ['000001-human-01'], 'agents/human/outbox/000001-01.files/plan.pdf'],
    ['attachments/beside.txt', ['000001-human-01'], 'agents/human/outbox/beside.txt'],
    ['attachments/old.txt', ['000001-human-02'], 'agents/human/outbox/old.txt'],
    ['attachments/000001-04-1-x.md', ['000001-b-04'], 'agents/b/outbox/000001-04-1-x.md'],
    ['attachments/000001-b-04/000001-04-1-x.md', ['000001-b-04'], 'agents/b/outbox/000001-04-1-x.md'],
    ['attachments/y.md', ['000001-b-01'], 'agents/a/workspace/attachments/y.md'],
    ['attachments/000001-b-01/x.md', [], 'agents/a/workspace/attachments/000001-b-01/x.md'],
    ['attachments/000001-b-03/secret.md', ['000001-b-01'], 'agents/a/workspace/attachments/000001-b-03/secret.md'],
    ['attachments/no-id/x.md', ['000001-b-01'], 'agents/a/workspace/attachments/no-id/x.md'],
    ['attachments/000009-b-01/x.md', ['000009-b-01'], 'agents/a/workspace/attachments/000009-b-01/x.md'],
    ['mine/attachments/x.md', ['000001-b-01'], 'agents/a/workspace/mine/attachments/x.md'],
    ['attachments/x.md/a/b', ['000001-b-01'], 'agents/a/workspace/attachments/x.md/a/b'],
  ])('%s, with %j, leads to %s', (path, ids, found) => {
    const ruling = permitRead({ state, resume: A, given: given(...ids) }, path, anywhere);
    expect(ruling).toMatchObject({ ok: true, path: found });
    if (found.includes('/workspace/')) expect(ruling).toEqual(permitPath(A, path));
  });

  it('that two messages bring is refused with both choices', () => {
    const reader = { state, resume: A, given: given('000001-b-01', '000001-b-02') };
    expect(permitRead(reader, 'attachments/x.md', anywhere)).toEqual({
      ok: false,
      text: '2 messages bring a file "x.md". Say which one: "attachments/000001-b-01/x.md" or "attachments/000001-b-02/x.md".',
    });
  });

  it('may lie in the archive, or still where it was found', () => {
    const reader = { state, resume: A, given: given('000001-human-01') };
    expect(permitRead(reader, 'attachments/plan.pdf', anywhere)).toMatchObject({
      also: ['agents/human/outbox/archive/0000/000001-01.files/plan.pdf', 'agents/human/outbox/f.files/plan.pdf'],
    });
  });

  it('that leads nowhere is told with those that there are', () => {
    const reader = { state, resume: A, given: given('000001-b-02', '000001-b-09') };
    expect(attachmentsHint(reader, 'attachments/y.md')).toBe(
      ' The mail of this visit brings: x.md. What came with earlier mail, or with the result of a task, is attachments/<its id>/NAME.',
    );
    expect(attachmentsHint({ ...reader, given: [] }, 'attachments/y.md')).toBe(
      ' The mail of this visit brings no files. What came with earlier mail, or with the result of a task, is attachments/<its id>/NAME.',
    );
    expect(attachmentsHint(reader, 'y.md')).toBe('');
    expect(attachmentsHint(reader, 'notes/x.md')).toBe(' Do you mean attachments/x.md?');
  });
});

describe('what an agent was given', () => {
  const reads = (state: ReturnType<typeof stateOf>, id: string, name = 'x.md') =>
    permitRead({ state, resume: A, given: [] }, `attachments/${id}/${name}`, anywhere);

  it.each(['ok', 'cut'] as const)('stays readable after a visit that ended %s', (outcome) => {
    const state = stateOf(
      sent('b', 'a', 1, ['x.md']),
      visited({ outcome, mail: ['000001-b-01'] }),
      visited({ mail: ['000001-b-01'] }),
    );
    expect(reads(state, '000001-b-01')).toMatchObject({ path: 'agents/b/outbox/000001-01.files/x.md' });
    expect(state.mail.attached.get('000001-b-01')?.readers).toEqual(['a']);
  });

  it.each(['failed', 'skipped'] as const)('is nothing of a visit that %s', (outcome) => {
    const state = stateOf(sent('b', 'a', 1, ['x.md']), visited({ outcome, mail: ['000001-b-01'] }));
    expect(reads(state, '000001-b-01')).toEqual(permitPath(A, 'attachments/000001-b-01/x.md'));
  });

  it('is what it wrote, too', () => {
    expect(reads(stateOf(sent('a', 'b', 1, ['x.md'])), '000001-a-01')).toMatchObject({
      path: 'agents/a/outbox/000001-01.files/x.md',
    });
  });

  it('taints whoever reads it when it holds words of strangers', () => {
    const state = stateOf(sent('b', 'a', 1, ['x.md'], true), visited({ mail: ['000001-b-01'] }));
    expect(state.rights.tainted.get('a')).toBe('000001-b-01');
    expect(reads(state, '000001-b-01')).toMatchObject({ tainted: true });
    const ofTainted = emptyState();
    ofTainted.rights.tainted.set('b', 'call');
    apply(ofTainted, sent('b', 'a', 1, ['x.md']));
    apply(ofTainted, visited({ mail: ['000001-b-01'] }));
    expect(reads(ofTainted, '000001-b-01')).toMatchObject({ tainted: true });
  });

  it('is never mail of others, whatever it asks for', () => {
    const agents = ['a', 'b', 'c', 'human'];
    const pair = fc.tuple(fc.constantFrom(...agents), fc.constantFrom(...agents), fc.boolean());
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), (mails) => {
        const state = emptyState();
        const known = new Set<string>();
        mails.forEach(([from, to, isGiven], i) => {
          const line = sent(from, to, 1, ['x.md']);
          const id = `${String(i + 1).padStart(6, '0')}-${from}-01`;
          apply(state, { ...line, message: { ...line.message, id, turn: i + 1 } });
          if (isGiven) apply(state, visited({ agent: to, mail: [id] }));
          if (from === 'a' || (isGiven && to === 'a')) known.add(id);
        });
        for (const [i, [from]] of mails.entries()) {
          const id = `${String(i + 1).padStart(6, '0')}-${from}-01`;
          const ruling = reads(state, id);
          expect(ruling.ok && ruling.path.includes('/outbox/')).toBe(known.has(id));
        }
      }),
    );
  });

  it('is forgotten when all mail is', () => {
    const state = stateOf(sent('a', 'b', 1, ['x.md']), {
      k: 'request',
      request: { ask: 'reset', by: 'human', scope: 'mail', archive: 'x' },
      time: 0,
    });
    expect(state.mail.attached.size).toBe(0);
  });
});

describe('bytes that are sent on', () => {
  const bytes = Buffer.from('the page');
  const data = bytes.toString('base64');
  const hash = textHash(bytes);
  const carried = (n: number, path: string, from: string, same?: string): Effect => ({
    k: 'sent',
    message: letter({ n }),
    files: [same === undefined ? { data, path, from } : { path, from, hash, same, data }],
  });
  const A = 'agents/a/outbox/000001-01.files/x';
  const B = 'agents/b/outbox/000001-02.files/x';
  const C = 'agents/c/outbox/000001-03.files/x';
  const OURS = 'agents/a/workspace/x';
  const THEIRS = 'agents/human/outbox/x';

  it('are named by the file in whose line they stand', () => {
    const state = stateOf(...keepOnce(emptyState(), [carried(1, A, OURS)]));
    const onward = keepOnce(state, [carried(2, B, A)]);
    expect(onward).toEqual([carried(2, B, A, A)]);
    for (const line of onward) apply(state, line);
    expect(keepOnce(state, [carried(3, C, B)])).toEqual([carried(3, C, B, A)]);
  });

  it('of a person are kept once, too, though their own line holds none', () => {
    const both = [carried(1, A, THEIRS), visited(), carried(2, B, THEIRS)];
    const made = keepOnce(emptyState(), both);
    expect(made).toEqual([both[0], visited(), carried(2, B, THEIRS, A)]);
    expect(keepOnce(stateOf(...made), [carried(3, C, THEIRS)])).toEqual([carried(3, C, THEIRS, A)]);
    expect(keepOnce(stateOf(...made), [carried(3, C, B)])).toEqual([carried(3, C, B, A)]);
  });

  it('are kept apart from equal ones that came another way, and from what changed meanwhile', () => {
    const state = stateOf(carried(1, A, OURS));
    const alike = [carried(2, B, 'agents/b/workspace/x')];
    expect(keepOnce(state, alike)).toEqual(alike);
    const edited: Effect = { k: 'sent', message: letter({ n: 3 }), files: [{ data: 'eA==', path: C, from: A }] };
    expect(keepOnce(state, [edited])).toEqual([edited]);
  });

  it('are known in lines that do not say whence they came', () => {
    const old: Effect = { k: 'sent', message: letter(), files: [{ path: 'agents/a/outbox/000001-01-1-x', data }] };
    const state = stateOf(old);
    expect(keepOnce(state, [carried(2, B, 'agents/a/outbox/000001-01-1-x')])).toMatchObject([
      { files: [{ same: 'agents/a/outbox/000001-01-1-x' }] },
    ]);
  });

  it('are left alone where nothing is attached', () => {
    const effects: Effect[] = [{ k: 'sent', message: letter() }, visited()];
    expect(keepOnce(emptyState(), effects)).toBe(effects);
  });
});
