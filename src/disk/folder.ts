import { heldOf } from '../core/approval.ts';
import { printApproval } from '../core/approval-text.ts';
import type { Config } from '../core/config.ts';
import type { Input } from '../core/entry.ts';
import { approvalPath, resumePath, retiredPath } from '../core/files.ts';
import { compose, firstLine, resolveRecipients } from '../core/send.ts';
import type { Approval, Mail, State } from '../core/state.ts';
import type { DeadLetterHead } from '../schema/deadletter.ts';
import { type Fault, printFault } from '../schema/fault.ts';
import { pinnedServer } from '../schema/mcp.ts';
import { byCodeUnit, isName, padTurn, parseMessageId } from '../schema/name.ts';
import { request } from '../schema/request.ts';
import { isSkillText } from '../schema/skill.ts';
import { splitToolPath } from '../schema/tool.ts';
import { readAnswer } from './answer.ts';
import type { Clock } from './clock.ts';
import { decode } from './codec.ts';
import type { Disk, Stat } from './disk.ts';
import { DiskError } from './disk.ts';
import { readDrop, readMessage } from './drop.ts';
import { bytesHash } from './materialise.ts';
import { isLeftover } from './tree.ts';
import { readYaml } from './yaml.ts';

/** Files younger than this may still be written: milliseconds. */
export const YOUNG_MS = 500;
/** A modification time so near to now may stand for a second change too, on clocks of coarse grain: milliseconds. */
const GRAIN_MS = 50;
/** An outbox is looked through for old mail once in so many turns. */
const SWEEP_TURNS = 50;

/** Folders below a folder of skills, or of tools, that are looked into: a skill, and two levels in it. */
const SKILL_DEPTH = 3;

/** Files that people write and the engine reads, by folder. */
const CONFIG_FOLDERS = ['org/units', 'org/goals', 'org/contacts', 'org/templates'];

/**
 * The org folder as the engine sees it: notices what people changed since it looked last. It remembers the marks of files,
 * so that a file is read only when it changed; what it finds is returned as inputs for the journal, never acted upon here.
 */
export class Folder {
  private readonly disk: Disk;
  private readonly clock: Clock;
  private readonly redact: (text: string) => string;
  /** Path → mark of a file whose content the state holds. */
  private readonly marks = new Map<string, string>();
  /** The same for the files of mail that waits for agents; what was delivered is forgotten. */
  private mailMarks = new Map<string, string>();
  /** Folder → mark and names, for folders that rarely change. */
  private readonly listings = new Map<string, { mark: string; names: string[] }>();
  private lookedThrough = false;
  /** Agents one of whose folders is a link or no folder: they are left out until that is mended. */
  private readonly unsafe = new Set<string>();
  /** Agents that had no memory folder, or no folder of skills, when their own was looked at. */
  private readonly forgetful = new Set<string>();
  private readonly unskilled = new Set<string>();
  /** Agents whose resume has the name of one that was retired. */
  private readonly retired = new Set<string>();
  /** Folders for entries of memory that are none → their marks. */
  private readonly barred = new Map<string, string>();
  /** Agent → mark of its folder when the folders in it were looked at. */
  private readonly homes = new Map<string, string>();

  /** `redact` strikes known secrets out of every text that people wrote, before anything else sees it. */
  constructor(disk: Disk, clock: Clock, redact: (text: string) => string = (text) => text) {
    this.disk = disk;
    this.clock = clock;
    this.redact = redact;
  }

  /** The files made by this engine need no reading: their marks are known. */
  known(marks: ReadonlyMap<string, string>): void {
    for (const [path, mark] of marks) (isTracked(path) ? this.marks : this.mailMarks).set(path, mark);
  }

  /** A file was written by this engine in a way that left no mark: it is read again at the next freeze. */
  forget(path: string): void {
    this.marks.delete(path);
  }

  /** Files that people write: changes since the state. `limit` is the largest file in bytes. */
  tracked(state: State, limit: number): Input[] {
    const inputs: Input[] = this.unsafeFolders(state);
    const seen = new Set<string>();
    for (const path of this.trackedPaths()) {
      seen.add(path);
      const input = this.lookAt(state, path, limit);
      if (input) inputs.push(input);
    }
    for (const path of state.files.keys()) {
      if (seen.has(path) || !isTracked(path)) continue;
      this.marks.delete(path);
      inputs.push({ k: 'file', path, text: null });
    }
    inputs.push(...this.barredFolders(state));
    return inputs.sort((a, b) => byCodeUnit(pathOf(a), pathOf(b)));
  }

  /** Names of the folders under `agents/`, whatever they are called. */
  agentFolders(): string[] {
    return this.list('agents').filter(
      (name) => !isLeftover(name) && this.disk.stat(`agents/${name}`)?.kind === 'folder',
    );
  }

  /** Agents whose folders cannot be trusted, and those without a resume. Nothing is ever followed out of the organisation. */
  private unsafeFolders(state: State): Input[] {
    const inputs: (Input | null)[] = [];
    for (const agent of this.list('agents')) {
      if (!isName(agent)) continue;
      const home = `agents/${agent}`;
      const stat = this.disk.stat(home);
      if (stat && this.homes.get(agent) === stat.mark) continue;
      if (stat && this.settled(stat)) this.homes.set(agent, stat.mark);
      this.unsafe.delete(agent);
      this.forgetful.delete(agent);
      this.unskilled.delete(agent);
      this.retired.delete(agent);
      const bad = [
        home,
        ...['outbox', 'memory', 'workspace', 'requests', 'logs'].map((name) => `${home}/${name}`),
      ].find((path) => !['folder', undefined].includes(this.disk.stat(path)?.kind));
      if (bad !== undefined && this.disk.stat(home)?.kind !== 'file') {
        this.unsafe.add(agent);
        inputs.push(
          this.newAside(
            state,
            bad,
            {
              reason: 'not-regular',
              detail: `${bad} is a link or no folder; the agent is left out.`,
              mark: this.disk.stat(bad)?.mark ?? '',
            },
            agent,
          ),
        );
      } else if (bad !== undefined || this.disk.stat(resumePath(agent)) !== null) continue;
      else if (this.disk.stat(retiredPath(agent)) !== null) this.retired.add(agent);
      else
        inputs.push(
          this.newAside(
            state,
            resumePath(agent),
            { reason: 'malformed', detail: 'The folder has no resume.md.', mark: 'gone' },
            agent,
          ),
        );
    }
    return inputs.filter((input): input is Input => input !== null);
  }

  private *trackedPaths(): Generator<string> {
    for (const name of this.list('org')) if (name.endsWith('.yaml') && !isLeftover(name)) yield `org/${name}`;
    for (const folder of CONFIG_FOLDERS)
      for (const name of this.list(folder)) if (isText(name)) yield `${folder}/${name}`;
    for (const place of ['org/skills', '.agents/skills']) yield* this.texts(place, isSkillText, SKILL_DEPTH);
    yield* this.texts('org/tools', (path) => this.isToolFile(path), SKILL_DEPTH);
    yield* this.texts('org/mcp', (path) => pinnedServer(path) !== null, 0);
    if (this.isOpen('org/shared') && this.isOpen('org/shared/context')) yield* this.entries('org/shared/context');
    for (const agent of this.list('agents')) {
      if (!isName(agent) || this.unsafe.has(agent)) continue;
      yield (this.retired.has(agent) ? retiredPath : resumePath)(agent);
      if (!this.unskilled.has(agent)) {
        const skills = `agents/${agent}/skills`;
        yield* this.texts(skills, isSkillText, SKILL_DEPTH);
        if (this.homes.has(agent) && this.disk.stat(skills) === null) this.unskilled.add(agent);
      }
      if (this.forgetful.has(agent)) continue;
      const memory = `agents/${agent}/memory`;
      yield* this.entries(memory);
      if (this.homes.has(agent) && this.disk.stat(memory) === null) this.forgetful.add(agent);
    }
  }

  /** The texts of skills or tools in a folder and so many levels below it; links are not followed. */
  private *texts(folder: string, isOne: (path: string) => boolean, levels: number): Generator<string> {
    for (const name of this.list(folder)) {
      const path = `${folder}/${name}`;
      if (isLeftover(name)) continue;
      if (isOne(path)) yield path;
      else if (levels > 0) yield* this.texts(path, isOne, levels - 1);
    }
  }

  private isToolFile(path: string): boolean {
    return splitToolPath(path) !== null && this.disk.stat(path)?.kind !== 'folder';
  }

  /** Entries of memory in a folder, and in the folders that belong to it. */
  private *entries(folder: string): Generator<string> {
    for (const name of this.list(folder)) {
      if (isText(name)) yield `${folder}/${name}`;
      else if ((name === 'learned' || name === 'archive') && this.isOpen(`${folder}/${name}`))
        yield* this.entries(`${folder}/${name}`);
    }
  }

  /** Whether a folder is there and can be looked into. */
  private isOpen(path: string): boolean {
    const stat = this.disk.stat(path);
    if (stat && stat.kind !== 'folder') this.barred.set(path, stat.mark);
    return stat?.kind === 'folder';
  }

  /** Folders for entries of memory that are links or no folders: nothing is read or written there. */
  private barredFolders(state: State): Input[] {
    const inputs = [...this.barred].flatMap(([path, mark]) => {
      const detail = `${path} is a link or no folder; what lies there is left out.`;
      return this.newAside(state, path, { reason: 'not-regular', detail, mark }, ownerOf(path)) ?? [];
    });
    this.barred.clear();
    return inputs;
  }

  /** Names in a folder; a folder that has not changed is not listed again. */
  private list(path: string): string[] {
    const stat = this.disk.stat(path);
    if (stat?.kind !== 'folder') return [];
    const known = this.listings.get(path);
    if (known?.mark === stat.mark) return known.names;
    const names = this.disk.list(path) ?? [];
    if (this.settled(stat)) this.listings.set(path, { mark: stat.mark, names });
    else this.listings.delete(path);
    return names;
  }

  private settled(stat: Stat): boolean {
    return this.clock.now() - stat.mtimeMs > GRAIN_MS;
  }

  private lookAt(state: State, path: string, limit: number): Input | null {
    const stat = this.disk.stat(path);
    const before = state.files.get(path);
    if (!stat) return before === undefined ? null : { k: 'file', path, text: null };
    if (this.marks.get(path) === stat.mark) return null;
    const read = this.readText(path, limit);
    if ('reason' in read) return this.newAside(state, path, read, ownerOf(path));
    if (read.text !== before) return { k: 'file', path, text: read.text };
    if (this.settled(stat)) this.marks.set(path, stat.mark);
    return null;
  }

  private readText(path: string, limit: number): { text: string; hash: string } | Unreadable {
    try {
      const bytes = this.disk.read(path);
      if (bytes === null) return { reason: 'malformed', detail: 'The file is gone.', mark: 'gone' };
      const decoded = decode(bytes, limit, path);
      const hash = bytesHash(bytes);
      if ('text' in decoded) return { text: this.redact(decoded.text), hash };
      return {
        reason: decoded.fault.code === 'too-large' ? 'too-large' : 'not-text',
        detail: printFault(decoded.fault),
        mark: hash,
      };
    } catch (error) {
      if (!(error instanceof DiskError) || !['not-regular', 'too-large', 'denied'].includes(error.failure)) throw error;
      const reason = error.failure === 'too-large' ? 'too-large' : 'not-regular';
      return {
        reason,
        detail: `${error.message}. Only regular files inside the organisation are read.`,
        mark: this.disk.stat(path)?.mark ?? 'gone',
      };
    }
  }

  /** Sets a file aside, once for each version of it. */
  private newAside(state: State, path: string, bad: Unreadable, owner: string): Extract<Input, { k: 'aside' }> | null {
    if (state.aside.get(path) === bad.mark) return null;
    return { k: 'aside', turn: 0, id: '', path, mark: bad.mark, reason: bad.reason, detail: bad.detail, owner };
  }

  /** Mail that people edited or deleted before it was delivered to an agent. */
  async edits(state: State, config: Config, limit: number): Promise<Input[]> {
    const inputs: Input[] = [];
    const before = this.mailMarks;
    this.mailMarks = new Map();
    let waited = false;
    for (const mail of state.mail.values()) {
      if (mail.waiting.every((name) => config.agents.get(name)?.person)) continue;
      const stat = this.disk.stat(mail.path);
      if (stat) this.mailMarks.set(mail.path, stat.mark);
      if (stat && before.get(mail.path) === stat.mark) continue;
      if (!stat && !waited) {
        waited = true; // some programs save by removing the file first
        await this.clock.sleep(YOUNG_MS);
      }
      const input =
        (stat ?? this.disk.stat(mail.path)) ? this.edited(mail, limit) : ({ k: 'mail-gone', id: mail.id } as const);
      if (input) inputs.push(input);
    }
    return inputs;
  }

  private edited(mail: Mail, limit: number): Input | null {
    const read = this.readText(mail.path, limit);
    if ('reason' in read) return null;
    const { message } = readMessage(read.text, mail.path);
    if (!message) return null;
    if (message.body === mail.body && message.subject === mail.subject && message.priority === mail.priority)
      return null;
    const { subject, body, priority } = message;
    return { k: 'mail', id: mail.id, subject, body, priority, text: read.text };
  }

  /** What commands asked, from the `requests/` folders of people. */
  requests(state: State, people: readonly string[], limit: number, time: number): Input[] {
    const inputs: Input[] = [];
    for (const person of people) {
      const folder = `agents/${person}/requests`;
      for (const name of this.disk.list(folder) ?? []) {
        if (!name.endsWith('.yaml') || isLeftover(name)) continue;
        const input = this.readRequest(state, `${folder}/${name}`, person, limit, time);
        if (input) inputs.push(input);
      }
    }
    return inputs;
  }

  private readRequest(state: State, path: string, person: string, limit: number, time: number): Input | null {
    const read = this.readText(path, limit);
    if ('reason' in read) return this.newAside(state, path, read, person);
    const { value, faults } = readYaml(request, read.text, path);
    if (value) return { k: 'request', request: { ...value, by: person }, time, file: path };
    return this.newAside(state, path, { ...malformed(faults), mark: read.hash }, person);
  }

  /** Held acts that people answered in their files, what cannot be understood there, and files about acts that do not wait. */
  async answers(state: State, config: Config, turn: number, limit: number): Promise<Input[]> {
    const inputs: Input[] = [];
    for (const approval of state.approvals.values()) {
      if (!this.answerIn(state, config, approval, turn, limit)) continue;
      const input = (await this.quiet(approvalPath(approval.id)))
        ? this.answerIn(state, config, approval, turn, limit)
        : null;
      if (input) inputs.push(input);
    }
    return [...inputs, ...this.lateAnswers(state, limit)];
  }

  /** Whether people wrote anything into `org/approvals/` that was not set aside already. */
  waitingAnswers(state: State, config: Config, limit: number): boolean {
    const waits = (approval: Approval): boolean => this.answerIn(state, config, approval, 0, limit) !== null;
    return [...state.approvals.values()].some(waits) || this.lateAnswers(state, limit).length > 0;
  }

  /** What is wrong with the files of held acts, set aside or not. */
  faultyAnswers(state: State, config: Config, limit: number): Fault[] {
    return [...state.approvals.values()].flatMap((approval) => {
      const read = this.readText(approvalPath(approval.id), limit);
      const answer = 'text' in read ? answerOf(config, approval, read.text) : 'undecided';
      return typeof answer === 'object' && 'faults' in answer ? answer.faults : [];
    });
  }

  private answerIn(state: State, config: Config, approval: Approval, turn: number, limit: number): Input | null {
    const path = approvalPath(approval.id);
    const stat = this.disk.stat(path);
    if (!stat || this.marks.get(path) === stat.mark) return null;
    const read = this.readText(path, limit);
    if ('reason' in read) return this.newAside(state, path, read, 'org');
    const answer = answerOf(config, approval, read.text);
    if (answer === 'undecided') {
      if (this.settled(stat)) this.marks.set(path, stat.mark);
      return null;
    }
    if ('faults' in answer) return this.newAside(state, path, { ...malformed(answer.faults), mark: read.hash }, 'org');
    const mended = [...state.dead.values()].find((dead) => dead.message === null && dead.path === path);
    const { hash, text } = read;
    return { k: 'answer', turn, id: approval.id, ...answer, hash, text, ...(mended ? { mends: mended.id } : {}) };
  }

  /** Files about acts that were answered meanwhile, or never were there. */
  private lateAnswers(state: State, limit: number): Input[] {
    const inputs: (Input | null)[] = [];
    for (const name of this.list('org/approvals')) {
      const path = `org/approvals/${name}`;
      if (!isText(name) || state.approvals.has(name.slice(0, -3))) continue;
      const read = this.readText(path, limit);
      const mark = 'hash' in read ? read.hash : read.mark;
      const detail = `No act ${name.slice(0, -3)} waits for an answer any more: look into org/approvals/answered/.`;
      inputs.push(this.newAside(state, path, { reason: 'malformed', detail, mark }, 'org'));
    }
    return inputs.filter((input): input is Input => input !== null);
  }

  /** Messages that people dropped into their outboxes, completed; numbered in the order of their file names. */
  async drops(state: State, config: Config, turn: number, limit: number): Promise<Input[]> {
    const inputs: Input[] = [];
    for (const person of config.order) {
      if (!config.agents.get(person)?.person) continue;
      let n = 1;
      for (const path of this.dropped(state, person)) {
        if (!(await this.quiet(path))) continue;
        const input = this.takeDrop(state, config, path, person, turn, n, limit);
        if (input?.k === 'drop') n++;
        if (input) inputs.push(input);
      }
    }
    return inputs;
  }

  /** Whether people dropped anything that was not set aside already. */
  waitingDrops(state: State, people: readonly string[]): boolean {
    return people.some((person) => this.dropped(state, person).some((path) => this.isNew(state, path)));
  }

  private isNew(state: State, path: string): boolean {
    const aside = state.aside.get(path);
    if (aside === undefined) return true;
    const read = this.readText(path, Infinity);
    return ('hash' in read ? read.hash : read.mark) !== aside;
  }

  /** Files of a person's outbox that no journal line knows, in order of their names. */
  private dropped(state: State, person: string): string[] {
    const outbox = `agents/${person}/outbox`;
    const own = state.own.get(person);
    const paths: string[] = [];
    for (const name of this.disk.list(outbox) ?? []) {
      if (isLeftover(name) || name === 'archive') continue;
      const path = `${outbox}/${name}`;
      if (name.endsWith('.md')) own?.has(path) || paths.push(path);
      else if (isName(name) || name.startsWith('@'))
        for (const inner of this.disk.stat(path)?.kind === 'folder' ? (this.disk.list(path) ?? []) : [])
          if (isText(inner)) paths.push(`${path}/${inner}`);
    }
    return paths;
  }

  /**
   * Waits, at most a second, until a file has not changed for a while. One whose time lies in the future, as after a copy
   * from another machine, is watched instead. Files named `*.sent.md` were moved into place whole.
   */
  private async quiet(path: string): Promise<boolean> {
    let stat = this.disk.stat(path);
    if (stat?.kind !== 'file' || path.endsWith('.sent.md')) return stat !== null;
    for (let left = 2 * YOUNG_MS; ; ) {
      const rest = YOUNG_MS - Math.max(0, this.clock.now() - stat.mtimeMs);
      if (rest <= 0) return true;
      if (rest > left) return false;
      await this.clock.sleep(rest);
      left -= rest;
      const later = this.disk.stat(path);
      if (!later) return false;
      if (later.mark === stat.mark) return true;
      stat = later;
    }
  }

  private takeDrop(
    state: State,
    config: Config,
    path: string,
    person: string,
    turn: number,
    n: number,
    limit: number,
  ): Input | null {
    const read = this.readText(path, limit);
    if ('reason' in read) return this.newAside(state, path, read, person);
    if (state.aside.get(path) === read.hash) return null;
    const drop = readDrop(path, read.text);
    if ('fault' in drop)
      return this.newAside(
        state,
        path,
        { reason: 'malformed', detail: printFault(drop.fault), mark: read.hash },
        person,
      );
    const { head, to, body } = drop;
    if (head.id !== undefined)
      return this.newAside(
        state,
        path,
        {
          reason: 'known-id',
          detail: `The file bears the id ${head.id}: a copy of a message. Remove the id line to send it anew.`,
          mark: read.hash,
        },
        person,
      );
    const reached = resolveRecipients(config, person, to);
    if (!reached.ok)
      return this.newAside(state, path, { reason: 'no-edge', detail: reached.text, mark: read.hash }, person);
    const thread = head.thread ?? (head.reply_to === undefined ? undefined : threadOf(state, head.reply_to));
    const wish = { ...head, to: reached.names, body, subject: head.subject ?? firstLine(body), thread };
    const message = compose(person, turn, n, wish, [], 0);
    const mended = [...state.dead.values()].find((dead) => dead.message === null && dead.path === path);
    return { k: 'drop', turn, found: path, hash: read.hash, message, ...(mended ? { mends: mended.id } : {}) };
  }

  /**
   * Files in agents' outboxes that no engine wrote: set aside. Every outbox is looked through at the first freeze, then in
   * rotation: such files are never delivered, so noticing them can wait.
   */
  foreign(state: State, config: Config, turn: number): Input[] {
    const inputs: Input[] = [];
    config.order.forEach((agent, i) => {
      if (config.agents.get(agent)?.person || (this.lookedThrough && (turn + i) % SWEEP_TURNS !== 0)) return;
      for (const name of this.disk.list(`agents/${agent}/outbox`) ?? []) {
        if (isLeftover(name) || !name.endsWith('.md') || isOurs(state, name)) continue;
        const path = `agents/${agent}/outbox/${name}`;
        const read = this.readText(path, config.org.limits.message_bytes);
        const mark = 'hash' in read ? read.hash : read.mark;
        const input = this.newAside(
          state,
          path,
          { reason: 'foreign', detail: 'Only people drop files by hand; an agent writes through its replies.', mark },
          agent,
        );
        if (input) inputs.push(input);
      }
    });
    this.lookedThrough = true;
    return inputs;
  }

  /** Delivered mail that has become old, agent by agent in rotation, and what people put away. */
  sweep(state: State, config: Config, turn: number): Input[] {
    const old = turn - config.org.limits.live_turns;
    if (old <= 0 && state.archive.size === 0) return [];
    const waiting = new Set([...state.mail.values(), ...state.dead.values()].map(({ path }) => stemOf(path)));
    const ids = [...state.archive].filter((id) => !waiting.has(stemOfId(id)));
    const put = ids.flatMap((id) => this.filesWith(stemOfId(id)));
    const aged = config.order.flatMap((agent, i) =>
      old > 0 && (turn + i) % SWEEP_TURNS === 0 ? this.oldFiles(agent, old, waiting) : [],
    );
    const paths = [...new Set([...aged, ...put])];
    return paths.length + ids.length > 0 ? [{ k: 'sweep', paths, ...(ids.length ? { ids } : {}) }] : [];
  }

  private oldFiles(agent: string, before: number, waiting: ReadonlySet<string>): string[] {
    const outbox = `agents/${agent}/outbox`;
    return (this.disk.list(outbox) ?? [])
      .filter((name) => /^\d{6,}-\d{2,}-/.test(name) && Number.parseInt(name, 10) <= before)
      .map((name) => `${outbox}/${name}`)
      .filter((path) => !waiting.has(stemOf(path)));
  }

  /** A message and its attachments, where they lie in the outbox. */
  private filesWith(stem: string): string[] {
    const outbox = stem.slice(0, stem.lastIndexOf('/'));
    return (this.disk.list(outbox) ?? [])
      .map((name) => `${outbox}/${name}`)
      .filter((path) => path.startsWith(`${stem}-`) && !isLeftover(path.slice(outbox.length + 1)));
  }

  /** The messages of dead letters that people want delivered again, as their files stand. */
  revivals(state: State, turn: number, limit: number): Input[] {
    const inputs: Input[] = [];
    for (const [id, to] of state.revive) {
      const dead = state.dead.get(id);
      const read = dead ? this.readText(dead.path, limit) : null;
      const message = read && 'text' in read ? readMessage(read.text, dead?.path ?? '').message : null;
      if (message) inputs.push({ k: 'revived', turn, id, message: { ...message, hops: 0, expires: undefined }, to });
      else inputs.push({ k: 'lost', id, path: dead?.path ?? '' });
    }
    return inputs;
  }
}

interface Unreadable {
  reason: DeadLetterHead['reason'];
  detail: string;
  /** Tells this version of the file from the next. */
  mark: string;
}

/** What the file of a held act says; as the engine wrote it, nothing. */
function answerOf(config: Config, approval: Approval, text: string): ReturnType<typeof readAnswer> {
  return text === printApproval(heldOf(approval))
    ? 'undecided'
    : readAnswer(config, approval, approvalPath(approval.id), text);
}

/** What is wrong with a file that was read. */
function malformed(faults: readonly Fault[]): Pick<Unreadable, 'reason' | 'detail'> {
  return { reason: 'malformed', detail: faults.map(printFault).join('\n') };
}

/** Gives the files that were set aside their ids: `aside-<turn>-<n>`. */
export function numberAsides(inputs: readonly Input[], turn: number, from: number): Input[] {
  let n = from;
  return inputs.map((input) => (input.k === 'aside' ? { ...input, turn, id: `aside-${padTurn(turn)}-${n++}` } : input));
}

function threadOf(state: State, id: string): string | undefined {
  const mail = state.mail.get(id);
  if (mail) return mail.thread;
  for (const [thread, tail] of state.threads) if (tail.some((m) => m.id === id)) return thread;
  return undefined;
}

/** `agents/a/outbox/000042-01`: what a message and its attachments have in common. */
function stemOf(path: string): string {
  return /^.*\/\d{6,}-\d{2,}/.exec(path)?.[0] ?? path;
}

/** The same, by the id of the message; for what is no id, a path that nothing has. */
function stemOfId(id: string): string {
  const { author, turn, n } = parseMessageId(id) ?? { author: '', turn: 0, n: 0 };
  return `agents/${author}/outbox/${padTurn(turn)}-${String(n).padStart(2, '0')}`;
}

/** A name that this engine gives, of a turn that is over. */
function isOurs(state: State, name: string): boolean {
  const turn = /^(\d{6,})-\d{2,}-/.exec(name)?.[1];
  return turn !== undefined && Number(turn) <= state.turn;
}

/** Whose file it is: an agent's, or the organisation's. */
function ownerOf(path: string): string {
  const [top, name] = path.split('/', 2) as [string, string];
  return top === 'agents' ? name : top;
}

function isText(name: string): boolean {
  return name.endsWith('.md') && !isLeftover(name);
}

function isTracked(path: string): boolean {
  return (
    /^org\/[^/]+\.yaml$/.test(path) ||
    /^org\/(units|goals|contacts|templates|shared\/context)\//.test(path) ||
    /^agents\/[^/]+\/(resume(\.retired)?\.md$|memory\/)/.test(path) ||
    isSkillText(path) ||
    splitToolPath(path) !== null ||
    pinnedServer(path) !== null
  );
}

function pathOf(input: Input): string {
  return 'path' in input ? input.path : '';
}
