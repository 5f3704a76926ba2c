import { expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { GENESIS, Journal, journalPath } from '../../../src/disk/journal/journal.ts';
import { Tail } from '../../../src/disk/journal/tail.ts';
import { MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { intent, replied } from '../../core/entries.ts';

const open = (turn: number): Entry => ({ k: 'open', turn, time: 1, boot: 'b', lock: 1, version: '1' });
const commit = (turn: number): Entry => ({ k: 'commit', turn, lock: 1 });

function journal(disk = new MemoryDisk()) {
  const writer = new Journal(disk, 1, GENESIS, 0);
  const write = (...entries: Entry[]) => {
    writer.add(...entries);
    writer.write(true);
  };
  return { disk, writer, write };
}

it('gives the lines of each group once, from file to file', () => {
  const { disk, writer, write } = journal();
  const tail = new Tail(disk, 1, 0, GENESIS);
  expect(tail.look()).toEqual([]);
  write(open(1));
  expect(tail.look()).toEqual([open(1)]);
  expect(tail.look()).toEqual([]);
  write(commit(1));
  writer.turnTo(2);
  write(open(2));
  writer.turnTo(3);
  write(open(3));
  expect(tail.look()).toEqual([commit(1), open(2), open(3)]);
});

it('goes on in the middle of a file, and knows what its lines refer to', () => {
  const { disk, writer, write } = journal();
  const input = { to: 'b', body: 'The same words' };
  const reply = {
    k: 'reply',
    turn: 1,
    agent: 'a',
    n: 1,
    attempt: 1,
    cost: 0,
    over: 0,
    ms: 1,
    reply: { text: '', acts: [{ id: '1', tool: 'send_message', input }], usage: null, requestId: null, model: 'm' },
  } as Entry;
  const sent = {
    k: 'sent',
    message: {
      id: '000001-a-01',
      from: 'a',
      to: ['b'],
      turn: 1,
      kind: 'message',
      subject: 's',
      priority: 'normal',
      thread: 't',
      hops: 0,
      path: 'p',
      body: input.body,
    },
  } as Entry;
  write(open(1), reply);
  const tail = new Tail(disk, 1, writer.size, writer.head);
  expect(tail.before).toEqual([open(1), reply]);
  write(sent, commit(1));
  expect(tail.look()).toEqual([sent, commit(1)]);
});

it('leaves out a tail that is not sealed yet', () => {
  const { disk, write } = journal();
  write(open(1));
  const tail = new Tail(disk, 1, 0, GENESIS);
  const torn = disk.append(journalPath(1));
  torn.write(JSON.stringify(commit(1)));
  expect(tail.look()).toEqual([open(1)]);
  torn.close();
});

it('says when it is another journal', () => {
  const { disk, write } = journal();
  write(open(1));
  write(commit(1));
  const tail = new Tail(disk, 1, 0, GENESIS);
  tail.look();
  const bytes = disk.read(journalPath(1)) ?? new Uint8Array();
  disk.unlink(journalPath(1));
  disk.create(journalPath(1), bytes.slice(0, 20));
  expect(tail.look()).toBeNull();
  disk.unlink(journalPath(1));
  expect(new Tail(disk, 1, 0, GENESIS).look()).toEqual([]);
  disk.create(journalPath(1), bytes);
  expect(new Tail(disk, 1, 0, 'another head').look()).toBeNull();
});

it('goes on among the uses of tools that a prompt refers to, though the next ones are there already', () => {
  const { disk, writer, write } = journal();
  const key = { k: 'used', turn: 1, agent: 'a', ok: true } as const;
  const use = (n: number, act: number): Entry => ({ ...key, files: [], n, act, text: `text ${n}.${act}` });
  const asked = (n: number): Entry => {
    const result = (act: number) => ({ id: `r${act}`, tool: 'read_file', text: `text ${n}.${act}`, ok: true });
    return intent({ agent: 'a', n: n + 1, prompt: { after: n, results: [result(1), result(2)] } });
  };
  write(open(1), use(1, 1));
  const { size, head } = writer;
  write(use(1, 2), asked(1));
  write(replied({ agent: 'a', n: 2 }), use(2, 1), use(2, 2), asked(2));
  const tail = new Tail(disk, 1, size, head);
  expect(tail.before).toEqual([open(1), use(1, 1)]);
  expect(tail.look()).toEqual([use(1, 2), asked(1), replied({ agent: 'a', n: 2 }), use(2, 1), use(2, 2), asked(2)]);
  expect(
    Buffer.from(disk.read(journalPath(1)) ?? [])
      .toString()
      .match(/text 1\.2/g),
  ).toHaveLength(1);
});
