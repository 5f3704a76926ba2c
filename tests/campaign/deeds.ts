// Things that happen to an organisation, drawn at random.
import { PROVIDER_FAILURES, REPLY_FAILURES } from '../../src/core/model/call.ts';
import { PRIORITIES } from '../../src/schema/records/message.ts';
import type { Request } from '../../src/schema/records/request.ts';
import type { ChartLists, Draw, Sketch } from '../../src/testing/generators.ts';

/** How a call of an agent may fail: as providers fail, with nonsense, or with an error nobody foresaw. */
const FAILURES = [...PROVIDER_FAILURES, ...REPLY_FAILURES, 'nonsense', 'error'] as const;

/** A thing that happens to an organisation. `pick` chooses among what is there: the mail that waits, dead letters. */
export type Deed =
  | { do: 'turn' }
  | { do: 'send'; to: string[]; priority: (typeof PRIORITIES)[number]; body: string }
  | { do: 'ask'; request: Request }
  | { do: 'answer'; what: 'approve' | 'deny' | 'retry' | 'read' | 'archive'; pick: number }
  /** A person wants a turn undone, or all that an agent did. */
  | { do: 'undo'; agent: string | null; pick: number }
  /** A person writes an answer, or something broken, into the file of a held act. */
  | { do: 'write'; decision: 'approve' | 'deny' | 'perhaps'; pick: number; note: string }
  | { do: 'chart'; owner: string; side: keyof ChartLists; other: string }
  | { do: 'grant'; agent: string; credits: number }
  | { do: 'cap'; credits: number }
  | { do: 'fail'; agent: string; failure: (typeof FAILURES)[number]; turns: number }
  | { do: 'edit'; pick: number; body: string }
  | { do: 'delete'; pick: number }
  /** A person retires somebody who was hired. */
  | { do: 'retire'; pick: number }
  /** The engine is closed and opened again; `forget`: and `.lemming` is deleted in between. */
  | { do: 'reopen'; forget: boolean }
  /** The process is killed so many operations of the disk later. */
  | { do: 'kill'; after: number };

/** One deed; about every third is a turn. */
export function deedOf(draw: Draw, { agents }: Sketch): Deed {
  const agent = (): string => agents[draw(agents.length)] as string;
  const anyone = (): string => ['human', ...agents][draw(agents.length + 1)] as string;
  const word = (): string => `word ${draw(1000)}`;
  const deeds: (() => Deed)[] = [
    () => ({ do: 'send', to: recipientsOf(draw, agent), priority: PRIORITIES[draw(4)] ?? 'normal', body: word() }),
    () => ({ do: 'send', to: ['*'], priority: 'normal', body: `${word()}\n${'long '.repeat(draw(400))}` }),
    () => ({
      do: 'ask',
      request: { ask: 'top-up', by: 'human', agent: agent(), amount: 1 + draw(200_000), note: word() },
    }),
    () => ({
      do: 'ask',
      request: { ask: draw(2) ? 'resume' : 'pause', by: 'human', agent: draw(4) ? agent() : null },
    }),
    () => ({ do: 'ask', request: { ask: 'resume', by: 'human', agent: null } }),
    () => ({ do: 'ask', request: hireOf(draw, agent) }),
    () => ({ do: 'retire', pick: draw(16) }),
    () => answerOf(draw(8), draw(16)),
    () => ({ do: 'undo', agent: draw(3) ? null : agent(), pick: draw(16) }),
    () => ({ do: 'chart', owner: anyone(), side: draw(2) ? 'send_to' : 'read_from', other: anyone() }),
    () => ({ do: 'grant', agent: agent(), credits: draw(40) / 10 }),
    () => ({ do: 'cap', credits: draw(60) / 10 }),
    () => ({
      do: 'fail',
      agent: agent(),
      failure: FAILURES[draw(FAILURES.length)] ?? 'error',
      turns: 1 + draw(4),
    }),
    () => ({ do: 'edit', pick: draw(16), body: word() }),
    () => ({ do: 'delete', pick: draw(16) }),
    () => ({ do: 'reopen', forget: draw(2) === 1 }),
    () => ({ do: 'kill', after: 1 + draw(60) }),
  ];
  const chosen = deeds[draw(deeds.length + Math.ceil(deeds.length / 2))];
  return chosen ? chosen() : { do: 'turn' };
}

function hireOf(draw: Draw, agent: () => string): Request {
  const ends = [...new Set(['human', agent()])];
  const text = `---\nrole: Helps\ntools: [write_file]\nunit: team\n---\nYou help.\n`;
  const credits = draw(500_000);
  const files = [{ path: 'resume.md', text }];
  return { ask: 'hire', by: 'human', agent: `kid${draw(6)}`, files, send_to: ends, read_from: ends, credits };
}

const ANSWERS = ['approve', 'deny', 'retry', 'read', 'archive'] as const;
const DECISIONS = ['approve', 'deny', 'perhaps'] as const;

/** By a command, or with an editor. */
function answerOf(which: number, pick: number): Deed {
  const what = ANSWERS[which];
  if (what !== undefined) return { do: 'answer', what, pick };
  return { do: 'write', decision: DECISIONS[which - ANSWERS.length] ?? 'deny', pick, note: `note ${pick}` };
}

function recipientsOf(draw: Draw, agent: () => string): string[] {
  if (draw(5) === 0) return ['@team'];
  return draw(3) ? [agent()] : [agent(), agent()];
}
