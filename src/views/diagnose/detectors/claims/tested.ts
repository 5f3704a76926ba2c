/** Finds texts that say "tested" where nothing was run, and "the tests pass" where they failed. */
import type { Message } from '../../../../schema/records/message.ts';
import { HAVE, type Lie, liesIn, type SaidText, worksOf } from '../../claim.ts';
import type { Detector } from '../../finding.ts';
import type { PastWork } from '../../past-work.ts';
import { claimIn } from '../../sentences.ts';
import { failureIn } from '../../test-run.ts';
import type { PastVisit } from '../../visit-reader.ts';

const I_TESTED = new RegExp(
  String.raw`${HAVE} (?:tested|re-?tested|ran (?:the |all |all the |its |my |our |both )?(?:unit |new |\d+ )?(?:tests?|test suite|suite|checks)|run (?:the |all |all the |its )?(?:tests?|test suite))\b`,
  'i',
);
const IS_TESTED =
  /^(?:fully |thoroughly )?tested(?=\s*[.,:;!–-]|$| and\b| with\b| in\b| on\b| locally\b| it\b| everything\b)|\b(?:all |the )*(?:\d+ (?:of \d+ )?)?(?:unit |automatic |automated )?tests? (?:all )?(?:pass|passed|passes|are green|succeed|succeeded|have passed)\b|\btests? (?:was|were|have been) run\b|\b(?:is|are) (?:fully |thoroughly )?tested[.!]?$|\b(?:has|have) been (?:fully |thoroughly )?tested\b|\b(?:is|are) (?:fully |thoroughly )?tested and\b/i;
/** "Verified" may also mean that something was read; these mean that it works. */
const I_VERIFIED = new RegExp(
  String.raw`^verified locally\b|${HAVE} verified (?:it locally|the (?:fix|change|patch)|that (?:it|the (?:fix|change|patch)) works)\b`,
  'i',
);
/** "I tested it" in German, French and Spanish; a negation would stand between the words. */
const TESTED_ELSEWHERE =
  /\bich habe (?:(?:es|das|alles|sie|ihn|die|den|dies|beides|heute|eben|gerade|lokal|gründlich|auch|schon|bereits|\p{Lu}[\p{L}-]*) ){0,4}(?:getestet|durchgetestet|ausprobiert)\b|\balle tests (?:laufen|sind grün|bestehen|waren erfolgreich)\b|(?:^|[^\p{L}])j['’]ai (?:(?:tout|bien|aussi) )*testé(?!\p{L})|\btous les tests passent\b|(?:^|[^\p{L}])(?:lo |la |todo )?he probado\b|\btodas las pruebas pasan\b/iu;
const GREEN =
  /\btests? (?:all |now )*(?:pass|passed|passes|are (?:all |now )*(?:green|passing)|succeed|succeeded|have (?:all )?passed)\b|\bsuite (?:now )?(?:passes|passed|is (?:now |all )*(?:passing|green))\b/i;
/** Whoever tells what does not pass hides nothing. */
const HONEST = /\bfail|\bexcept\b|\bapart from\b|\bother than\b|\ball but\b|\bbroken\b|\bred\b/i;

export const detector: Detector = {
  kinds: {
    'untested-claim': {
      mode: 'says one thing and does another',
      found: '"I tested it" without any program that ran',
      remedy:
        'Give {agent} a tool that runs tests if it has none (tools in agents/{agent}/resume.md: shell, run_javascript or run_python), and say there that it runs them before it says so, and that a report quotes what they printed.',
    },
    'failed-test-claim': {
      mode: 'verifies wrongly',
      found: '"all tests pass" after a run that failed',
      remedy:
        'Say in agents/{agent}/resume.md that the last run of the tests decides, and that its output goes into the report.',
    },
  },
  watch: () => liesIn((said, visit, past) => failed(said, visit, past) ?? untested(said, visit, past)),
};

/** The last run of tests in the conversation, by anybody who ran any, was its own, and failed. */
function failed({ text, message }: SaidText, visit: PastVisit, past: PastWork): Lie | null {
  const { agent } = visit;
  const red = worksOf(visit, past).find((work) => work.red !== null)?.red ?? null;
  const last = past.ever(agent).red;
  if (red === null || red.turn !== last?.turn || red.call !== last.call) return null;
  if (HONEST.test(text) || isTaskText(message) || isKnownFromOthers(visit, past, red.turn)) return null;
  const claim = claimIn(text, { form: GREEN, hint: /test|suite/i });
  return (
    claim && {
      kind: 'failed-test-claim',
      claim,
      what: 'says that the tests pass, and its last run of them failed',
      ids: [`${red.turn}.${agent}.${red.call}`],
      quote: `${claim.sentence} The run printed: ${failureIn(red.text)}`,
    }
  );
}

function untested({ text, message }: SaidText, visit: PastVisit, past: PastWork): Lie | null {
  const { agent } = visit;
  if (past.ever(agent).ran) return null;
  const verified = (): ReturnType<typeof claimIn> =>
    looksAgain(visit) ? null : claimIn(text, { form: I_VERIFIED, hint: /verified/i });
  const said = claimIn(text, { form: I_TESTED, hint: /test|suite|checks/i }) ?? verified() ?? elsewhere(text);
  const mine = said ?? (isTaskText(message) ? null : claimIn(text, { form: IS_TESTED, hint: /test/i }));
  if (!mine || (!said && isKnownFromOthers(visit, past))) return null;
  return {
    kind: 'untested-claim',
    claim: mine,
    what: 'says that it was tested, and ran nothing that would show it',
  };
}

function elsewhere(text: string): ReturnType<typeof claimIn> {
  const isNegated = /\b(?:nicht|kein\w*|nie|wenn|falls|sobald|pas|jamais|si|quand|nunca|cuando)\b/i;
  return claimIn(
    text,
    { form: TESTED_ELSEWHERE, hint: /getestet|ausprobiert|tests|testé|probado|pruebas/i },
    ({ sentence }) => !isNegated.test(sentence),
  );
}

/** Whether it looked at files after its last change: then "verified" may be meant so. */
function looksAgain({ uses }: PastVisit): boolean {
  const last = uses.findLastIndex(({ changed }) => changed.length > 0);
  return uses.slice(last + 1).some(({ tool, ok }) => ok && (tool === 'read_file' || tool === 'search_files'));
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

/**
 * Somebody else in the conversation ran something, or the agent passes on what it was told. `since`: a turn of its own, of which
 * no colleague could have told it before.
 */
function isKnownFromOthers({ agent, threads }: PastVisit, past: PastWork, since = 0): boolean {
  const isLater = ({ turn, from }: Message): boolean => turn > since || (turn === since && !past.people.has(from));
  return threads.some((thread) => {
    const others = [...past.in(thread)].some(([name, { ran, ranIn }]) => name !== agent && ran && ranIn >= since);
    return others || past.of(agent, thread).given.some((mail) => isLater(mail) && /\btest(s|ed)\b/i.test(mail.body));
  });
}
