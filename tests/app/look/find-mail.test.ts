// @module-tag disk
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMail, type MailQuery, mailFiles, readMail } from '../../../src/app/look/mail-index.ts';
import { emptyState } from '../../../src/core/model/state.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import type { Sqlite } from '../../../src/disk/search/sqlite-index.ts';
import { padTurn } from '../../../src/schema/name.ts';
import { printMessage } from '../../../src/schema/print.ts';
import type { Message } from '../../../src/schema/records/message.ts';
import { scratch } from '../../commands/world.ts';
import { wasmSqlite } from '../../disk/search/wasm-sqlite.ts';
import { keptIn } from '../../kept.ts';

const AUTHORS = ['hr', 'planner'];
const WORDS = [
  'Giraffe',
  'giraffe',
  'ΑΣ',
  'ας',
  'İstanbul',
  'größe',
  '東京',
  'say "hi"',
  'a: b',
  '😀',
  '\0',
  '\u2028',
  'x',
  '',
];
const words = fc
  .array(fc.oneof(fc.constant('giraffe'), fc.constantFrom(...WORDS)), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(' '));
const spot = fc.record({
  author: fc.constantFrom(...AUTHORS),
  turn: fc.constantFrom(3, 7, 1007),
  archived: fc.boolean(),
});
const settled = fc.constantFrom(true, true, false);
/** What happens between two searches. `settled`: it was long ago. */
const deed = fc.oneof(
  fc.record({ do: fc.constant('send' as const), at: spot, subject: words, body: words, settled }),
  fc.record({ do: fc.constant('edit' as const), at: spot, body: words, settled }),
  fc.record({ do: fc.constant('remove' as const), at: spot }),
  fc.record({ do: fc.constant('archive' as const), at: spot }),
  fc.record({
    do: fc.constant('spoil' as const),
    at: spot,
    by: fc.constantFrom('no message', '---\nid: [\n---\nx', '\0giraffe', ''),
  }),
  fc.record({ do: fc.constant('damage' as const), by: fc.constantFrom('cut', 'fill', 'old', 'gone') }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('search' as const),
      words: fc
        .oneof({ weight: 3, arbitrary: fc.constantFrom('giraffe', 'ας', 'größe', 'i', 'x') }, words)
        .filter((text) => text.trim() !== ''),
      wish: fc.record({
        authors: fc.option(fc.subarray(AUTHORS), { nil: undefined }),
        since: fc.constantFrom(0, 0, 5),
        archived: fc.boolean(),
      }),
    }),
  },
);

describe.each([
  ['scan', null],
  ['SQLite', wasmSqlite],
] as [string, Sqlite | null][])('mail by an index, by %s', (_, source) => {
  it('is what a plain scan finds, whatever happens to the files and to the index', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 25, size: 'max' }), async (deeds) => {
        const root = scratch();
        const world = new Folder(root);
        world.seed();
        for (const one of deeds) {
          if (one.do !== 'search') world.take(one);
          else found += await compare(root, one.wish, one.words.trim(), source);
        }
        found += await compare(root, { archived: true }, 'giraffe', source);
      }),
      { numRuns: source ? 50 : 100 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

/** Both ways to search give the same; how many messages they found. */
async function compare(
  root: string,
  given: { [K in keyof MailQuery]: MailQuery[K] | undefined },
  text: string,
  source: Sqlite | null,
): Promise<number> {
  const { authors, ...rest } = given;
  const wish = { ...(authors && { authors }), ...rest } as MailQuery;
  const disk = realDisk(root);
  const holds = ({ subject, body }: Message) =>
    [subject, body].some((part) => part.toLowerCase().includes(text.toLowerCase()));
  const expected = [...readMail(disk, mailFiles({ disk, state: emptyState() }, wish))].filter(holds);
  expect(
    await findMail({ disk, state: emptyState(), kept: keptIn(disk) }, root, wish, text, async () => source),
  ).toEqual(expected);
  return expected.length;
}

/** A folder in which people and the engine are at work. */
class Folder {
  private seconds = 1000;
  constructor(private readonly root: string) {}

  /** Some mail that lies there for long. */
  seed(): void {
    for (const author of AUTHORS)
      for (const [turn, archived] of [
        [3, true],
        [7, false],
      ] as const)
        this.take({
          do: 'send',
          at: { author, turn, archived },
          subject: 'Giraffe größe',
          body: 'x ΑΣ',
          settled: true,
        });
  }

  take(one: Exclude<typeof deed extends fc.Arbitrary<infer D> ? D : never, { do: 'search' }>): void {
    if (one.do === 'damage') return this.damage(one.by);
    const path = this.place(one.at);
    if (one.do === 'send') this.write(path, messageOf(one.at, one.subject, one.body), one.settled);
    else if (one.do === 'spoil') this.write(path, one.by, true);
    else if (!existsSync(path)) return;
    else if (one.do === 'remove') rmSync(path);
    else if (one.do === 'edit') {
      appendFileSync(path, one.body);
      this.date(path, one.settled);
    } else {
      const archive = this.place({ ...one.at, archived: true });
      mkdirSync(join(archive, '..'), { recursive: true });
      renameSync(path, archive);
    }
  }

  private place({ author, turn, archived }: { author: string; turn: number; archived: boolean }): string {
    const span = archived ? `archive/${String(Math.floor(turn / 1000)).padStart(4, '0')}` : '.';
    return join(this.root, 'agents', author, 'outbox', span, `${padTurn(turn)}-01-human-x.md`);
  }

  private write(path: string, text: string, settled: boolean): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    this.date(path, settled);
  }

  private date(path: string, settled: boolean): void {
    this.seconds++;
    if (settled) utimesSync(path, this.seconds, this.seconds);
  }

  private damage(by: string): void {
    const folder = join(this.root, '.lemming');
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const file = join(folder, name);
      const bytes = readFileSync(file);
      if (by === 'gone') rmSync(file);
      else if (by === 'cut') writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
      else if (by === 'fill') writeFileSync(file, bytes.fill(0x41, bytes.length >> 2, bytes.length >> 1));
      else writeFileSync(file, '1 0\n[]\n');
    }
  }
}

function messageOf({ author, turn }: { author: string; turn: number }, subject: string, body: string): string {
  const id = `${padTurn(turn)}-${author}-01`;
  const fields = { kind: 'message', priority: 'normal', hops: 0, path: '' } as const;
  return printMessage({ ...fields, id, thread: id, from: author, to: ['human'], turn, subject, body });
}
