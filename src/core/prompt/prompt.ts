/** Builds the prompt of a visit. */
import { createHash } from 'node:crypto';
import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import { noticeLines } from '../mail/chain.ts';
import type { InboxMail } from '../mail/inbox.ts';
import { askedIn, type MemorySection, memorySection } from '../memory/section.ts';
import type { Part, Prompt, ToolSpec } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import type { Piece } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { answersFor } from '../model/state/approvals.ts';
import type { Mail } from '../model/state/mail.ts';
import { agentState } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';
import { matching, printSkill, printSkills, skillsOf } from '../skills/skill.ts';
import { printContacts } from '../staff/contacts.ts';
import { printNeighbours } from '../staff/neighbours.ts';
import { quoteUntrusted, tame } from '../text/untrusted.ts';
import { environment } from './environment.ts';
import { outputTokens, rulesText } from './rules-text.ts';
import { summaryOrder } from './summary.ts';
import { againText } from './unfinished.ts';

/** The prompt of a visit's first call, and how the journal keeps it. */
export interface VisitPrompt {
  prompt: Prompt;
  /** Texts that the journal must hold once, by hash: the stable part and the memory. */
  blobs: { hash: string; text: string; image?: true }[];
  systemHash: string;
  pieces: Piece[];
  /** Of mail that is given alone: what was left out. */
  leftOut: string[];
}

/**
 * Resume, rules, neighbours, memory, threads and inbox become a prompt. The stable part comes first and holds no clock, so
 * that providers can cache it; text written by others stands between marks as data. Pure.
 */
export function buildPrompt(
  config: Config,
  state: State,
  resume: Resume,
  given: InboxMail,
  tools: ToolSpec[],
  turn: number,
  summaryDue: boolean,
): VisitPrompt {
  const system = stablePart(config, resume, tools);
  const pieces: Piece[] = [];
  const section = memorySection(config, state, resume, given.mail);
  const head = given.bare ? `Turn ${turn}.\n` : environment(config, state, resume, turn);
  const memory = addMemory(pieces, given.bare ? NO_MEMORY : section, head);
  const parts: [string, Piece[]][] = [
    ['skills', skillPieces(config, resume, given.mail)],
    ['the order of a summary', summaryDue ? [summaryOrder(config, state, resume)] : []],
    ['notices', added((some) => addNotices(some, state, resume.name, againText(config, state, resume, given.mail)))],
    ['answers of people', added((some) => addAnswers(some, state, resume.name))],
    ['contacts', added((some) => addContacts(some, config, state, resume.name, given.mail))],
    ['earlier messages', added((some) => addThreads(some, state, resume.name, given.mail))],
  ];
  const leftOut = given.bare ? leftOutOf(section, parts) : [];
  if (given.bare) pieces.push(aloneText(leftOut));
  else for (const [, some] of parts) pieces.push(...some);
  const looks = config.models.get(resume.model[0] as string)?.images === true;
  addReminders(pieces, given, looks);
  addMail(pieces, given, looks);
  const text = renderPieces(
    pieces,
    bodiesFor(given, state, threadsOf(state, resume.name, given.mail)),
    (hash) => memory.find((blob) => blob.hash === hash)?.text as string,
  );
  return {
    prompt: {
      agent: resume.name,
      turn,
      n: 1,
      system: system.system,
      parts: [{ role: 'user', text }],
      tools,
      maxOutputTokens: outputTokens(config, resume),
      mail: [...(given.reminded ?? []), ...given.mail].map(({ id, from, kind, subject, body, thread }) => ({
        id,
        from,
        kind,
        subject,
        body,
        thread,
      })),
      summaryDue,
      seed: config.org.name,
    },
    blobs: [system, ...memory],
    systemHash: system.hash,
    pieces,
    leftOut,
  };
}

const NO_MEMORY: MemorySection = { own: '', shared: '', related: [] };

/** What is said of mail that is given alone. */
function aloneText(leftOut: readonly string[]): string {
  return `Your model did not accept an earlier prompt, so you get one message alone. Left out: ${leftOut.join(', ')}.\n`;
}

/** What of a whole prompt is left out of one with a single message. */
function leftOutOf({ own, shared, related }: MemorySection, parts: readonly [string, Piece[]][]): string[] {
  const memory = own || shared || related.length ? ['memory'] : [];
  return ['the overview', ...memory, ...parts.filter(([, some]) => some.length > 0).map(([name]) => name)];
}

function added(add: (pieces: Piece[]) => void): Piece[] {
  const pieces: Piece[] = [];
  add(pieces);
  return pieces;
}

function skillPieces(config: Config, resume: Resume, mail: readonly Mail[]): Piece[] {
  const skills = matching(config.skills, resume, askedIn(mail));
  if (skills.length === 0) return [];
  const lines = skills.map((skill) => printSkill(config.org, skill)).join('\n');
  return [`\n## More of your skills that may matter now\n${lines}\n`];
}

/** sha256 of a whole request, base64url: the intent records it. `images`: the hashes of its images. */
export function requestHash(
  systemHash: string,
  model: string,
  parts: readonly Part[],
  images: readonly { hash: string }[] = [],
): string {
  const hash = createHash('sha256').update(systemHash).update(model);
  for (const image of images) hash.update(image.hash);
  for (const part of parts) hash.update(part.role === 'user' ? part.text : JSON.stringify(part));
  return hash.digest('base64url');
}

/** By a configuration, which never changes: a new one is a new object. */
const stable = new WeakMap<Config, Map<string, Stable>>();

/** The beginning of every prompt of an agent. `text` is its JSON with the tools, which the journal keeps under `hash`. */
interface Stable {
  tools: ToolSpec[];
  system: string;
  text: string;
  hash: string;
}

/** The stable part, computed once for a configuration and an agent. */
function stablePart(config: Config, resume: Resume, tools: ToolSpec[]): Stable {
  const known = stable.get(config) ?? new Map<string, Stable>();
  stable.set(config, known);
  const found = known.get(resume.name);
  if (found && found.tools === tools) return found;
  const system = printSystem(config, resume, tools);
  const text = JSON.stringify({ system, tools });
  const made = { tools, system, text, hash: textHash(text) };
  known.set(resume.name, made);
  return made;
}

function printSystem(config: Config, resume: Resume, tools: readonly ToolSpec[]): string {
  const unit = resume.unit === undefined ? undefined : config.units.get(resume.unit);
  return [
    `You are ${resume.name}, an agent of the organisation "${config.org.name}".`,
    config.org.purpose && `Its purpose: ${config.org.purpose.trim()}`,
    resume.role && `Your role: ${resume.role}`,
    unit && `Your unit: ${unit.name}${unit.mission ? `. ${unit.mission}` : ''}`,
    resume.instructions && `\n${resume.instructions}`,
    printGoals(config, resume.name),
    printSkills(config.org, skillsOf(config.skills, resume)),
    `\n## Who you can write to\n${printNeighbours(config, resume.name)}`,
    rulesText(config, resume, tools),
  ]
    .filter(Boolean)
    .join('\n');
}

function printGoals(config: Config, agent: string): string {
  const lines = [...config.goals.entries()]
    .filter(([, goal]) => goal.owner === null || goal.owner === agent)
    .map(([id, goal]) => `- ${id}: ${goal.title}`);
  return lines.length ? `\n## Goals\n${lines.join('\n')}` : '';
}

/** `again`: what the prompt says about mail that is given again. */
function addNotices(pieces: Piece[], state: State, agent: string, again: string): void {
  const lines = noticeLines(agentState(state.staff, agent).notices).map((n) => `- turn ${n.turn}: ${tame(n.text)}`);
  if (lines.length) pieces.push(`\n## Notices\n${[...lines, again].filter(Boolean).join('\n')}\n`);
}

/** Adds the answers to what the agent asked people. */
function addAnswers(pieces: Piece[], { approvals }: State, agent: string): void {
  const answers = answersFor(approvals, agent);
  if (answers.length)
    pieces.push(`\n## Answers to what you asked\n${answers.map(({ text }) => `- ${tame(text)}`).join('\n')}\n`);
}

/**
 * Adds memory and shared context before everything that changes from visit to visit, so that a prompt begins like the one
 * before it; entries that may matter to the mail come after `head`. Returns the texts.
 */
function addMemory(pieces: Piece[], { own, shared, related }: MemorySection, head: string): VisitPrompt['blobs'] {
  const blobs: VisitPrompt['blobs'] = [];
  const add = (title: string, texts: readonly string[]): void => {
    const found = texts.filter((text) => text !== '').map((text) => ({ hash: textHash(text), text }));
    if (found.length) pieces.push(title, ...found.map(({ hash }) => ({ blob: hash })), '\n');
    blobs.push(...found);
  };
  add('## Shared context\n', [shared]);
  add('## Your memory\n', [own]);
  pieces.push(head);
  add('\n## More of your memory that may matter now\n', related);
  return blobs;
}

/** The conversations of the visit: of its mail, and of what the agent asked and is told the answer of. */
function threadsOf({ approvals }: State, agent: string, given: readonly Mail[]): Set<string> {
  const threads = new Set(given.map(({ thread }) => thread));
  for (const { cause } of answersFor(approvals, agent)) for (const { thread } of cause) threads.add(thread);
  return threads;
}

/** Adds what is known of people whom the mail or its conversations name. */
function addContacts(pieces: Piece[], config: Config, state: State, agent: string, given: readonly Mail[]): void {
  if (config.contacts.size === 0) return;
  const earlier = [...threadsOf(state, agent, given)].flatMap((thread) => state.mail.threads.get(thread) ?? []);
  const own = earlier.filter(({ from, to }) => from === agent || to.includes(agent));
  const text = printContacts(config, agent, [...given, ...own]);
  if (text !== '') pieces.push(text);
}

/** Adds the last messages of each conversation in which the agent took part, before the mail that is given now. */
function addThreads(pieces: Piece[], state: State, agent: string, given: readonly Mail[]): void {
  for (const id of threadsOf(state, agent, given)) {
    const tail = state.mail.threads
      .get(id)
      ?.filter((m) => (m.from === agent || m.to.includes(agent)) && !given.some((mail) => mail.id === m.id));
    if (!tail?.length) continue;
    pieces.push(`\n## Earlier in conversation ${/^[\w.-]+$/.test(id) ? id : quoteUntrusted(id)}\n`);
    for (const m of tail) {
      if (m.refused?.includes(agent)) pieces.push(`[${m.id} from ${m.from} is left out: your model refused it]\n`);
      else
        pieces.push(
          `<mail id="${m.id}" from="${m.from}" subject=${quoteUntrusted(m.subject)}>\n`,
          { mail: m.id, cut: THREAD_CUT },
          '\n</mail>\n',
        );
    }
  }
}
const THREAD_CUT = 400;

/** Mail of former visits whose authors still wait for an answer. */
function addReminders(pieces: Piece[], { reminded = [], cut }: InboxMail, looks: boolean): void {
  if (!reminded.length) return;
  pieces.push(REMINDER);
  addMessages(pieces, reminded, cut, looks);
}
const REMINDER = `
## You owe an answer
You were given this mail before and have not answered it. Its author may still wait for you; you are reminded only once. Answer, or ask whoever you wait for. If no answer is needed, call done with its id in settled.
`;

function addMail(pieces: Piece[], given: InboxMail, looks: boolean): void {
  if (!given.mail.length) return;
  const more = given.waiting ? `, ${given.waiting} more wait for a later turn` : '';
  pieces.push(`\n## Your mail (${given.mail.length}${more})\n`);
  addMessages(pieces, given.mail, given.cut, looks);
}

function addMessages(pieces: Piece[], mails: readonly Mail[], most: number, looks: boolean): void {
  for (const mail of mails) {
    pieces.push(headOf(mail), mail.body.length > most ? { mail: mail.id, cut: most } : { mail: mail.id });
    if (mail.body.length > most)
      pieces.push(
        `\n[cut: ${mail.body.length - most} more characters in ${mail.path}: ask ${mail.from} for them, in parts]`,
      );
    const images = mail.attachments?.filter((name) => IMAGE_NAME.test(name)) ?? [];
    if (images.length && !looks) pieces.push(`\n[${tame(images.join(', '))}: your model cannot look at images]`);
    pieces.push('\n</mail>\n');
  }
}
const IMAGE_NAME = /\.(png|jpe?g|gif|webp)$/i;

function headOf(mail: Mail): string {
  const more = [
    mail.priority === 'normal' ? '' : ` priority="${mail.priority}"`,
    mail.reply_to ? ` reply_to=${quoteUntrusted(mail.reply_to)}` : '',
    mail.task ? ` task=${quoteUntrusted(mail.task)}` : '',
    mail.attachments?.length ? ` attachments=${quoteUntrusted(mail.attachments.join(', '))}` : '',
  ].join('');
  return `<mail id="${mail.id}" from="${mail.from}" turn="${mail.turn}" kind="${mail.kind}" thread=${quoteUntrusted(mail.thread)}${more} subject=${quoteUntrusted(mail.subject)}>\n`;
}

function bodiesFor(given: InboxMail, state: State, threads: ReadonlySet<string>): (id: string) => string {
  return (id) => {
    const mail = given.mail.find((m) => m.id === id) ?? given.reminded?.find((m) => m.id === id);
    if (mail) return mail.body;
    for (const thread of threads) {
      const found = state.mail.threads.get(thread)?.find((m) => m.id === id);
      if (found) return found.body;
    }
    return '';
  };
}

/** Puts a prompt together from its pieces. The journal's reader uses it too: the same pieces and bodies give the same text for ever. */
export function renderPieces(
  pieces: readonly Piece[],
  body: (id: string, cut: number | undefined) => string,
  blob: (hash: string) => string,
): string {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else if ('blob' in piece) text += blob(piece.blob);
    else {
      const whole = body(piece.mail, piece.cut);
      text += tame(piece.cut === undefined ? whole : cut(whole, piece.cut));
    }
  }
  return text;
}
