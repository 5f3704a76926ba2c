/** Finds incoming mail in the outboxes of people. */

import { attachmentNames } from '../../core/mail/attachment-names.ts';
import type { Config } from '../../core/model/config.ts';
import type { InputEntry } from '../../core/model/entry.ts';
import type { State } from '../../core/model/state.ts';
import { composeMessage, filesFolder, firstLine, resolveRecipients } from '../../core/rights/recipients.ts';
import { routeDrop } from '../../core/turn/routed.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, fault, printFault } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import { isLeftover } from '../fs/tree.ts';
import { type IncomingMessage, readIncoming } from './incoming-message.ts';
import { type FolderReader, isText, type Unreadable } from './reader.ts';

export class IncomingMail {
  private readonly reader: FolderReader;

  constructor(reader: FolderReader) {
    this.reader = reader;
  }

  /** New messages in the outboxes of people, with defaults filled in and numbered in the order of their file names. */
  async taken(state: State, config: Config, turn: number, limit: number): Promise<InputEntry[]> {
    const inputs: InputEntry[] = [];
    for (const person of config.order) {
      if (!config.agents.get(person)?.person) continue;
      let n = 1;
      let tasks = 1;
      for (const path of this.dropped(state, config, person)) {
        if (!(await this.reader.quiet(path)) || !this.isNew(state, path)) continue;
        const input = this.takeDrop(state, config, path, person, { turn, n, tasks }, limit);
        if (input?.k === 'drop') {
          n++;
          tasks += Object.keys(input.message.became ?? {}).length;
        }
        if (input) inputs.push(input);
      }
    }
    return inputs;
  }

  /** Whether there is incoming mail that has not been set aside yet. */
  waiting(state: State, config: Config): boolean {
    const people = config.order.filter((name) => config.agents.get(name)?.person);
    return people.some((person) => this.dropped(state, config, person).some((path) => this.isNew(state, path)));
  }

  private isNew(state: State, path: string): boolean {
    const aside = state.dead.aside.get(path);
    if (aside === undefined) return true;
    const read = this.reader.readText(path, Infinity);
    return ('hash' in read ? read.hash : read.mark) !== aside;
  }

  /** Files of a person's outbox that no journal line knows, in order of their names. */
  private dropped(state: State, config: Config, person: string): string[] {
    const outbox = `agents/${person}/outbox`;
    const own = state.mail.own.get(person);
    const paths: string[] = [];
    for (const name of this.reader.disk.list(outbox) ?? []) {
      if (isLeftover(name) || name === 'archive') continue;
      const path = `${outbox}/${name}`;
      if (name.endsWith('.md')) own?.has(path) || paths.push(path);
      else if (isName(name) || name.startsWith('@'))
        for (const inner of this.reader.disk.stat(path)?.kind === 'folder' ? (this.reader.disk.list(path) ?? []) : [])
          if (isText(inner)) paths.push(`${path}/${inner}`);
      if (isMeantFor(config, name) && this.reader.disk.stat(path)?.kind === 'file' && !this.isAttached(outbox, name))
        paths.push(path);
    }
    return paths;
  }

  /** Whether a message in the outbox refers to the file. */
  private isAttached(outbox: string, name: string): boolean {
    return (this.reader.disk.list(outbox) ?? []).some((other) => {
      if (!isText(other)) return false;
      const read = this.reader.readText(`${outbox}/${other}`, Infinity);
      return 'text' in read && read.text.includes(name);
    });
  }

  /** The faults of files that wait in people's outboxes, including those that were set aside. */
  faulty(state: State, config: Config, limit: number): Fault[] {
    const people = config.order.filter((name) => config.agents.get(name)?.person);
    return people.flatMap((person) =>
      this.dropped(state, config, person).flatMap((path) => {
        const read = this.look(config, path, person, limit);
        return 'bad' in read ? [read.fault] : [];
      }),
    );
  }

  private takeDrop(
    state: State,
    config: Config,
    path: string,
    person: string,
    { turn, n, tasks }: { turn: number; n: number; tasks: number },
    limit: number,
  ): InputEntry | null {
    const read = this.look(config, path, person, limit);
    if ('bad' in read) return this.reader.aside(state, path, read.bad, person);
    const { head, body, reached } = read;
    const thread = head.thread ?? (head.reply_to === undefined ? undefined : threadOf(state, head.reply_to));
    const carried = this.carried(path, filesFolder(person, turn, n), head.attachments ?? []);
    const wish = copyWith(head, { to: reached, body, subject: head.subject ?? firstLine(body), thread });
    const named = carried ? copyWith(wish, { attachments: carried.names }) : wish;
    const message = composeMessage(person, turn, n, named, [], 0);
    const attached = carried ? { attached: carried.files } : {};
    const mended = state.dead.astray.get(path)?.[0];
    const mends = mended === undefined ? {} : { mends: mended };
    const through = head.through ? { through: head.through } : {};
    const gone = routeDrop(config, state, message, tasks);
    return { k: 'drop', turn, found: path, hash: read.hash, ...gone, ...attached, ...mends, ...through };
  }

  /**
   * The attachments in a message's folder, for example `note.files` for `note.md`. They move to the folder named after the
   * message's id; files beside the message stay there. Null if the folder has no files.
   */
  private carried(path: string, folder: string, wanted: readonly string[]): FoundFiles | null {
    const found = wanted.map((name) => `${path.replace(/\.md$/, '')}.files/${name}`);
    const isThere = found.map((one) => this.reader.disk.stat(one)?.kind === 'file');
    if (!isThere.includes(true)) return null;
    const fit = attachmentNames(wanted);
    const names = wanted.map((name, i) => (isThere[i] ? (fit[i] as string) : name));
    const files = found.map((one, i) =>
      isThere[i]
        ? { path: `${folder}/${names[i]}`, found: one }
        : { path: folder.replace(/[^/]+$/, names[i] as string) },
    );
    return { names, files };
  }

  /** The incoming message in a file, or why there is none. */
  private look(
    config: Config,
    path: string,
    person: string,
    limit: number,
  ): (Omit<IncomingMessage, 'to'> & { hash: string; reached: string[] }) | Bad {
    const read = this.reader.readText(path, limit);
    if ('reason' in read) {
      const code = read.reason === 'too-large' || read.reason === 'not-regular' ? read.reason : 'not-text';
      return notTaken(path, read, fault(code, read.detail));
    }
    const mark = read.hash;
    if (!path.endsWith('.md')) {
      const found = fault('invalid-value', 'This file is not a message: the name of a message ends with .md', {
        file: path,
        remedy: `Rename it to ${path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')}.md.`,
      });
      return notTaken(path, { reason: 'malformed', detail: printFault(found), mark }, found);
    }
    const drop = readIncoming(path, read.text);
    if ('fault' in drop)
      return notTaken(path, { reason: 'malformed', detail: printFault(drop.fault), mark }, drop.fault);
    const { head, to, body } = drop;
    if (head.id !== undefined) {
      const detail = `The file has the id ${head.id} of an existing message. To send it as a new message, remove the id line.`;
      return notTaken(
        path,
        { reason: 'known-id', detail, mark },
        fault('known-id', `The file has the id ${head.id} of an existing message`),
      );
    }
    const reached = resolveRecipients(config, person, to);
    if (!reached.ok) {
      const remedy = 'Name someone to whom you may write. To see who that is, run lemming chart.';
      return notTaken(
        path,
        { reason: 'no-edge', detail: reached.text, mark },
        fault('unknown-name', reached.text, { remedy }),
      );
    }
    return { head, body, hash: read.hash, reached: reached.names };
  }
}

/** A file that is named after a recipient but is not markdown, such as `planner.txt`: probably a message. */
function isMeantFor({ agents, units }: Config, name: string): boolean {
  if (name.endsWith('.md')) return false;
  const stem = name.replace(/\.[^.]*$/, '');
  return agents.has(stem) || (stem.startsWith('@') && units.has(stem.slice(1)));
}

function notTaken(path: string, bad: Unreadable, fault: Fault): Bad {
  return { bad, fault: copyWith(fault, { file: path }) };
}

/** Why a file is not taken in, for the journal and as a fault. */
interface Bad {
  bad: Unreadable;
  fault: Fault;
}

/** The attachments of a message: their names, and their paths. */
interface FoundFiles {
  names: string[];
  files: { path: string; found?: string }[];
}

function threadOf(state: State, id: string): string | undefined {
  const mail = state.mail.waiting.get(id);
  if (mail) return mail.thread;
  for (const [thread, tail] of state.mail.threads) if (tail.some((m) => m.id === id)) return thread;
  return undefined;
}
