import type { Config } from '../core/config.ts';
import type { Input } from '../core/entry.ts';
import { compose, firstLine, resolveRecipients } from '../core/send.ts';
import type { State } from '../core/state.ts';
import { printFault } from '../schema/fault.ts';
import { isName } from '../schema/name.ts';
import { readDrop } from './drop.ts';
import { isText, type Reader } from './reader.ts';
import { isLeftover } from './tree.ts';

/** Mail that people drop into their outboxes. */
export class Drops {
  private readonly reader: Reader;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** Messages that people dropped into their outboxes, completed; numbered in the order of their file names. */
  async drops(state: State, config: Config, turn: number, limit: number): Promise<Input[]> {
    const inputs: Input[] = [];
    for (const person of config.order) {
      if (!config.agents.get(person)?.person) continue;
      let n = 1;
      for (const path of this.dropped(state, person)) {
        if (!(await this.reader.quiet(path))) continue;
        const input = this.takeDrop(state, config, path, person, turn, n, limit);
        if (input?.k === 'drop') n++;
        if (input) inputs.push(input);
      }
    }
    return inputs;
  }

  /** Whether people dropped anything that was not set aside already. */
  waiting(state: State, people: readonly string[]): boolean {
    return people.some((person) => this.dropped(state, person).some((path) => this.isNew(state, path)));
  }

  private isNew(state: State, path: string): boolean {
    const aside = state.aside.get(path);
    if (aside === undefined) return true;
    const read = this.reader.readText(path, Infinity);
    return ('hash' in read ? read.hash : read.mark) !== aside;
  }

  /** Files of a person's outbox that no journal line knows, in order of their names. */
  private dropped(state: State, person: string): string[] {
    const outbox = `agents/${person}/outbox`;
    const own = state.own.get(person);
    const paths: string[] = [];
    for (const name of this.reader.disk.list(outbox) ?? []) {
      if (isLeftover(name) || name === 'archive') continue;
      const path = `${outbox}/${name}`;
      if (name.endsWith('.md')) own?.has(path) || paths.push(path);
      else if (isName(name) || name.startsWith('@'))
        for (const inner of this.reader.disk.stat(path)?.kind === 'folder' ? (this.reader.disk.list(path) ?? []) : [])
          if (isText(inner)) paths.push(`${path}/${inner}`);
    }
    return paths;
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
    const read = this.reader.readText(path, limit);
    if ('reason' in read) return this.reader.aside(state, path, read, person);
    if (state.aside.get(path) === read.hash) return null;
    const drop = readDrop(path, read.text);
    if ('fault' in drop)
      return this.reader.aside(
        state,
        path,
        { reason: 'malformed', detail: printFault(drop.fault), mark: read.hash },
        person,
      );
    const { head, to, body } = drop;
    if (head.id !== undefined)
      return this.reader.aside(
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
      return this.reader.aside(state, path, { reason: 'no-edge', detail: reached.text, mark: read.hash }, person);
    const thread = head.thread ?? (head.reply_to === undefined ? undefined : threadOf(state, head.reply_to));
    const wish = { ...head, to: reached.names, body, subject: head.subject ?? firstLine(body), thread };
    const message = compose(person, turn, n, wish, [], 0);
    const mended = [...state.dead.values()].find((dead) => dead.message === null && dead.path === path);
    const more = { ...(mended && { mends: mended.id }), ...(head.through && { through: head.through }) };
    return { k: 'drop', turn, found: path, hash: read.hash, message, ...more };
  }
}

function threadOf(state: State, id: string): string | undefined {
  const mail = state.mail.get(id);
  if (mail) return mail.thread;
  for (const [thread, tail] of state.threads) if (tail.some((m) => m.id === id)) return thread;
  return undefined;
}
