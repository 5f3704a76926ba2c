/** Finds texts that say "tested", "sent" or "saved" without the use of a tool that would show it. */
import type { Message } from '../../../schema/records/message.ts';
import { aboutVisit, type Detector, type KnownFailure } from '../finding.ts';
import { nameOf, type PastWork, type ThreadWork } from '../past-work.ts';
import { type Claim, claimIn, pathsIn } from '../sentences.ts';
import type { PastVisit } from '../visit-reader.ts';
import { textsOf } from './unread-review.ts';

const HAVE = String.raw`\bI(?:['’]ve| have)?(?: (?:now|just|already|also|then|successfully|thoroughly|fully|carefully|even))*`;
const I_TESTED = new RegExp(
  String.raw`${HAVE} (?:tested|re-?tested|ran (?:the |all |all the |its |my |our |both )?(?:unit |new |\d+ )?(?:tests?|test suite|suite|checks)|run (?:the |all |all the |its )?(?:tests?|test suite))\b`,
  'i',
);
const IS_TESTED =
  /^(?:fully |thoroughly )?tested(?=\s*[.,:;!–-]|$| and\b| with\b| in\b| on\b| locally\b| it\b| everything\b)|\b(?:all |the )*(?:\d+ (?:of \d+ )?)?(?:unit |automatic |automated )?tests? (?:all )?(?:pass|passed|passes|are green|succeed|succeeded|have passed)\b|\btests? (?:was|were|have been) run\b|\b(?:is|are) (?:fully |thoroughly )?tested[.!]?$|\b(?:has|have) been (?:fully |thoroughly )?tested\b|\b(?:is|are) (?:fully |thoroughly )?tested and\b/i;
const I_SENT = new RegExp(
  String.raw`${HAVE} (?:sent|forwarded|e-?mailed|mailed|notified|informed|handed (?:it|this|that|them|everything|the \w+) (?:over|on)|passed (?:it|this|that|them|everything|the \w+) (?:on )?to)\b|^(?:sent|forwarded)(?= (?:it |this |that |them |the \w+ )?to\b)|\b(?:has|have) been (?:sent|forwarded|e-?mailed) to\b`,
  'i',
);
const I_SAVED = new RegExp(
  String.raw`${HAVE} (?:saved|stored|written|wrote|created|updated|recorded)\b|^(?:saved|stored|written)(?= (?:it |this |that |them |the \w+ )?(?:to|in|into|as|under|at)\b)|\b(?:has|have) been (?:saved|stored|written) (?:to|in|into|as|under|at)\b|\b(?:saved|written)(?::| to| in| into| as| under| at)(?= \W?(?:org\/)?(?:shared|agents)\/)`,
  'i',
);
const PLACE = /\b(?:files?|memory|inventory|workspace|folder|disk|notes|notebook|status board|shared)\b/i;

/** A claim, and what it says that the journal does not show. */
interface Lie {
  kind: string;
  claim: Claim;
  mode: KnownFailure['mode'];
  what: string;
  quote?: string;
  remedy: string;
}

type SaidText = ReturnType<typeof textsOf>[number];

/** Compares what an agent says it did with what it did in this visit and in earlier ones of the conversation. */
export const claims: Detector = {
  take(visit, past) {
    if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
    const found = new Map<string, KnownFailure>();
    for (const text of textsOf(visit))
      for (const lie of [tested(text, visit, past), sent(text, visit, past), saved(text, visit, past)])
        if (lie && !found.has(lie.kind)) found.set(lie.kind, findingOf(visit, text, lie));
    return [...found.values()];
  },
};

function findingOf(visit: PastVisit, { call, id }: SaidText, lie: Lie): KnownFailure {
  const { agent, turn } = visit;
  return {
    kind: lie.kind,
    mode: lie.mode,
    ...aboutVisit(visit),
    call,
    text: `${agent} ${lie.what}.`,
    ids: [id ?? `${turn}.${agent}.${call}`],
    quote: lie.claim.sentence,
    remedy: lie.remedy,
  };
}

function worksOf({ agent, threads }: PastVisit, past: PastWork): ThreadWork[] {
  return threads.map((thread) => past.of(agent, thread));
}

function tested({ text, message }: SaidText, visit: PastVisit, past: PastWork): Lie | null {
  const own = worksOf(visit, past);
  const { agent } = visit;
  const said = claimIn(text, { form: I_TESTED, hint: /test|suite|checks/i });
  const mine = said ?? (isTaskText(message) ? null : claimIn(text, { form: IS_TESTED, hint: /test/i }));
  if (!mine) return null;
  const red = own.find((work) => work.red !== null)?.red ?? null;
  if (red !== null && /\bpass|green|succe/i.test(mine.sentence) && !/\bfail/i.test(text) && !said)
    return {
      kind: 'failed-test-claim',
      mode: 'verifies wrongly',
      claim: mine,
      what: 'says that the tests pass, and its last run of them failed',
      remedy: `Say in agents/${agent}/resume.md that the last run of the tests decides, and that its output goes into the report.`,
    };
  if (own.some(({ ran }) => ran)) return null;
  if (!said && isKnownFromOthers(visit, past)) return null;
  return {
    kind: 'untested-claim',
    mode: 'says one thing and does another',
    claim: mine,
    what: 'says that it was tested, and ran nothing that would show it',
    remedy: `Give ${agent} a tool that runs tests (tools in agents/${agent}/resume.md: shell, run_javascript or run_python), and say there that a report quotes what the tests printed.`,
  };
}

/** A list of what is wanted also says "all tests pass". */
function isTaskText(message: Message | null): boolean {
  if (message === null) return false;
  const { kind, body } = message;
  return (
    kind === 'task' ||
    kind === 'request' ||
    /\b(done when|acceptance|criteria|requirements?|definition of done)\b/i.test(body)
  );
}

/** Somebody else in the conversation ran something, or the agent passes on what it was told. */
function isKnownFromOthers({ agent, threads }: PastVisit, past: PastWork): boolean {
  return threads.some((thread) => {
    const others = [...past.in(thread)].some(([name, { ran }]) => name !== agent && ran);
    return (
      others || past.of(agent, thread).given.some(({ body }) => IS_TESTED.test(body) || /\btest(s|ed)\b/i.test(body))
    );
  });
}

function sent({ text, message }: SaidText, visit: PastVisit, past: PastWork): Lie | null {
  const { agent } = visit;
  const own = worksOf(visit, past);
  if (own.some(({ ran }) => ran) || visit.held > 0) return null;
  const claim = claimIn(
    text,
    { form: I_SENT, hint: /sent|forward|mail|notified|informed|handed|passed/i },
    ({ sentence, match }) => {
      const behind = sentence.slice(match.index + match[0].length);
      const named = namesIn(behind, past).filter((name) => name !== agent);
      if (named.length > 0) return !named.some((name) => past.hasWritten(agent, name));
      const others = own.reduce((sum, work) => sum + work.sent, 0) - (message ? 1 : 0);
      if (others > 0) return false;
      return (
        message === null ||
        (/\b(?:to|e-?mailed|mailed|notified|informed) (?:the|our|a|an|my|their|his|her) \w/i.test(match[0] + behind) &&
          !/\byou\b/i.test(behind))
      );
    },
  );
  return (
    claim && {
      kind: 'unsent-claim',
      mode: 'says one thing and does another',
      claim,
      what: 'says that it sent something, and sent no such message',
      remedy: `Say in agents/${agent}/resume.md that only send_message sends, and check in org/chart.yaml that ${agent} may write to whom it names.`,
    }
  );
}

/** Names of agents and people in a text. */
function namesIn(text: string, { names }: PastWork): string[] {
  const words = text.toLowerCase().match(/[a-z][a-z0-9_-]*/g) ?? [];
  return [...new Set(words)].filter((word) => names.has(word));
}

function saved({ text }: SaidText, visit: PastVisit, past: PastWork): Lie | null {
  const { agent, threads } = visit;
  const own = worksOf(visit, past);
  if (own.some(({ ran }) => ran) || visit.held > 0) return null;
  const claim = claimIn(
    text,
    { form: I_SAVED, hint: /saved|stored|written|wrote|created|updated|recorded/i },
    ({ sentence, match }) => {
      const behind = sentence.slice(match.index);
      const paths = pathsIn(sentence);
      if (paths.length === 0 && !PLACE.test(behind)) return false;
      const isOwn = /^i\b/i.test(match[0]) || /^(saved|stored|written)/i.test(match[0]);
      if (!isOwn && isWrittenByOthers(paths, threads, past)) return false;
      if (paths.length === 0) return !own.some((work) => work.saved);
      const files = past.files.get(agent);
      return !paths.some(
        (path) =>
          files?.has(nameOf(path)) ||
          own.some(({ told }) => told.some((one) => one.attachments?.includes(nameOf(path)))),
      );
    },
  );
  return (
    claim && {
      kind: 'unsaved-claim',
      mode: 'says one thing and does another',
      claim,
      what: 'says that it saved something, and wrote no such file',
      remedy: `Check that write_file is among the tools of agents/${agent}/resume.md and that the path is one of its own or of shared, and say there that a report names the file that was written.`,
    }
  );
}

/** A passive sentence may tell what a colleague, or a person, did. */
function isWrittenByOthers(paths: readonly string[], threads: readonly string[], past: PastWork): boolean {
  const names = paths.map(nameOf);
  const told = threads.some((thread) =>
    [...past.in(thread).values()].some(
      ({ given, saved }) =>
        (names.length === 0 && saved) || given.some(({ body }) => names.some((name) => body.includes(name))),
    ),
  );
  return told || [...past.files.values()].some((files) => names.some((name) => files.has(name)));
}
