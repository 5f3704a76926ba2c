/**
 * The `file` line: the new text of a file that people write and the engine reads (configuration, resume, memory ...); null
 * when it is gone.
 */
import * as z from 'zod';
import { later } from '../../../../schema/later.ts';
import { creditsOf, settleNotices } from '../../../mail/notices.ts';
import type { State } from '../../../model/state.ts';
import { countEdit, setFile } from '../../files-reducer.ts';
import { always, type LineKind } from '../line-kind.ts';

const schema = later(() => z.strictObject({ k: z.literal('file'), path: z.string(), text: z.string().nullable() }));

declare module '../../../model/entry.ts' {
  interface Inputs {
    file: z.infer<ReturnType<typeof schema>>;
  }
}

export const kind: LineKind<'file'> = {
  phase: 'input',
  schema,
  apply: (state, { path, text }) => {
    countEdit(state, path, text);
    if (path === 'org/credits.yaml') wakeStarved(state);
    setFile(state, path, text);
  },
  files: null,
  undo: null,
  texts: null,
  bytes: null,
  changesConfig: always,
  tellsOfFiles: true,
};

/** Agents that wait for credits may be able to pay now: all of them are looked at again. */
function wakeStarved(state: State): void {
  for (const [name, agent] of state.staff.agents) {
    if (!agent.starved) continue;
    settleNotices(state, creditsOf(name));
    agent.starved = false;
    agent.retryAt = 0;
  }
}
