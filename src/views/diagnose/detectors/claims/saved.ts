/** Finds texts that say "saved" where no such file was written. */
import { HAVE, type Lie, liesIn, type SaidText, worksOf } from '../../claim.ts';
import type { Detector } from '../../finding.ts';
import { nameOf, type PastWork } from '../../past-work.ts';
import { claimIn, pathsIn, sentencesOf } from '../../sentences.ts';
import type { PastVisit } from '../../visit-reader.ts';

const I_SAVED = new RegExp(
  String.raw`${HAVE} (?:saved|stored|written|wrote|created|updated|recorded)\b|^(?:saved|stored|written)(?= (?:it |this |that |them |the \w+ )?(?:to|in|into|as|under|at)\b)|\b(?:has|have) been (?:saved|stored|written) (?:to|in|into|as|under|at)\b|\b(?:saved|written)(?::| to| in| into| as| under| at)(?= \W?(?:org\/)?(?:shared|agents)\/)`,
  'i',
);
const PLACE = /\b(?:files?|memory|inventory|workspace|folder|disk|notes|notebook|status board|shared)\b/i;

const PATH = String.raw`[\x60'"]?(?:[\w./-]+\.[a-z]\w{0,5})[\x60'"]?`;
/** The new state of a file, told as the result of one's own work. */
const IS_CHANGED = new RegExp(
  String.raw`${HAVE} added [^.;:]{1,80}? to ${PATH}|^(?:the )?${PATH} now (?:has|contains|includes|covers)\b|\b(?:is|are) now in ${PATH}`,
  'i',
);
const CHANGE = /\b(?:add|give|put|write|extend|change|edit|update|insert|append|save|store|mend|fix)\b/i;

export const detector: Detector = {
  kinds: {
    'unsaved-claim': {
      mode: 'says one thing and does another',
      found: '"saved in x.md" without such a file',
      remedy:
        'Check that write_file is among the tools of agents/{agent}/resume.md and that the path is one of its own or of shared, and say there that a report names the file that was written.',
    },
  },
  watch: () => liesIn(saved),
};

/** Says that something is in a file, and no such file was written. */
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
          own.some(({ messages }) => messages.some((one) => one.attachments?.includes(nameOf(path)))),
      );
    },
  );
  const lie = claim ?? changedIn(text, visit, past);
  return (
    lie && {
      kind: 'unsaved-claim',
      claim: lie,
      what: 'says that it saved something, and wrote no such file',
    }
  );
}

/** A passive sentence may tell what a colleague, or a person, did. */
function isWrittenByOthers(paths: readonly string[], threads: readonly string[], past: PastWork): boolean {
  const names = paths.map(nameOf);
  const isTold = threads.some((thread) =>
    [...past.in(thread).values()].some(
      ({ given, saved }) =>
        (names.length === 0 && saved) || given.some(({ body }) => names.some((name) => body.includes(name))),
    ),
  );
  return isTold || [...past.files.values()].some((files) => names.some((name) => files.has(name)));
}

/**
 * A file whose change was asked for, or tried in vain, and which no agent has written. Else the sentence may tell of somebody
 * else's work.
 */
function changedIn(text: string, visit: PastVisit, past: PastWork): ReturnType<typeof claimIn> {
  const own = worksOf(visit, past);
  return claimIn(text, { form: IS_CHANGED, hint: /now|added/i }, ({ match }) => {
    const name = nameOf(pathsIn(match[0]).at(-1) ?? '');
    if (name === '') return false;
    if ([...past.files.values()].some((files) => files.has(name))) return false;
    return own.some(
      ({ unwritten, given }) =>
        unwritten.has(name) || given.some(({ from, body }) => from !== visit.agent && wantsChange(body, name)),
    );
  });
}

function wantsChange(body: string, name: string): boolean {
  return sentencesOf(body).some((sentence) => {
    const verb = /^(?:please |(?:can|could|would) you )?(\w+)/i.exec(sentence)?.[1] ?? '';
    return sentence.includes(name) && CHANGE.test(verb);
  });
}
