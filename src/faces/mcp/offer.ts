import type { Command, Right } from '../../commands/command.ts';

/** The verbs that come with the seat, and those with each right. What stands in no row is never offered. */
const VERBS: Record<'seat' | Right, readonly string[]> = {
  seat: ['status', 'chart', 'costs', 'inbox', 'read', 'send', 'reply', 'ack', 'history', 'search'],
  look: ['approvals', 'audit', 'health', 'inspect', 'logs', 'memory', 'outbox', 'show', 'tool', 'verify'],
  turns: ['step', 'run-once'],
  approvals: ['approvals', 'approve', 'deny'],
};

/** Options that reach beyond the seat: files of the machine, other people, minds of others, calls to models, endless output. */
const WITHHELD: Record<string, readonly string[]> = {
  approve: ['by'],
  deny: ['by'],
  health: ['providers'],
  logs: ['follow'],
  'run-once': ['unsafe-host'],
  search: ['memory', 'like', 'agent'],
  send: ['attach'],
  step: ['unsafe-host'],
};

/** The commands that an assistant with these rights has, without the options it has not. */
export function offeredTo(rights: ReadonlySet<Right>, commands: readonly Command[]): Command[] {
  const verbs = new Set([...VERBS.seat, ...[...rights].flatMap((right) => VERBS[right])]);
  return commands
    .filter(({ name }) => verbs.has(name))
    .map((command) => ({ ...command, flags: command.flags.filter(({ name }) => !isWithheld(command, name)) }));
}

function isWithheld({ name }: Command, flag: string): boolean {
  return WITHHELD[name]?.includes(flag) ?? false;
}

/** What can be read at an address: what a command gives, for one thing of those there are where the address names an argument. */
export interface Shelf {
  uri: string;
  name: string;
  about: string;
  verb: string;
}

/** Each is there where its command is offered. */
export const SHELVES: readonly Shelf[] = [
  { uri: 'lemming://status', name: 'status', verb: 'status', about: 'how the organisation and each agent is' },
  { uri: 'lemming://inbox', name: 'inbox', verb: 'inbox', about: 'mail of the seat, unread first, and notices' },
  { uri: 'lemming://chart', name: 'chart', verb: 'chart', about: 'who there is and who may write to whom' },
  { uri: 'lemming://costs', name: 'costs', verb: 'costs', about: 'what was granted and spent' },
  { uri: 'lemming://approvals', name: 'approvals', verb: 'approvals', about: 'acts that wait for a person' },
  { uri: 'lemming://audit', name: 'audit', verb: 'audit', about: 'who did what, under which rule' },
  { uri: 'lemming://health', name: 'health', verb: 'health', about: 'how well each agent is' },
  { uri: 'lemming://mail/{id}', name: 'message', verb: 'read', about: 'a message; it does not count as read by that' },
  { uri: 'lemming://threads/{of}', name: 'thread', verb: 'history', about: 'a conversation, by its id' },
  { uri: 'lemming://agents/{agent}', name: 'agent', verb: 'inspect', about: 'all there is to know of an agent' },
  { uri: 'lemming://memory/{agent}', name: 'memory', verb: 'memory', about: 'what an agent remembers' },
  { uri: 'lemming://turns/{id}', name: 'turn', verb: 'show', about: 'all that happened in a turn' },
];
