/** Notices what people did to sent mail, and which mail is old. */
import { revivable } from '../../core/mail/absent-agents.ts';
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import { deadOf } from '../../core/model/state/dead-letters.ts';
import { inboxOf, type Mail } from '../../core/model/state/mail.ts';
import { isAway } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { messageOf } from '../../core/rights/recipients.ts';
import { copyWith } from '../../schema/copy.ts';
import { byCodeUnit, padTurn, parseMessageId } from '../../schema/name.ts';
import type { Disk } from '../fs/disk.ts';
import { isLeftover } from '../fs/tree.ts';
import { readMessage } from './incoming-message.ts';
import { type FolderReader, YOUNG_MS } from './reader.ts';

/** Each outbox is checked for old mail once in that many turns. */
const SWEEP_TURNS = 50;

/** The mail in outboxes: what people did to it, foreign files, and old mail. */
export class Outboxes {
  private readonly reader: FolderReader;
  /** Path → mark of mail that waits for agents; delivered mail is removed. */
  private mailMarks = new Map<string, string>();
  private lookedThrough = false;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** Records a file that this engine wrote. */
  known(path: string, mark: string): void {
    this.mailMarks.set(path, mark);
  }

  /** Mail that people edited or deleted before it was delivered to an agent. */
  async edits(state: State, config: Config, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    const before = this.mailMarks;
    this.mailMarks = new Map();
    let waited = false;
    for (const mail of waitingForAgents(state, config)) {
      if (isAway(state.staff, mail.from)) continue; // its folder may come back with the file
      const stat = this.reader.disk.stat(mail.path);
      if (stat) this.mailMarks.set(mail.path, stat.mark);
      if (stat && before.get(mail.path) === stat.mark) continue;
      if (!stat && !waited) {
        waited = true; // some programs remove a file before they save it again
        await this.reader.clock.sleep(YOUNG_MS);
      }
      const input =
        (stat ?? this.reader.disk.stat(mail.path))
          ? this.edited(mail, limit)
          : ({ k: 'mail-gone', id: mail.id } as const);
      if (input) inputs.push(input);
    }
    return inputs;
  }

  private edited(mail: Mail, limit: number): InputEntry | null {
    const read = this.reader.readText(mail.path, limit);
    if ('reason' in read) return null;
    const { message } = readMessage(read.text, mail.path);
    if (!message) return null;
    if (message.body === mail.body && message.subject === mail.subject && message.priority === mail.priority)
      return null;
    const { subject, body, priority } = message;
    return { k: 'mail', id: mail.id, subject, body, priority, text: read.text };
  }

  /**
   * Sets aside files in agents' outboxes that no engine wrote. All outboxes are checked at the first freeze, then in rotation:
   * such files are never delivered, so finding them is not urgent.
   */
  foreign(state: State, config: Config, turn: number, passed = 0): InputEntry[] {
    const inputs: InputEntry[] = [];
    config.order.forEach((agent, i) => {
      if (config.agents.get(agent)?.person || (this.lookedThrough && !isInRotation(turn + i, passed))) return;
      for (const name of this.reader.disk.list(`agents/${agent}/outbox`) ?? []) {
        if (isLeftover(name) || !name.endsWith('.md') || isOurs(state, name)) continue;
        const path = `agents/${agent}/outbox/${name}`;
        const read = this.reader.readText(path, config.org.limits.message_bytes);
        const mark = 'hash' in read ? read.hash : read.mark;
        const input = this.reader.aside(
          state,
          path,
          {
            reason: 'foreign',
            detail: 'Agents cannot send mail by placing files here. They send it in their visits.',
            mark,
          },
          agent,
        );
        if (input) inputs.push(input);
      }
    });
    this.lookedThrough = true;
    return inputs;
  }

  /** Delivered mail that is old, agent by agent in rotation, and mail that people moved to the archive themselves. */
  sweep(state: State, config: Config, turn: number, passed = 0): InputEntry[] {
    const old = turn - config.org.limits.live_turns;
    if (old <= 0 && state.mail.archive.size === 0) return [];
    const isHere = (id: string): boolean => !isAway(state.staff, parseMessageId(id)?.author ?? '');
    const isSettled = (id: string): boolean => !state.mail.waiting.has(id) && deadOf(state.dead, id).length === 0;
    const ids = [...state.mail.archive].filter((id) => isSettled(id) && isHere(id));
    const put = ids.flatMap((id) => this.filesWith(id));
    const aged = config.order.flatMap((agent, i) =>
      old > 0 && isInRotation(turn + i, passed) ? this.oldFiles(agent, old, unsettledOf(state, agent)) : [],
    );
    const paths = [...new Set([...aged, ...put])].filter((path) => !this.isBarred(path));
    const barred = config.order.flatMap((agent, i) =>
      old > 0 && isInRotation(turn + i, passed) ? this.barredArchive(state, agent) : [],
    );
    return paths.length + ids.length > 0 ? [...barred, { k: 'sweep', paths, ...(ids.length ? { ids } : {}) }] : barred;
  }

  /** Reports a file in the place of an outbox's archive folder. */
  private barredArchive(state: State, agent: string): InputEntry[] {
    const path = `agents/${agent}/outbox/archive`;
    const stat = this.reader.disk.stat(path);
    if (!stat || stat.kind === 'folder') return [];
    const detail = `${path} is not a folder, so old mail cannot be moved there.`;
    const input = this.reader.aside(state, path, { reason: 'not-regular', detail, mark: stat.mark }, agent);
    return input ? [input] : [];
  }

  private isBarred(path: string): boolean {
    const stat = this.reader.disk.stat(`${path.slice(0, path.lastIndexOf('/'))}/archive`);
    return stat !== null && stat.kind !== 'folder';
  }

  private oldFiles(agent: string, before: number, waiting: ReadonlySet<string>): string[] {
    return filesOfMail(this.reader.disk, agent, ({ turn }) => turn <= before).filter(
      (path) => !waiting.has(stemOf(path)),
    );
  }

  /** A message and its attachments, where they are in the outbox. */
  private filesWith(id: string): string[] {
    const { author, turn, n } = parseMessageId(id) ?? { author: '', turn: 0, n: 0 };
    return filesOfMail(this.reader.disk, author, (one) => one.turn === turn && one.n === n);
  }

  /** The messages of dead letters that people want delivered again, from their present files. */
  revivals(state: State, turn: number, limit: number): InputEntry[] {
    const inputs: InputEntry[] = [];
    for (const [id, to] of revivable(state)) {
      const dead = state.dead.letters.get(id);
      const read = dead ? this.reader.readText(dead.path, limit) : null;
      const message = read && 'text' in read ? readMessage(read.text, dead?.path ?? '').message : null;
      if (message)
        inputs.push({ k: 'revived', turn, id, message: copyWith(message, { hops: 0, expires: undefined }), to });
      else inputs.push({ k: 'lost', id, path: dead?.path ?? '' });
    }
    return inputs;
  }
}

/** The files of messages in an outbox, with their attachments; leftovers of editors do not count. */
export function filesOfMail(disk: Disk, agent: string, wanted: (of: { turn: number; n: number }) => boolean): string[] {
  const outbox = `agents/${agent}/outbox`;
  return (disk.list(outbox) ?? []).flatMap((name) => {
    const path = `${outbox}/${name}`;
    const isFolder = /^\d{6,}-\d{2,}\.files$/.test(name);
    const message = messageOf(isFolder ? `${path}/` : path);
    if (message === null || !wanted(message) || isLeftover(name)) return [];
    if (!isFolder) return [path];
    const inside = disk.stat(path)?.kind === 'folder' ? (disk.list(path) ?? []) : [];
    return inside.map((one) => `${path}/${one}`).filter((one) => disk.stat(one)?.kind === 'file');
  });
}

/** Whether its turn in the rotation is now, or was among the turns that passed. */
function isInRotation(at: number, passed: number): boolean {
  return at % SWEEP_TURNS <= passed;
}

/** Mail that waits for an agent (not a person), in the order of writing. */
function waitingForAgents(state: State, config: Config): Mail[] {
  const found = new Map<string, Mail>();
  for (const name of state.mail.inbox.keys())
    if (!config.agents.get(name)?.person) for (const mail of inboxOf(state.mail, name)) found.set(mail.id, mail);
  return [...found.values()].sort((a, b) => a.turn - b.turn || byCodeUnit(a.id, b.id));
}

/** The messages of an author that somebody waits for, or that a dead letter mentions: they are not archived. */
function unsettledOf(state: State, author: string): Set<string> {
  const stems = new Set<string>();
  for (const id of state.mail.waiting.names(`${author}/`)) stems.add(stemOfId(id));
  for (const name of state.dead.undelivered.names(`${author}/`)) stems.add(stemOfId(name.split(' ')[0] as string));
  return stems;
}

/** The common prefix of a message and its attachments: `agents/a/outbox/000042-01`. */
function stemOf(path: string): string {
  return /^.*\/\d{6,}-\d{2,}/.exec(path)?.[0] ?? path;
}

/** The same for the id of a message; for an invalid id, a path that nothing has. */
function stemOfId(id: string): string {
  const { author, turn, n } = parseMessageId(id) ?? { author: '', turn: 0, n: 0 };
  return `agents/${author}/outbox/${padTurn(turn)}-${String(n).padStart(2, '0')}`;
}

/** A name that the engine gave in an earlier turn. */
function isOurs(state: State, name: string): boolean {
  const turn = /^(\d{6,})-\d{2,}-/.exec(name)?.[1];
  return turn !== undefined && Number(turn) <= state.clock.turn;
}
