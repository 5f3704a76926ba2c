/** The Log pane of the screen. */
import { defined } from '../../../schema/copy.ts';
import { type LogLine, printLine } from '../../journal/log-line.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { cell, facts, line, type Pane, type Tone } from '../line.ts';
import type { ScreenSnapshot } from '../snapshot.ts';

export const LOG_TERMS = ['agent', 'level', 'module', 'event', 'turn'];

const TONES: Record<string, Tone> = { error: 'bad', warn: 'warn', info: 'plain', debug: 'quiet' };

/** What the engine did, the latest at the end. */
export function logPane({ log }: ScreenSnapshot, filter: Filter): Pane {
  const lines = asks(filter) ? log.filter((one) => fits(filter, facetsOf(one))) : log;
  return {
    columns: [
      { title: 'turn', width: 6, right: true },
      { title: 'level', width: 5 },
      { title: 'agent', width: 14 },
      { title: 'event', width: 22 },
      { title: '', share: 1 },
    ],
    keys: lines.map(({ n }) => String(n)),
    cells: (row) => {
      const one = lines[row]!;
      const tone = TONES[one.level] ?? 'plain';
      return [
        cell(one.turn, 'quiet'),
        cell(one.level, tone),
        cell(one.agent ?? '-'),
        cell(`${one.module}/${one.event}`, tone),
        cell(restOf(one)),
      ];
    },
    about: (row) => {
      const { agent, message } = lines[row]!;
      return {
        what: 'log',
        ...defined({ agent, id: message }),
      };
    },
    detail: (row) => {
      const { n: _n, ...one } = lines[row]!;
      return [
        line(`${one.module}/${one.event}`, TONES[one.level] ?? 'plain'),
        line(),
        ...facts(Object.entries(one).map(([name, value]) => [name, textOf(value)])),
      ];
    },
    top: [],
    empty: log.length === 0 ? 'Nothing has happened yet.' : 'No line matches the filter.',
  };
}

function facetsOf(one: LogLine) {
  return {
    text: printLine(one),
    agent: one.agent ?? [],
    level: one.level,
    module: one.module,
    event: one.event,
    turn: String(one.turn),
  };
}

/** The part of a log line that its columns do not show. */
function restOf({
  n: _n,
  time: _time,
  org: _org,
  turn: _turn,
  agent: _agent,
  level: _level,
  module: _module,
  event: _event,
  text,
  ...more
}: LogLine): string {
  const rest = Object.entries(more).flatMap(([key, value]) =>
    value === undefined || textOf(value) === '' ? [] : [`${key}=${textOf(value)}`],
  );
  return [...(text === undefined ? [] : [textOf(text)]), ...rest].join('  ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : (JSON.stringify(value) ?? '');
}
