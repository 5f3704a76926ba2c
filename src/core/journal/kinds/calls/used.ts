/** The `used` line: a tool has worked on the world. */

import * as z from 'zod';
import { defined } from '../../../../schema/copy.ts';
import { later } from '../../../../schema/later.ts';
import { contentHash, liveContent } from '../../../model/content.ts';
import type { LiveFile } from '../../../model/entry.ts';
import { taint } from '../../../rights/taint.ts';
import { noteFiles } from '../../files-reducer.ts';
import type { Change, LineKind } from '../line-kind.ts';
import { actKey, count } from '../schemas.ts';

/** A file of a workspace as a tool left it, and the hash of what stood there before. Without `hash`, null means that it is gone. */
const liveFile = later(() =>
  z.strictObject({
    path: z.string(),
    text: z.string().nullable(),
    was: z.string().nullable(),
    /**
     * sha256 of a file that is not text or is too large to keep; `data` is its content in base64 when it was small enough.
     */
    hash: z.string().optional(),
    size: count().optional(),
    data: z.string().optional(),
  }),
);

const schema = later(() =>
  z.strictObject({
    k: z.literal('used'),
    ...actKey(),
    ok: z.boolean(),
    text: z.string(),
    /** The rule of the tool context, of a host or of a quota that refused it. */
    rule: z.string().optional(),
    /** The text holds words of strangers: from then on the agent is tainted. */
    tainted: z.literal(true).optional(),
    /** Hosts that its program reached. */
    network: z.array(z.string()).optional(),
    /** Workspace files that the tool changed. */
    files: z.array(liveFile()),
    /** The tool asked for this write to a shared file; it becomes an effect. */
    shared: z.strictObject({ path: z.string(), text: z.string() }).optional(),
    /**
     * Nothing was written: this text, with its short hash, stood in the file and could not be merged with the agent's text.
     */
    conflict: z.strictObject({ text: z.string(), hash: z.string() }).optional(),
  }),
);

declare module '../../../model/entry.ts' {
  interface Calls {
    used: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'used'> = {
  phase: 'call',
  schema,
  apply: (state, line) => {
    if (line.tainted) taint(state, line.agent, `call ${line.turn}.${line.agent}.${line.n}`);
    noteFiles(state, line);
  },
  files: ({ files }) =>
    files.map(({ path, text, was, data }) => ({ op: 'live', path, text, was, ...defined({ data }) })),
  undo: {
    by: ({ agent }) => agent,
    changes: ({ files }, once) =>
      files.length === 0 && once !== null
        ? `${once} was used once, and left nothing in the journal that could be put back`
        : files.map(liveChange),
  },
  texts: (line, visitor) => visitor.used(line),
  bytes: ({ files }, change) => {
    for (const file of files) if (file.data !== undefined) file.data = change(file.data);
  },
  changesConfig: null,
  tellsOfFiles: false,
};

/** The hash of a file as a tool left it; null: it is gone. */
export function hashOfLive({ hash, ...file }: LiveFile): string | null {
  return contentHash(liveContent(file)) ?? hash ?? null;
}

function liveChange({ path: on, was: before, ...file }: LiveFile): Change {
  const text = liveContent(file);
  return {
    on,
    before,
    after: hashOfLive({ path: on, was: before, ...file }),
    was: before === null ? null : undefined,
    text,
  };
}
