/** Finds work that goes on after somebody said to stop it. */
import type { Message } from '../../../../schema/records/message.ts';
import { aboutVisit, type Detector, type Shown } from '../../finding.ts';
import { sentencesOf } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

const STOP =
  /^(?:please,? |now,? |both:? |team,? )*(?:(?:stop|halt|cease|abort)(?: (?:(?:the|this|that|all|your|any|with|working|work) )*(?:work(?:ing)?|tasks?|jobs?|everything|it|this|that|them|immediately|now|at once|here|right away|drafts?|page|report|draft)\b|[.!]*$)|(?:do not|don['’]t) (?:continue|go on|proceed|work on (?:it|this|that))\b|(?:bitte )?(?:stopp(?:e|t)?\b|h[öo]r(?:t)? (?:sofort )?(?:damit |mit \w+ )?auf\b|brich\b.*\bab\b|nicht weiter(?:machen|arbeiten)?\b)|arr[êe]te[zr]?\b|(?:por favor,? )?(?:det[ée]n(?:te|ga)?|para(?: ya)?|deja de)\b)/i;
/** Who passes the order on does not ignore it. */
const PASSED_ON = /\b(?:stop|halt|cease|abort|cancel|drop|pause|do not|don['’]t|no longer|stopp?|arr[êe]t|deten|para)/i;

/** An order to stop that was given, and work on it afterwards although whoever said so did not write again. */
export const detector: Detector = {
  kinds: {
    'ignored-stop': {
      mode: 'ignores what it was told',
      found: 'an order to stop was given, and the agent went on, or gave others work for it',
      remedy:
        'Say in agents/{agent}/resume.md that an order to stop comes before all else, or pause it: lemming pause {agent}.',
    },
  },
  watch() {
    /** Agent and conversation → the order. */
    const orders = new Map<string, Message>();
    return {
      take(visit, past) {
        const { agent, given } = visit;
        for (const mail of given) {
          const key = `${agent} ${mail.thread}`;
          if (isOrder(mail)) orders.set(key, mail);
          else if (orders.get(key)?.from === mail.from) orders.delete(key);
        }
        if (!past.knows(visit) || visit.line.outcome === 'failed') return [];
        for (const thread of visit.threads) {
          const key = `${agent} ${thread}`;
          const order = orders.get(key);
          if (!order || visit.threads.some((one) => one !== thread)) continue;
          const work = workIn(visit, order);
          if (work === null) continue;
          orders.delete(key);
          return [findingOf(visit, order, work)];
        }
        return [];
      },
    };
  },
};

function isOrder({ body, kind }: Message): boolean {
  return kind !== 'notice' && sentencesOf(body).some((sentence) => STOP.test(sentence));
}

/** What the visit did for the work that was to stop; null for nothing. */
function workIn({ uses, wrote, sent }: PastVisit, order: Message): string | null {
  const changed = [...uses.flatMap((use) => use.changed), ...wrote].filter((path) => !path.includes('/memory/'));
  if (changed.length > 0) return `it changed ${changed[0]}`;
  const given = sent.find(
    ({ message: { kind, to, body } }) =>
      (kind === 'task' || kind === 'request') && !to.includes(order.from) && !PASSED_ON.test(body),
  );
  return given ? `it gave ${given.message.to.join(', ')} further work (${given.message.id})` : null;
}

function findingOf(visit: PastVisit, order: Message, work: string): Shown {
  const { agent } = visit;
  return {
    kind: 'ignored-stop',
    ...aboutVisit(visit),
    thread: order.thread,
    text: `${agent} went on although ${order.from} had told it to stop: ${work}.`,
    ids: [order.id],
    quote: sentencesOf(order.body).find((sentence) => STOP.test(sentence)) ?? '',
  };
}
