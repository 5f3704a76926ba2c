/** Finds texts that say "sent" or "told" where no such message was sent. */
import { HAVE, type Lie, liesIn, type SaidText, worksOf } from '../../claim.ts';
import type { Detector } from '../../finding.ts';
import type { PastWork } from '../../past-work.ts';
import { claimIn } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

const I_SENT = new RegExp(
  String.raw`${HAVE} (?:sent|forwarded|e-?mailed|mailed|notified|informed|handed (?:it|this|that|them|everything|the \w+) (?:over|on)|passed (?:it|this|that|them|everything|the \w+) (?:on )?to)\b|^(?:sent|forwarded)(?= (?:it |this |that |them |the \w+ )?to\b)|\b(?:has|have) been (?:sent|forwarded|e-?mailed) to\b`,
  'i',
);
/** Who was told is an agent: with people, an agent may have spoken in other ways. */
const I_TOLD = new RegExp(String.raw`${HAVE} (?:told|briefed|instructed|asked) (?:the |our )?(?<name>[\w-]+)\b`, 'i');
const FROM_ME = /\b(?:got|received) (?:it|this|them|everything|all|the)\b[^.,;:]*? from me\b/i;

export const detector: Detector = {
  kinds: {
    'unsent-claim': {
      mode: 'says one thing and does another',
      found: '"I sent it to b and c" without such a message',
      remedy:
        'Say in agents/{agent}/resume.md that only send_message sends, and check in org/chart.yaml that {agent} may write to whom it names.',
    },
  },
  watch: () => liesIn(sent),
};

/** Says that a message went out, and none did. */
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
      const listed = listedIn(behind, past).filter((name) => name !== agent);
      if (listed.length > 1 && listed.some((name) => !isKnownReader(name, visit, past))) return true;
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
  const lie = claim ?? toldIn(text, visit, past);
  return (
    lie && {
      kind: 'unsent-claim',
      claim: lie,
      what: 'says that it sent something, and sent no such message',
    }
  );
}

/** Names that stand in one list behind the claim: "both a and b", "to a, b and c". */
function listedIn(behind: string, past: PastWork): string[] {
  const list =
    /^(?:\W|\b(?:it|this|them|that|the|to|both|draft|report|text|file|page|note|message|mail|same)\b)*?([\w-]+(?:(?:, | and |, and | & )[\w-]+)+)/i.exec(
      behind,
    )?.[1];
  const names = (list ?? '').toLowerCase().split(/, and |, | and | & /);
  return names.every((name) => past.names.has(name)) ? names : [];
}

/** Whether it has written to that reader; people may have been told in other ways. */
function isKnownReader(name: string, { agent }: PastVisit, past: PastWork): boolean {
  return past.people.has(name) || past.hasWritten(agent, name);
}

/** Names of agents and people in a text. */
function namesIn(text: string, { names }: PastWork): string[] {
  const words = text.toLowerCase().match(/[a-z][a-z0-9_-]*/g) ?? [];
  return [...new Set(words)].filter((word) => names.has(word));
}

/** "I told NAME" or "NAME got it from me", where NAME is a colleague to whom nothing was ever written. */
function toldIn(text: string, { agent }: PastVisit, past: PastWork): ReturnType<typeof claimIn> {
  const isUntold = (name: string): boolean =>
    name !== agent && past.names.has(name) && !past.people.has(name) && !past.hasWritten(agent, name);
  return (
    claimIn(text, { form: I_TOLD, hint: /told|briefed|instructed|asked/i }, ({ match }) =>
      isUntold((match.groups?.name ?? '').toLowerCase()),
    ) ??
    claimIn(text, { form: FROM_ME, hint: /from me/i }, ({ sentence, match }) => {
      const [name, ...more] = namesIn(sentence.slice(0, match.index), past).filter((one) => one !== agent);
      return name !== undefined && more.length === 0 && isUntold(name);
    })
  );
}
