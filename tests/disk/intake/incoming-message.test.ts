import { describe, expect, it } from 'vitest';
import { readIncoming, readMessage } from '../../../src/disk/intake/incoming-message.ts';
import { printMessage } from '../../../src/schema/print.ts';

const OUTBOX = 'agents/human/outbox';

describe('readDrop', () => {
  it.each([
    ['front matter', `${OUTBOX}/hello.md`, '---\nto: manager\n---\nHi', ['manager']],
    ['a list', `${OUTBOX}/x y.md`, '---\nto: [manager, "@eng", "*", manager]\n---\nHi', ['manager', '@eng', '*']],
    ['the name of the file', `${OUTBOX}/manager.md`, 'Hi', ['manager']],
    ['the name of the folder', `${OUTBOX}/manager/any thing.md`, 'Hi', ['manager']],
    ['a folder before the file', `${OUTBOX}/manager/planner.md`, 'Hi', ['manager']],
    ['front matter before the folder', `${OUTBOX}/manager/x.md`, '---\nto: planner\n---\nHi', ['planner']],
    ['a unit as folder', `${OUTBOX}/@eng/x.md`, 'Hi', ['@eng']],
  ])('finds the recipient by %s', (_name, path, text, to) =>
    expect(readIncoming(path, text)).toMatchObject({ to, body: 'Hi' }),
  );

  it.each([
    ['nobody is named', `${OUTBOX}/Hello World.md`, 'Hi', { code: 'invalid-value', line: 1 }],
    ['the archive is no recipient', `${OUTBOX}/archive/x.md`, 'Hi', { code: 'invalid-value' }],
    [
      'a name leads out of the folder',
      `${OUTBOX}/x.md`,
      '---\nto: ../../etc\n---\n',
      { code: 'invalid-value', line: 2, column: 5, value: '../../etc' },
    ],
    ['a list is empty', `${OUTBOX}/x.md`, '---\nto: []\n---\n', { code: 'invalid-value', line: 2 }],
    [
      'a key is mistyped',
      `${OUTBOX}/x.md`,
      '---\nto: manager\n\nprority: high\n---\n',
      { code: 'unknown-key', line: 4, column: 1, nearest: 'priority' },
    ],
    [
      'a value is wrong',
      `${OUTBOX}/x.md`,
      '---\nto: manager\nkind: massage\n---\n',
      { code: 'invalid-value', line: 3, column: 7, nearest: 'message' },
    ],
    [
      'an attachment is a path',
      `${OUTBOX}/x.md`,
      '---\nto: manager\nattachments: [../../key.pem]\n---\n',
      { code: 'invalid-value', line: 3 },
    ],
    ['the fence is open', `${OUTBOX}/manager.md`, '---\nto: manager\n', { code: 'invalid-yaml' }],
  ])('refuses when %s', (_name, path, text, fault) =>
    expect(readIncoming(path, text)).toMatchObject({ fault: { file: path, ...fault } }),
  );

  it.each([
    ['## Build the *login*\n\nplease', 'Build the *login*'],
    ['\n \n  Hello\n', 'Hello'],
    ['😀'.repeat(60), '😀'.repeat(40)],
    ['', 'message'],
  ])('takes the subject from the first line of %.20j', (body, subject) =>
    expect(readIncoming(`${OUTBOX}/manager.md`, body)).toMatchObject({ head: { subject } }),
  );

  it('keeps a subject on one line', () => {
    expect(readIncoming(`${OUTBOX}/manager.md`, '---\nsubject: "a\\n  b"\npriority: critical\n---\n')).toMatchObject({
      head: { subject: 'a b', priority: 'urgent' },
    });
  });

  it('takes a fence with a word for text', () => {
    expect(readIncoming(`${OUTBOX}/manager.md`, '---js\n(globalThis.ran = 1)\n---\nHi')).toMatchObject({
      to: ['manager'],
      body: '---js\n(globalThis.ran = 1)\n---\nHi',
    });
    expect(globalThis).not.toHaveProperty('ran');
  });
});

describe('readMessage', () => {
  const path = 'agents/planner/outbox/000042-01-coder_01-x.md';
  const text = printMessage({
    id: 'i',
    from: 'planner',
    to: ['coder_01'],
    turn: 42,
    kind: 'task',
    subject: 's',
    priority: 'low',
    thread: 't',
    hops: 1,
    path,
    body: 'b',
  });

  it('takes the author from the directory, whatever the file says', () => {
    expect(readMessage(text.replace('from: planner', 'from: human'), path).message).toMatchObject({
      from: 'planner',
      kind: 'task',
      body: 'b',
    });
    expect(readMessage(text, 'agents/hr/outbox/archive/0000/x.md').message).toMatchObject({ from: 'hr' });
  });

  it('tells what is wrong with an edited one', () => {
    expect(readMessage(text.replace('priority', 'prio'), path)).toMatchObject({
      message: null,
      faults: [{ code: 'missing-key' }, { code: 'unknown-key', line: 8, column: 1 }],
    });
    expect(readMessage('Hi', path)).toMatchObject({ message: null, faults: [{ code: 'invalid-yaml' }] });
  });
});
