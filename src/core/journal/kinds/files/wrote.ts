/** The `wrote` line: a file has another text, or was removed; only in a workspace may it hold something other than text. */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { contentHash, contentsOf } from '../../../model/content.ts';
import { setWritten } from '../../files-reducer.ts';
import type { LineKind } from '../line-kind.ts';
import { changeBytes } from '../line-texts.ts';
import { replacing } from '../schemas.ts';

const schema = later(() =>
  z.strictObject({
    k: z.literal('wrote'),
    agent: z.string(),
    path: z.string(),
    ...replacing(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Effects {
    wrote: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'wrote'> = {
  phase: 'effect',
  schema,
  apply: setWritten,
  files: ({ path, ...wrote }) => {
    const { text, was } = contentsOf(wrote);
    if (text !== null) return [{ op: 'replace', path, text, was }];
    return was === null ? [] : [{ op: 'remove', path, hash: contentHash(was) }]; // what a person made of it since stays
  },
  undo: {
    by: ({ agent }) => agent,
    changes: ({ path, ...wrote }) => {
      const { text, was } = contentsOf(wrote);
      return [{ on: path, before: contentHash(was), after: contentHash(text), was, text }];
    },
  },
  texts: null,
  bytes: changeBytes,
  changesConfig: ({ path }) => /^((agents\/[^/]+|org)\/skills\/[^_]|agents\/[^/]+\/resume\.md$)/.test(path),
  tellsOfFiles: true,
};
