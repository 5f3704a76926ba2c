/** Finds messages that say "attached" and bring no file. */

import type { Message } from '../../../../schema/records/message.ts';
import { aboutVisit, type Detector } from '../../finding.ts';
import type { ThreadWork } from '../../past-work.ts';
import { type Claim, claimIn, pathsIn } from '../../sentences.ts';

/** "Attached" as a statement about this message; what is attached to another one is not meant. */
const ATTACHED =
  /\b(?:(?:is|are|was|were|have) (?:also |now |both |all |here )?attached|(?:please )?(?:find|see)(?: (?:it|them|the [\w-]+))? attached|attached (?:is|are|you (?:will )?find|please find|below)|I(?:['’]ve| have| am|['’]m)? (?:also |now )?attach(?:ed|ing)?|(?:(?:please )?see|in) the attach(?:ment|ed file)s?)\b(?! to (?!(?:this|the present)\b))|^attached(?=[:.,]| (?:the|my|our)\b| [\w/-]+\.\w{1,5}\b)|^(?:the )?[\w.-]+ attached(?=[.!]?$)|\(attached\)/i;
/** A file is handed over in words. */
const HERE =
  /\bhere(?:['’]s| is| are| comes?) (?:the|your|my|our|all)(?: \w+){0,3} (?:files?|documents?|attachments?|spreadsheet|pdf|archive)\b/i;

/** "Files that I attach" tells how mail works, or of another message. */
const HABIT =
  /\b(?:that|which|what|whatever|everything|anything|files?|where|wherever|whenever|always|usually|every time|each time)\s*$/i;
/** What is sent along, in words: a file, as no decision or greeting is. */
const COMES_WITH =
  /(?:[\w-]+\.[a-z]\w{0,5}|\b(?:file|script|document|spreadsheet|pdf|archive|attachment|draft|patch)s?)[\x60'"]? (?:comes?|goes|is|are) with this (?:message|mail|letter)\b/i;

/** The same in German, French and Spanish. */
const ATTACHED_ELSEWHERE =
  /\b(?:im anhang|anbei|angehängt (?:ist|sind|findest)|(?:ist|sind|liegt|liegen) (?:\w+ )?(?:angehängt|bei(?=[.!]?$))|habe ich angehängt)\b|(?:^|[^\p{L}])(?:ci-joint(?:e?s?)|en pièce jointe|en pièces jointes|j['’]ai joint|(?:te|le|les|os) adjunto|adjunt[oa]s? (?:el|la|los|las|está|están|encontrar)|he adjuntado)(?!\p{L})/iu;
const NOT_ELSEWHERE =
  /\b(?:nicht|kein\w*|ohne|bitte|wenn|falls|sobald|werde|pas|sans|si|quand|veuillez joindre|no|sin|cuando|por favor)\b/i;

export const detector: Detector = {
  kinds: {
    'missing-attachment': {
      mode: 'withholds what others need',
      found: '"is attached" or "here is the file" in a message without a file',
      remedy:
        'Say in agents/{agent}/resume.md that a file goes into the attachments of send_message, and that attachments/NAME sends on a file that was received.',
    },
  },
  watch: () => ({
    take(visit, past) {
      if (!past.knows(visit)) return [];
      return visit.sent.flatMap(({ message, call }) => {
        if ((message.attachments ?? []).length > 0) return [];
        const claim = handedOver(message, past.of(visit.agent, message.thread));
        if (!claim) return [];
        return [
          {
            kind: 'missing-attachment',
            ...aboutVisit(visit),
            call,
            thread: message.thread,
            text: `${visit.agent} wrote to ${message.to.join(', ')} of a file that is attached, and attached none.`,
            ids: [message.id],
            quote: claim.sentence,
          },
        ];
      });
    },
  }),
};

/** The claim, unless the same reader has the file by an earlier message, or the text itself. */
function handedOver(message: Message, { messages, given }: ThreadWork): Claim | null {
  const hasFiles = ({ attachments = [] }: Message): boolean => attachments.length > 0;
  const isOfOurs = (one: Message): boolean => one.to.some((name) => message.to.includes(name)) && hasFiles(one);
  if (messages.some((one) => one !== message && isOfOurs(one))) return null;
  const fromReader = given.some((mail) => message.to.includes(mail.from) && hasFiles(mail));
  const claim = claimIn(
    message.body,
    { form: ATTACHED, hint: /attach/i },
    ({ sentence, match }) =>
      !(fromReader && /\byou(r|rs)?\b/i.test(sentence)) && !HABIT.test(sentence.slice(0, match.index)),
  );
  if (claim) return claim;
  const elsewhere = claimIn(
    message.body,
    { form: ATTACHED_ELSEWHERE, hint: /anhang|angeh|anbei|liegt|liegen|joint|adjunt/i },
    ({ sentence }) => !NOT_ELSEWHERE.test(sentence) && !fromReader,
  );
  if (elsewhere) return elsewhere;
  const isInText = message.body.includes('```') || pathsIn(message.body).some((path) => path.includes('/'));
  return isInText
    ? null
    : (claimIn(message.body, { form: HERE, hint: /here/i }, ({ sentence }) => !/:\s*\S|:$/.test(sentence)) ??
        claimIn(message.body, { form: COMES_WITH, hint: /with this/i }));
}
