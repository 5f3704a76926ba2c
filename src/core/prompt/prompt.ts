/** Builds the prompt of a visit. */
import { CHANGING_SECTIONS, type ChangingSection } from '../../schema/config/prompt.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { noticeLines } from '../mail/chain.ts';
import type { InboxMail } from '../mail/inbox.ts';
import { askedIn, type MemorySection, memorySection } from '../memory/section.ts';
import type { MailView, Prompt, ToolSpec } from '../model/call.ts';
import type { Config, Skill } from '../model/config.ts';
import type { Piece } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { answersFor } from '../model/state/approvals.ts';
import { agentState } from '../model/state/staff.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { grants } from '../rights/permit.ts';
import { matching, printSkill } from '../skills/prompted.ts';
import { printContacts } from '../staff/contacts.ts';
import { splitTask, taskPath } from '../tasks/file.ts';
import { tame } from '../text/untrusted.ts';
import { environment } from './environment.ts';
import { type Excerpt, excerptsFor, hidesEarlier, printExcerpts } from './excerpts.ts';
import { printGiven, printReminders } from './given-mail.ts';
import { renderPieces } from './pieces.ts';
import { fits } from './room.ts';
import { outputTokens } from './rules-text.ts';
import { addedText, stablePart } from './stable.ts';
import { summaryOrder } from './summary.ts';
import { printTaskSection } from './task-section.ts';
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

/** What the sections of the changing part are made of. */
interface Scene {
  config: Config;
  state: State;
  resume: Resume;
  given: InboxMail;
  /** Earlier mail that the visit needs. */
  earlier: Excerpt[];
  turn: number;
  summaryDue: boolean;
  /** Sections that are left out, because the prompt would not fit. */
  left: readonly ChangingSection[];
}

/** The changing part while it is made: its pieces, and the texts that they refer to. */
interface Changing {
  pieces: Piece[];
  blobs: VisitPrompt['blobs'];
  memory: MemorySection;
}

/** What is left out of a prompt that does not fit, in this order; then the mail is cut. */
export const LEFT_OUT: readonly ChangingSection[] = ['related', 'people', 'conversation', 'shared', 'memory'];
/** Mail is cut to no less than so many characters. */
const LEAST_MAIL = 500;

/**
 * Resume, rules, neighbours, memory, threads and inbox become a prompt. The stable part comes first and holds no clock, so
 * that providers can cache it; text written by others stands between marks as data. `toolsOf`: the tools of the agent, with
 * those that show earlier mail if there is more than the prompt shows. `room`: tokens that it may have. Pure.
 */
export function buildPrompt(
  config: Config,
  state: State,
  resume: Resume,
  given: InboxMail,
  toolsOf: (isMore: boolean) => ToolSpec[],
  turn: number,
  summaryDue: boolean,
  room = Infinity,
): VisitPrompt {
  const scene: Scene = { config, state, resume, given, earlier: [], turn, summaryDue, left: [] };
  scene.earlier = earlierMail(scene);
  let made = changingPart(scene);
  let system = stablePart(config, resume, toolsOf(hidesMail(scene)));
  for (let cuts = 1; !fits(room, system.text, made.text); cuts++) {
    const most = Math.floor(given.cut / 2 ** (cuts - LEFT_OUT.length));
    if (cuts > LEFT_OUT.length && most < LEAST_MAIL) break;
    scene.left = LEFT_OUT.slice(0, cuts);
    if (cuts > LEFT_OUT.length) scene.given = copyWith(given, { cut: most });
    made = changingPart(scene);
    system = stablePart(config, resume, toolsOf(hidesMail(scene)));
  }
  return {
    prompt: {
      agent: resume.name,
      turn,
      n: 1,
      system: system.system,
      parts: [{ role: 'user', text: made.text }],
      tools: system.tools,
      maxOutputTokens: outputTokens(config, resume),
      mail: [...(given.task ? [mailOf(given.task, state)] : []), ...(given.reminded ?? []), ...given.mail].map(
        ({ id, from, kind, subject, body, thread }) => ({
          id,
          from,
          kind,
          subject,
          body,
          thread,
        }),
      ),
      ...(given.task && { task: given.task.id }),
      summaryDue,
      seed: config.org.name,
    },
    blobs: [system, ...made.blobs],
    systemHash: system.hash,
    pieces: made.pieces,
    leftOut: made.leftOut,
  };
}

/** A task as the providers that answer by rules see it. */
function mailOf({ id, by: from, title: subject }: Task, { files }: State): MailView {
  return { id, from, kind: 'task', subject, body: splitTask(files.texts.get(taskPath(id)) as string).body, thread: id };
}

interface ChangingPart extends Pick<VisitPrompt, 'pieces' | 'blobs' | 'leftOut'> {
  text: string;
}

function changingPart(scene: Scene): ChangingPart {
  const { config, state, resume, given } = scene;
  const made: Changing = { pieces: [], blobs: [], memory: memorySection(config, state, resume, given.mail) };
  const order = withTask(config.org.prompt?.changing ?? CHANGING_SECTIONS);
  const leftOut = given.bare ? addAlone(made, scene, order) : [];
  if (!given.bare)
    for (const name of order) if (!scene.left.includes(name as ChangingSection)) addSection(made, scene, name);
  const { pieces, blobs } = made;
  const text = renderPieces(
    pieces,
    bodiesFor(given, scene.earlier),
    (hash) => blobs.find((blob) => blob.hash === hash)?.text as string,
  );
  return { pieces, blobs, leftOut, text };
}

/** The order of the sections; a task is never left out. */
function withTask(order: readonly string[]): readonly string[] {
  return order.includes('task') ? order : order.flatMap((name) => (name === 'mail' ? ['task', name] : [name]));
}

function addSection(made: Changing, scene: Scene, name: string): void {
  const added = addedText(scene.config, name);
  if (added === undefined) SECTIONS[name as ChangingSection](made, scene);
  else made.pieces.push(`${added}\n`);
}

/** Mail that is given alone, after the model refused it with all the rest. Returns what was left out. */
function addAlone(made: Changing, scene: Scene, order: readonly string[]): string[] {
  const leftOut = [
    'the overview',
    ...order.filter((name) => !ALONE.includes(name) && holds(made, scene, name)).map(nameOf),
  ];
  made.pieces.push(`Turn ${scene.turn}.\n`, aloneText(leftOut));
  for (const name of order) if (name === 'reminders' || name === 'mail') addSection(made, scene, name);
  return leftOut;
}
const ALONE: readonly string[] = ['environment', 'reminders', 'mail'];

/** Whether a section would say anything. */
function holds({ memory }: Changing, scene: Scene, name: string): boolean {
  const pieces: Piece[] = [];
  addSection({ pieces, blobs: [], memory }, scene, name);
  return pieces.length > 0;
}

/** What is said of mail that is given alone. */
function aloneText(leftOut: readonly string[]): string {
  return `Your model did not accept an earlier prompt, so you get one message alone. Left out: ${leftOut.join(', ')}.\n`;
}

const SECTIONS: Record<ChangingSection, (made: Changing, scene: Scene) => void> = {
  shared: (made) => addBlobs(made, '## Shared context\n', [made.memory.shared]),
  memory: (made) => addBlobs(made, '## Your memory\n', [made.memory.own]),
  environment: ({ pieces }, { config, state, resume, turn, left }) => {
    pieces.push(environment(config, state, resume, turn));
    if (left.length) pieces.push(leftText(left));
  },
  related: (made, { config, resume, given }) => {
    addBlobs(made, '\n## More of your memory that may matter now\n', made.memory.related);
    const skills = matching(config.skills, resume, askedIn(given.mail));
    if (skills.length) made.pieces.push(skillsText(config, skills));
  },
  summary: ({ pieces }, { config, state, resume, summaryDue }) => {
    if (summaryDue) pieces.push(summaryOrder(config, state, resume));
  },
  notices: ({ pieces }, { config, state, resume, given }) =>
    addNotices(pieces, state, resume.name, againText(config, state, resume, given.mail)),
  answers: ({ pieces }, { state, resume }) => addAnswers(pieces, state, resume.name),
  people: ({ pieces }, scene) => addContacts(pieces, scene),
  conversation: ({ pieces }, scene) =>
    void pieces.push(...printExcerpts(scene.state, scene.earlier, scene.resume.name)),
  reminders: ({ pieces }, { config, resume, given }) => {
    pieces.push(...printReminders(given, looks(config, resume)));
  },
  task: (made, { config, state, resume, given, turn }) => {
    if (state.tasks.all.size === 0) return;
    const { pieces, blobs } = printTaskSection(config, state, resume.name, given.task, turn);
    made.pieces.push(...pieces);
    made.blobs.push(...blobs);
  },
  mail: (made, { config, state, resume, given, left }) => {
    const isShown = left.length === 0 && !given.bare && grants(resume, 'read_file') !== null;
    const { pieces, blobs } = printGiven(given, { images: looks(config, resume), files: isShown ? state.mail : null });
    made.pieces.push(...pieces);
    made.blobs.push(...blobs);
  },
};

/** Whether its model can look at images. */
function looks({ models }: Config, { model }: Resume): boolean {
  return models.get(model[0] as string)?.images === true;
}

function skillsText({ org }: Config, skills: readonly Skill[]): string {
  return `\n## More of your skills that may matter now\n${skills.map((skill) => printSkill(org, skill)).join('\n')}\n`;
}

function leftText(left: readonly ChangingSection[]): string {
  return `[Left out, because your model could not take a longer text: ${left.map(nameOf).join(', ')}.]\n`;
}

/** A section in words; one that people added has its own name. */
function nameOf(section: string): string {
  return NAMES.get(section) ?? section;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['shared', 'shared context'],
  ['related', 'memory and skills that may matter'],
  ['summary', 'the order of a summary'],
  ['answers', 'answers of people'],
  ['people', 'contacts'],
  ['conversation', 'earlier messages'],
]);

function addBlobs({ pieces, blobs }: Changing, title: string, texts: readonly string[]): void {
  const found = texts.filter((text) => text !== '').map((text) => ({ hash: textHash(text), text }));
  if (found.length) pieces.push(title, ...found.map(({ hash }) => ({ blob: hash })), '\n');
  blobs.push(...found);
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

/** Whether there is mail of the agent that the prompt does not show, or not in full. */
function hidesMail({ config, state, resume, given, earlier, left }: Scene): boolean {
  if (given.mail.some(({ body }) => body.length > given.cut)) return true;
  const isShown = !given.bare && !left.includes('conversation') && isInOrder(config, 'conversation');
  return hidesEarlier(state, resume.name, isShown ? earlier : [], given.mail);
}

function isInOrder({ org }: Config, name: ChangingSection): boolean {
  return org.prompt?.changing?.includes(name) ?? true;
}

/** The earlier mail that this visit needs. */
function earlierMail({ config: { agents }, state, resume, given }: Scene): Excerpt[] {
  const asked = answersFor(state.approvals, resume.name).flatMap(({ cause }) => cause);
  const isPerson = (name: string): boolean => agents.get(name)?.person === true;
  const mail = [...(given.reminded ?? []), ...given.mail];
  return excerptsFor(state, resume.name, { given: mail, asked, origin: given.task?.mail }, isPerson);
}

/** Adds what is known of people whom the mail or its conversations name. */
function addContacts(pieces: Piece[], scene: Scene): void {
  if (scene.config.contacts.size === 0) return;
  const mail = [...scene.given.mail, ...scene.earlier.map((excerpt) => excerpt.mail)];
  const text = printContacts(scene.config, scene.resume.name, mail);
  if (text !== '') pieces.push(text);
}

function bodiesFor({ mail, reminded = [] }: InboxMail, earlier: readonly Excerpt[]): (id: string) => string {
  const all = [...mail, ...reminded, ...earlier.map((excerpt) => excerpt.mail)];
  return (id) => all.find((one) => one.id === id)?.body as string;
}
