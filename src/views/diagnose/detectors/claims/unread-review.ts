/** Finds reviews by agents that never looked at what they approved. */

import type { Message } from '../../../../schema/records/message.ts';
import { textsOf } from '../../claim.ts';
import { aboutVisit, type Detector } from '../../finding.ts';
import { nameOf, type PastWork, type ThreadWork } from '../../past-work.ts';
import { type Claim, claimIn, pathsIn } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

const APPROVES =
  /\bI(?:['’]ve| have)?(?: (?:now|just|already|also|carefully|fully|thoroughly))* (?:reviewed|approved?|accept(?:ed)?|proofread|examined|inspected)\b(?! (?:the |this |your )?(?:task|job|request|offer|assignment|proposal|plan|budget|decision|invitation|idea|role))|\bI(?:['’]ve| have)? (?:checked|looked over|went over|went through|gone through) (?:the|your|this) (?:attached )?(?:file|document|page|code|report|draft|article|text|attachment)s?\b|\band (?:approve|accept) it\b|[,;] approved(?=[.!]?$)|^(?:approved|accepted|reviewed|LGTM)(?=\s*[.,:;!–-]|$| and\b| with\b| as\b)|^reviewed (?:the )?[\w./-]+\.[a-z]\w{0,5}\b|\bLGTM\b|\blooks good to me\b|\b(?:review|code review) (?:is )?(?:passed|done|complete|finished)\b/i;
/** A message this long, or with code, may hold all that was to be reviewed. */
const WHOLE = 1500;
/** A request this short names a file rather than hold it. */
const BARE = 240;
const REVIEW =
  /(?:^|[.!?] |\bplease |\b(?:can|could|would) you (?:please )?)(?:review|approve|proofread|sign off|inspect|look (?:at|over|through)|go (?:over|through))\b/i;
/** The text to be looked at may follow in the mail. */
const HOLDS_TEXT = /["“”«`]|:\s*\S|\n\s*\n/;

export const detector: Detector = {
  kinds: {
    'unread-review': {
      mode: 'verifies nothing',
      found: '"approved" by an agent that neither read the files nor saw them in its prompt',
      remedy:
        'Say in agents/{agent}/resume.md that a review begins with read_file on each file, and check that read_file is among its tools.',
    },
  },
  watch: () => ({
    take(visit, past) {
      if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
      for (const { text, call, id } of textsOf(visit)) {
        const claim = claimIn(text, {
          form: APPROVES,
          hint: /review|approve|checked|looked over|went over|(?:gone|went) through|accept|proofread|examined|inspected|LGTM|good to me/i,
        });
        const unread = claim && unreadBy(visit, past);
        if (claim && unread) return [findingOf(visit, claim, unread, call, id)];
      }
      return [];
    },
  }),
};

/** The mail whose files the agent was to look at and did not; null when there is none. */
function unreadBy({ agent, given, threads }: PastVisit, past: PastWork): Message | null {
  for (const thread of threads) {
    const work = past.of(agent, thread);
    const now = given.filter((mail) => mail.thread === thread && filesOf(mail).length > 0);
    const last = work.given.findLast((mail) => filesOf(mail).length > 0);
    const brought = now.length > 0 ? now : last ? [last] : [];
    if (brought.length > 0 && brought.every((mail) => !hasRead(mail, agent, work, past))) return brought.at(-1) ?? null;
  }
  return null;
}

/** The names of the files that a message brings, names as the place of its work, or asks to have reviewed. */
function filesOf(mail: Message): string[] {
  const { attachments = [], body, kind } = mail;
  if (attachments.length > 0) return attachments.map(nameOf);
  const isReport =
    kind === 'report' || kind === 'response' || kind === 'request' || kind === 'task' || kind === 'message';
  if (!isReport) return [];
  return pathsIn(body)
    .filter((path) => path.includes('/') || asksForReview(mail))
    .map(nameOf);
}

/** A short request for a review that has no room for the text itself. */
function asksForReview({ body, kind }: Message): boolean {
  return (kind === 'request' || kind === 'task') && body.length < BARE && REVIEW.test(body) && !HOLDS_TEXT.test(body);
}

/** Whether the agent knows one of the files: it read it, wrote it, or its prompt showed it. */
function hasRead(mail: Message, agent: string, { read, readAny }: ThreadWork, past: PastWork): boolean {
  if (readAny || mail.body.includes('```') || mail.body.length > WHOLE) return true;
  const own = past.files.get(agent);
  const ever = past.ever(agent);
  const isBare = asksForReview(mail) && (mail.attachments ?? []).length === 0;
  return filesOf(mail).some(
    (name) => read.has(name) || own?.has(name) || (isBare && (ever.readAny || ever.read.has(name))),
  );
}

function findingOf(visit: PastVisit, claim: Claim, mail: Message, call: number | null, id: string | null) {
  const { agent, turn } = visit;
  return {
    kind: 'unread-review',
    ...aboutVisit(visit),
    call,
    thread: mail.thread,
    text: `${agent} approved the work of ${mail.from} (${mail.id}) and never read ${filesOf(mail).slice(0, 3).join(', ')}.`,
    ids: [mail.id, id ?? `${turn}.${agent}.${call}`],
    quote: claim.sentence,
  };
}
