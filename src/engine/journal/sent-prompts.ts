/** The prompts of a turn that was cut off under other rules. */
import type { InboxMail } from '../../core/mail/inbox.ts';
import type { ToolSpec } from '../../core/model/call.ts';
import type { Entry, PromptRef } from '../../core/model/entry.ts';
import { inboxOf } from '../../core/model/state/mail.ts';
import type { State } from '../../core/model/state.ts';
import { renderPieces } from '../../core/prompt/pieces.ts';
import type { VisitPrompt } from '../../core/prompt/prompt.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { bodyOf } from '../../views/journal/call.ts';
import { journalLines } from './history.ts';

type First = Extract<PromptRef, { pieces: unknown }>;
type Results = Extract<PromptRef, { after: number }>['results'];

/**
 * The prompts that models were sent in a turn that was cut off under other rules. Its visits continue from these prompts, so
 * that the paid replies answer them, and the journal holds what was really sent.
 */
export class SentPrompts {
  private readonly state: State;
  private readonly first = new Map<string, First>();
  /** Agent and call → the results that it was sent of the acts before. */
  private readonly later = new Map<string, Results>();
  private readonly blobs: Map<string, string>;

  constructor(disk: Disk, state: State, calls: readonly Entry[]) {
    this.state = state;
    for (const call of calls) {
      if (call.k !== 'intent') continue;
      if ('pieces' in call.prompt) this.first.set(call.agent, call.prompt);
      else this.later.set(`${call.agent} ${call.n}`, call.prompt.results);
    }
    this.blobs = blobsIn(disk, new Set([...this.first.values()].flatMap(hashesIn)));
  }

  /** Whether the agent was called: then it is visited, whatever the present rules say. */
  has(agent: string): boolean {
    return this.first.has(agent);
  }

  /** The results before that call; undefined if the call was not made. */
  results(agent: string, n: number): Results | undefined {
    return this.later.get(`${agent} ${n}`);
  }

  /** The prompt as it was sent, and its mail. */
  over(made: { given: InboxMail; brief: VisitPrompt }, agent: string): { given: InboxMail; brief: VisitPrompt } {
    const sent = this.first.get(agent);
    const stable = sent && this.blobs.get(sent.system);
    if (!sent || stable === undefined) return made;
    const { system, tools } = JSON.parse(stable) as { system: string; tools: ToolSpec[] };
    const shown = new Set(sent.pieces.map((piece) => typeof piece === 'object' && 'mail' in piece && piece.mail));
    const mail = inboxOf(this.state.mail, agent).filter(({ id }) => shown.has(id));
    const text = renderPieces(
      sent.pieces,
      (id) => bodyOf(this.state, id),
      (hash) => this.blobs.get(hash) ?? '',
    );
    const views = mail.map(({ id, from, kind, subject, body, thread }) => ({ id, from, kind, subject, body, thread }));
    const told = { system, tools, parts: [{ role: 'user' as const, text }], maxOutputTokens: sent.max, mail: views };
    return {
      given: { mail, waiting: made.given.waiting, cut: made.given.cut },
      brief: {
        prompt: Object.assign({}, made.brief.prompt, told),
        blobs: [],
        systemHash: sent.system,
        pieces: sent.pieces,
        leftOut: [],
      },
    };
  }
}

function hashesIn({ system, pieces }: First): string[] {
  return [system, ...pieces.flatMap((piece) => (typeof piece === 'object' && 'blob' in piece ? [piece.blob] : []))];
}

/** The blobs may be in any earlier turn. */
function blobsIn(disk: Disk, wanted: ReadonlySet<string>): Map<string, string> {
  const blobs = new Map<string, string>();
  if (wanted.size === 0) return blobs;
  for (const line of journalLines(disk))
    if (line.k === 'blob' && wanted.has(line.hash)) blobs.set(line.hash, line.text);
  return blobs;
}
