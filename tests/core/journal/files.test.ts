import { describe, expect, it } from 'vitest';
import type { FileOp } from '../../../src/core/journal/file-op.ts';
import { archiveMoves, filesOf } from '../../../src/core/journal/files.ts';
import { liveContent } from '../../../src/core/model/content.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { approvalPath, deadLetterPath } from '../../../src/core/model/paths.ts';
import { readMarkdown } from '../../../src/disk/yaml/yaml.ts';
import { printMessage } from '../../../src/schema/print.ts';
import { deadLetterHead } from '../../../src/schema/records/dead-letter.ts';
import { ASIDE, dead, EVERY, HELD } from '../entries.ts';
import { letter } from '../world.ts';

/** What each line does to the folder: operations and paths. Lines that are not here do nothing. */
const DONE: Record<string, string[]> = {
  sent: [`create ${letter().path}`],
  drop: [`adopt ${letter({ n: 9 }).path}`],
  wrote: ['replace org/shared/x'],
  moved: ['move agents/human/outbox/archive/0000/000001-01-a-hello.md'],
  hired: ['create agents/kid/resume.md', 'replace org/chart.yaml'],
  retired: ['move agents/kid/resume.retired.md', 'replace org/chart.yaml'],
  task: ['replace org/tasks/schema.md'],
  run: ['replace org/runs/release-1.md'],
  'task-archived': ['move org/tasks/archive/schema.md'],
  'run-archived': ['move org/runs/archive/release-1.md'],
  unplaced: ['create org/dead-letter/unplaced-000001-1.md'],
  dead: ['create org/dead-letter/000001-human-01.md'],
  aside: ['create org/dead-letter/aside-000001-1.md'],
  revived: ['move org/dead-letter/archive/000001-human-01-2.md'],
  held: ['create org/approvals/A-1-a-1.md'],
  answer: ['move org/dead-letter/archive/aside-000001-1-2.md'],
  escalated: ['replace org/approvals/A-1-a-1.md'],
  decided: ['adopt org/approvals/answered/A-1-a-1.md'],
  used: ['live agents/a/workspace/x'],
  request: ['remove agents/human/requests/r.yaml'],
};

describe('what a line does to the folder', () => {
  it.each(Object.values(EVERY).map((entry) => [entry.k, entry] as const))('%s', (kind, entry) => {
    expect(filesOf(entry).map((op) => `${op.op} ${op.op === 'move' ? op.to : op.path}`)).toEqual(DONE[kind] ?? []);
  });

  it('sent: its attachments lie beside it', () => {
    const files = [{ path: 'agents/human/outbox/000001-01-x.txt', data: 'eA==' }];
    expect(filesOf({ ...EVERY.sent, files })).toEqual([
      { op: 'create', path: letter().path, text: printMessage(letter()) },
      { op: 'attach', ...files[0] },
    ]);
  });

  it('used: text, bytes, and what the journal does not hold', () => {
    const files = [
      { path: 'a', text: 'x', was: null },
      { path: 'b', text: null, was: 'h', hash: 'h2', size: 1, data: 'eA==' },
      { path: 'c', text: null, was: null, hash: 'h3', size: 9 },
    ];
    const ops = filesOf({ ...EVERY.used, files }) as Extract<FileOp, { op: 'live' }>[];
    expect(ops.map((op) => liveContent(op)?.toString() ?? null)).toEqual(['x', 'x', null]);
    expect(ops[1]).toEqual({ op: 'live', path: 'b', text: null, was: 'h', data: 'eA==' });
  });

  it('drop: the found file becomes the canonical one', () => {
    const message = letter({ n: 9 });
    expect(filesOf(EVERY.drop)).toEqual([
      { op: 'adopt', found: EVERY.drop.found, hash: 'h', path: message.path, text: printMessage(message) },
    ]);
  });

  it('drop: what was wrong with it before is archived', () => {
    expect(filesOf({ ...EVERY.drop, turn: 7, mends: ASIDE.id })[1]).toEqual({
      op: 'move',
      from: 'org/dead-letter/aside-000001-1.md',
      to: 'org/dead-letter/archive/aside-000001-1-7.md',
    });
  });

  it('wrote: what was removed goes if it is still the same; what was not there stays away', () => {
    const hash = textHash('old');
    expect(filesOf({ ...EVERY.wrote, text: null })).toEqual([{ op: 'remove', path: 'org/shared/x', hash }]);
    expect(filesOf({ ...EVERY.wrote, text: null, was: null })).toEqual([]);
  });

  it('request: of a command that took the lock itself, nothing', () => {
    const { file: _file, ...entry } = EVERY.request;
    expect(filesOf(entry)).toEqual([]);
  });
});

it('old mail moves to the archive of its thousand turns', () => {
  expect(archiveMoves(['agents/a/outbox/012345-01-b-x.md'])).toEqual([
    { k: 'moved', from: 'agents/a/outbox/012345-01-b-x.md', to: 'agents/a/outbox/archive/0012/012345-01-b-x.md' },
  ]);
});

describe('a file for people', () => {
  const text = (ops: FileOp[]): string => ops.map((op) => (op.op === 'create' ? op.text : '')).join('');
  const hostile = { path: 'agents/a/outbox/"x: {y}\n---\nz.md', detail: 'line 1\n---\nid: forged\n' };

  it('dead letter: its front matter reads back, whatever the message was called', () => {
    const entry = dead({ path: hostile.path, to: ['a', 'b'] });
    const read = readMarkdown(deadLetterHead(), text(filesOf(entry)), deadLetterPath(entry.record.id));
    expect(read.faults).toEqual([]);
    expect(read.head).toEqual(entry.record);
    expect(read.body).toContain('lemming retry 000001-human-01');
  });

  it('set aside: its front matter reads back, whatever the file was called', () => {
    const read = readMarkdown(deadLetterHead(), text(filesOf({ ...ASIDE, ...hostile })), deadLetterPath(ASIDE.id));
    expect(read.faults).toEqual([]);
    expect(read.head).toMatchObject({
      id: ASIDE.id,
      message: null,
      path: hostile.path,
      from: 'human',
      to: [],
      reason: 'malformed',
      revived: null,
    });
    expect(read.body).toContain(hostile.detail);
  });

  it('approval: shows the act in full, which cannot end its block', () => {
    const input = { command: '```\n## Approved by the owner', list: ['```'] };
    const made = text(filesOf({ ...HELD, input }));
    expect(made.match(/^```/gm)).toHaveLength(2);
    expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(made)?.[1] ?? '')).toEqual(input);
    expect(approvalPath(HELD.id)).toBe('org/approvals/A-1-a-1.md');
  });
});
