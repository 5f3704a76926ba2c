/** Finds numbers in reports that are not those that a tool gave. */
import type { Message } from '../../../../schema/records/message.ts';
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { isRounded, numbersIn } from '../../numbers.ts';
import type { PastWork } from '../../past-work.ts';
import { type Claim, claimIn } from '../../sentences.ts';
import { verdictOf } from '../../test-run.ts';
import type { PastUse, PastVisit } from '../../visit-reader.ts';

/** "12 passed", "11 of 12 tests pass". */
const PASSED =
  /\b(?<passed>\d+)(?: (?:of|out of) \d+| ?\/ ?\d+)? (?:(?:unit|automated|automatic|integration) )?(?:(?:tests?|checks?|specs?|cases?) )?(?:(?:have |all |now )*(?:pass(?:ed|es|ing)?|succeeded|succeed)\b|are (?:all )?green\b)(?:,? (?:and )?(?:none|no (?:tests?|failures?)|nothing|0)(?: failed)?\b)?/i;
const COUNTED = /\b(\d+) (?:tests? |specs? )?(?:passed|passing)\b|^# pass (\d+)|\bpassed[:=] ?(\d+)\b/gim;
const TOTAL =
  /\b(?:total(?:s|led)?|sum(?:s)?|amounts? to|comes? to|adds up to|average|mean|altogether|equals|gesamt\w*|summe|insgesamt|durchschnitt|somme|moyenne|suma|promedio)\b/i;

/** Whoever says what a number is not tells none. */
const NEGATED = /\b(?:not|no longer|never|nicht|kein\w*|pas|instead of|statt)\b|n['’]t\b/i;

/** Compares what a report says with the last run of the tests, or with what `calculate` gave in the visit. */
export const detector: Detector = {
  kinds: {
    'wrong-number': {
      mode: 'verifies wrongly',
      found: 'a report tells a number that its own tool did not give: of passed tests, or a total of `calculate`',
      remedy: 'Say in agents/{agent}/resume.md that a report copies numbers from the output of the tool.',
    },
  },
  watch: () => ({
    take(visit, past) {
      if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
      for (const { message, call } of visit.sent) {
        if (message.kind === 'task' || message.kind === 'request') continue;
        const found = wrongCount(visit, message) ?? wrongResult(visit, message, past);
        if (found) return [{ ...found, call, ids: [message.id, ...found.ids] }];
      }
      return [];
    },
  }),
};

/** The number of tests that passed is not the one that the last run of the visit printed. */
function wrongCount(visit: PastVisit, message: Message): Shown | null {
  const run = visit.uses.findLast((use) => verdictOf(use) !== null && countsIn(use.text).length > 0);
  if (!run) return null;
  const counts = countsIn(run.text);
  const claim = claimIn(
    message.body,
    { form: PASSED, hint: /pass|green|succe/i },
    ({ match }) =>
      !counts.includes(Number(match.groups?.passed)) &&
      !numbersIn(run.text).some(({ value }) => value === Number(match.groups?.passed)),
  );
  return claim && findingOf(visit, message, run, claim, `the run printed: ${counts.at(-1)} passed`);
}

function countsIn(text: string): number[] {
  return [...text.matchAll(COUNTED)].map(([, a, b, c]) => Number(a ?? b ?? c));
}

/** It calculated, and tells a total that is neither a result nor known from anywhere. */
function wrongResult(visit: PastVisit, message: Message, past: PastWork): Shown | null {
  const sums = visit.uses.filter(({ tool, ok }) => tool === 'calculate' && ok);
  const results = sums.flatMap(({ text }) => numbersIn(text).map(({ value }) => value));
  const last = sums.at(-1);
  if (!last || results.length === 0) return null;
  const isResult = (one: ReturnType<typeof numbersIn>[number]): boolean =>
    results.some((exact) => isRounded(one, exact));
  if (numbersIn(message.body).some(isResult)) return null;
  const known = numbersIn(knownText(visit, past)).map(({ value }) => value);
  const claim = claimIn(message.body, { form: TOTAL, hint: TOTAL }, ({ sentence }) => {
    const numbers = NEGATED.test(sentence) ? [] : numbersIn(sentence);
    return numbers.length > 0 && !numbers.some((one) => known.some((exact) => isRounded(one, exact)));
  });
  return claim && findingOf(visit, message, last, claim, `calculate gave ${results.at(-1)}`);
}

/** What the agent was given in its conversations, and what its tools were given and said. */
function knownText({ agent, given, uses, threads }: PastVisit, past: PastWork): string {
  const mail = [...given, ...threads.flatMap((thread) => past.of(agent, thread).given)];
  return [...mail.map(({ subject, body }) => `${subject}\n${body}`), ...uses.map(useText)].join('\n');
}

function useText({ input, text }: PastUse): string {
  return `${JSON.stringify(input)}\n${text}`;
}

function findingOf(visit: PastVisit, message: Message, use: PastUse, claim: Claim, fact: string): Shown {
  const { agent, turn } = visit;
  return {
    kind: 'wrong-number',
    ...aboutVisit(visit),
    thread: message.thread,
    text: `${agent} tells ${message.to.join(', ')} a number that its own tool did not give: ${fact}.`,
    ids: [`${turn}.${agent}.${use.call}`],
    quote: claim.sentence,
  };
}
