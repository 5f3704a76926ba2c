/** The words for the `used` line: a tool worked on the world. */
import { shorten } from '../../../text/table.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'used'> = {
  log: (line, turn) => [
    {
      level: line.ok ? 'debug' : 'warn',
      module: 'tool',
      event: 'used',
      turn,
      agent: line.agent,
      ok: line.ok,
      files: line.files.map((file) => file.path),
      ...(line.ok ? {} : { text: line.text.slice(0, 500) }),
    },
  ],
  turn: (line) =>
    line.rule === undefined
      ? null
      : { what: 'refused', agent: line.agent, id: null, text: `${line.agent}: ${shorten(line.text, 200)}` },
  audit: ({ agent, n, ok, text, rule, files, shared }, tool) => [
    {
      who: agent,
      act: tool,
      outcome: ok ? 'done' : rule === undefined ? 'failed' : 'refused',
      // An act that a person approved is done in call 0 of its turn.
      rule: rule ?? (n === 0 ? 'approval' : 'resume'),
      on: [...files.map(({ path }) => path), ...(shared ? [shared.path] : [])].join(', ') || '-',
      detail: shorten(text, 100),
    },
  ],
  report: false,
};
