import { expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { eventsOf } from '../../../src/engine/log/events.ts';
import type { TurnReport } from '../../../src/engine/log/report.ts';
import { fault } from '../../../src/schema/fault.ts';
import { JournalLog } from '../../../src/views/journal/journal-log.ts';
import type { LogEvent } from '../../../src/views/journal/log-event.ts';

const REPORT: TurnReport = {
  turn: 5,
  visits: [
    {
      turn: 5,
      agent: 'hr',
      outcome: 'failed',
      reason: 'timeout: late',
      blame: 'provider',
      sent: 0,
      refused: 1,
      held: 0,
      cost: 20_000,
    },
  ],
  spent: 20_000,
  schedule: [
    { agent: 'hr', due: true, why: 'x', summary: false, later: false, failing: false, next: 5 },
    { agent: 'coder', due: false, why: 'no mail', summary: false, later: false, failing: false, next: null },
  ],
  unplaced: [],
  conflicts: [{ path: 'org/shared/a.md', ours: 'org/shared/a.md.conflict-5' }],
  faults: [fault('invalid-value', 'bad', { file: 'agents/x/resume.md', line: 3 })],
  inputs: 2,
  done: [],
};

const MESSAGE = {
  id: '000005-hr-01',
  from: 'hr',
  to: ['human'],
  turn: 5,
  kind: 'message',
  subject: 's',
  priority: 'normal',
  thread: 't',
  hops: 1,
  task: 'T-1-hr-1',
  path: 'p',
  body: 'b',
} as const;

const KEY = { turn: 5, agent: 'hr', n: 1, attempt: 1 };
const REPLY = { text: '', acts: [], usage: null, requestId: 'r1', model: 'm' };

const LINES: Entry[] = [
  { k: 'open', turn: 5, time: 0, boot: '', lock: 1, version: '1', rules: 2 },
  { k: 'request', request: { ask: 'pause', by: 'human', agent: 'hr' }, time: 1 },
  { k: 'reply', ...KEY, cost: 20_000, over: 0, ms: 9, reply: REPLY },
  { k: 'use', turn: 5, agent: 'coder', n: 1, act: 1, tool: 'search', input: null, cost: 30_000 },
  {
    k: 'visit',
    agent: 'hr',
    outcome: 'failed',
    reason: 'timeout: late',
    blame: 'provider',
    mail: ['000004-human-01'],
    sent: 0,
    refused: 1,
    held: 0,
    told: 0,
    notes: ['thinking'],
    refusals: [{ tool: 'shell', rule: 'granted-tool', text: 'no' }],
  },
  { k: 'sent', message: { ...MESSAGE, to: ['human'] } },
  {
    k: 'dead',
    record: {
      id: 'd',
      message: '000001-hr-01',
      path: 'p',
      from: 'hr',
      to: ['coder'],
      turn: 5,
      reason: 'no-edge',
      revived: null,
    },
    detail: 'gone',
  },
  { k: 'commit', turn: 5, lock: 1 },
  { k: 'done', turn: 5 },
  { k: 'commit', turn: 6, lock: 1 },
];

function told(entry: Entry): LogEvent[] {
  return new JournalLog(5).take(entry);
}

it('tells the lines of a turn: requests, visits with refusals and notes, mail, dead letters, what it came to', () => {
  const log = new JournalLog(4);
  const events = LINES.flatMap((line) => log.take(line));
  expect(events.map(({ level, module, event, agent }) => [level, module, event, agent ?? null])).toEqual([
    ['info', 'command', 'request', null],
    ['debug', 'provider', 'call', 'hr'],
    ['error', 'provider', 'visit', 'hr'],
    ['warn', 'tool', 'refused', 'hr'],
    ['info', 'engine', 'note', 'hr'],
    ['debug', 'engine', 'sent', 'hr'],
    ['warn', 'engine', 'dead-letter', 'hr'],
    ['info', 'engine', 'turn', null],
    ['info', 'engine', 'turn', null],
  ]);
  expect(events.map(({ turn }) => turn)).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 6]);
  expect(events[2]).toMatchObject({ reason: 'timeout: late', cost: 0.02, mail: ['000004-human-01'] });
  expect(events[3]).toMatchObject({ rule: 'granted-tool', tool: 'shell' });
  expect(events[5]).toMatchObject({ message: '000005-hr-01', task: 'T-1-hr-1' });
  expect(events[7]).toMatchObject({ visits: 1, cost: 0.05, inputs: 1 });
  expect(events[8]).toMatchObject({ visits: 0, cost: 0, inputs: 0 });
});

it('tells of a turn what no line says: recovery, what was not due, conflicts, faults', () => {
  expect(
    eventsOf(REPORT, ['turn 4 was completed']).map(({ level, module, event, agent }) => [
      level,
      module,
      event,
      agent ?? null,
    ]),
  ).toEqual([
    ['warn', 'engine', 'recovered', null],
    ['debug', 'engine', 'not-due', 'coder'],
    ['warn', 'disk', 'conflict', null],
    ['error', 'disk', 'fault', null],
  ]);
});

it('tells attempts and tools for those who debug, and their failures to everyone', () => {
  const key = { turn: 5, agent: 'hr', n: 1, attempt: 2 };
  const failed = told({
    k: 'failed',
    ...key,
    cost: 0,
    ms: 9,
    failure: 'overloaded',
    message: 'busy',
    usage: null,
    requestId: null,
  });
  expect(failed).toMatchObject([
    {
      level: 'warn',
      module: 'provider',
      event: 'call-failed',
      agent: 'hr',
      call: '5.hr.1.2',
      failure: 'overloaded',
      text: 'busy',
    },
  ]);
  const reply = { text: '', acts: [], usage: null, requestId: 'r1', model: 'm' };
  expect(told({ k: 'reply', ...key, cost: 20, over: 0, ms: 9, reply })).toMatchObject([
    { level: 'debug', event: 'call', request_id: 'r1', cost: 0.00002 },
  ]);
  const used = { k: 'used', turn: 5, agent: 'hr', n: 1, act: 1, text: 'no such file', files: [] } as const;
  expect(told({ ...used, files: [], ok: false })).toMatchObject([
    { level: 'warn', module: 'tool', text: 'no such file' },
  ]);
  expect(told({ ...used, files: [{ path: 'agents/hr/workspace/a', text: 'a', was: null }], ok: true })).toMatchObject([
    { level: 'debug', files: ['agents/hr/workspace/a'] },
  ]);
  expect(told({ k: 'recovered', turn: 5, again: [], doubt: ['5.hr.1.1'] })).toMatchObject([
    { level: 'warn', doubt: ['5.hr.1.1'] },
  ]);
});
