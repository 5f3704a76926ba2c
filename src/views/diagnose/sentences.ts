/** Reads claims in the texts of agents: what they say they did, as opposed to what they ask, plan or quote. */

/** A sentence, or a line of a list. */
export interface Claim {
  /** The sentence. */
  sentence: string;
  match: RegExpExecArray;
}

/** How a claim is recognised. */
export interface ClaimForm {
  form: RegExp;
  hint: RegExp;
}

/** Words before a claim that make it a wish, a plan, a condition or its opposite. */
const UNREAL =
  /\b(not|never|no|nobody|none|nothing|neither|nor|without|cannot|unable|fail(s|ed)? to|if|when|once|until|unless|should|must|make sure|ensure|will|would|shall|please|need|needs|can|could|may|might|to be|expects?|expected|so that|that you|whether|hope|wants?|plan|going to|let|tomorrow|next|later|soon|ask|asked|check that|says?|said|claims?|claimed|reports that|assum(e|ing)|suppose|example|as soon as|as if|require[sd]?|criteri(on|a)|acceptance|pretend)\b|\b(after|before)\s*$|n['’]t\b|['’]ll\b/i;
/** Words behind a claim that turn it round. */
const TURNED =
  /^\W*(nothing|none|neither|nowhere|nobody|only (part|some|half)|too (soon|early)|when|if|once|before)\b/i;

/**
 * The sentences of a text that its author speaks: without code, quotations, what stands in quotation marks, and the letter
 * that a draft contains.
 */
export function sentencesOf(text: string): string[] {
  const spoken = text
    .slice(0, MOST_READ)
    .replace(/```[\s\S]*?(```|(?![\s\S]))/g, '\n')
    .replace(/^[ \t]*>.*$/gm, '')
    .replace(/\n[ \t]*(dear|hello|hi) [^\n]{1,80},[ \t]*\n[\s\S]*/i, '\n')
    .replace(/[“"][^“”"\n]{0,400}[”"]/g, '"…"')
    .replace(/[*_]{2}/g, '');
  return spoken
    .split(/\n+|(?<=[.!?;])\s+/)
    .map((sentence) => sentence.replace(/^\s*([-*+•]|\d+[.)])\s+/, '').trim())
    .filter((sentence) => sentence !== '');
}

/** Characters of a text that are read for claims. */
const MOST_READ = 20_000;

/**
 * The first claim of that form in a text that is neither negated nor a question, a request or a plan. `hint` is found in every
 * text that holds one: most texts are read no further.
 */
export function claimIn(
  text: string,
  { form, hint }: ClaimForm,
  isMeant: (claim: Claim) => boolean = () => true,
): Claim | null {
  if (!hint.test(text)) return null;
  for (const sentence of sentencesOf(text)) {
    if (sentence.endsWith('?')) continue;
    const match = form.exec(sentence);
    if (!match) continue;
    const before = sentence.slice(0, match.index);
    const behind = sentence.slice(match.index + match[0].length);
    if (UNREAL.test(before) || TURNED.test(behind)) continue;
    const claim = { sentence, match };
    if (isMeant(claim)) return claim;
  }
  return null;
}

const COURTESY =
  /\b(thanks?|thank you|you['’]?re welcome|welcome|my pleasure|glad|great|perfect|wonderful|excellent|noted|understood|got it|received|appreciate|cheers|sounds good|no problem|all the best|have a (nice|good|great)|likewise|same to you|looking forward)\b/i;
/** Signs that a text says or wants something. */
const CONTENT =
  /[?\d`]|https?:|\b(please|could you|can you|but|except|wrong|error|fail|fix|change|need|must|attached)\b/i;
const MOST_COURTEOUS = 240;

/** Whether a message is only polite: it is short, and neither says nor wants anything. */
export function isCourtesy({ body, attachments = [] }: { body: string; attachments?: readonly string[] }): boolean {
  return body.length <= MOST_COURTEOUS && attachments.length === 0 && COURTESY.test(body) && !CONTENT.test(body);
}

/** Whether a text asks its reader for something. */
export function asksSomething(text: string): boolean {
  return sentencesOf(text).some((sentence) => sentence.endsWith('?') || ASKS.test(sentence));
}
const ASKS =
  /\bplease\b|\b(can|could|would) you\b|\byou (must|should|need to|have to)\b|\b(is|are) (wrong|broken|missing|incorrect)\b|\blet me know\b|^(fix|correct|change|use|replace|remove|do not|don['’]t|stop|add|answer|tell|send|build|write|make|create|find|prepare|draft|plan|review|check|test|summari[sz]e|list|give|show|explain|translate|compare|collect)\b/i;

/** Paths of files that a text names: with an ending, not as part of an address. */
export function pathsIn(text: string): string[] {
  const found = text.matchAll(/(?<![\w@/:.-])(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.[a-z][a-z0-9]{0,5}(?![\w@/-])/gi);
  return [...found].map(([path]) => path).filter((path) => !NO_PATH.test(path));
}
const NO_PATH = /^(e\.g|i\.e|(node|vue|next|react|three|d3|express|asp)\.(js|net))$/i;
