import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { JournalFiles } from '../../../src/engine/replay/journal-files.ts';
import { EVERY, opened } from '../../core/entries.ts';

/** The files that these lines make. */
function filesOf(...entries: Entry[]): string[] {
  const refold = new JournalFiles();
  refold.take({ file: 1, line: 1, seal: '', entries } as never);
  return [...refold.files.keys()].sort();
}

describe('files made anew from the journal', () => {
  const { wrote, sent, used, commit, file } = EVERY;

  it('are those of a turn once it is committed', () => {
    const made = filesOf(opened(2), sent, wrote, commit);
    expect(made).toEqual(expect.arrayContaining([wrote.path, sent.message.path]));
  });

  it('are none of a turn that was not finished, but for what tools wrote at once and what people wrote', () => {
    expect(filesOf(opened(2), sent, wrote)).toEqual([]);
    expect(filesOf(opened(2), sent, wrote, used, file)).toEqual(
      [file.path, ...used.files.filter(({ text }) => text !== null).map(({ path }) => path)].sort(),
    );
  });
});
