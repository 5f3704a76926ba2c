/** The keys that run a command on the chosen row, made from the definitions of commands. */
import type { Leaf, ScreenKey } from '../../commands/command.ts';
import type { KeyAction } from '../../schema/config/keymap.ts';
import { parseMessageId } from '../../schema/name.ts';
import { chosenOf, type Doings, keyOf, type ScreenContext } from './context.ts';
import { answerApproval, askLine, askMessage } from './dialogs.ts';

/** A command, and one of the keys with which it offers itself. */
interface Offer {
  leaf: Leaf;
  key: ScreenKey;
}

/** The actions that commands offer, by name. */
export function offers(desk: ScreenContext, leaves: readonly Leaf[]): Doings {
  const byAction = new Map<KeyAction, Offer[]>();
  for (const leaf of leaves)
    for (const key of leaf.screen ?? [])
      byAction.set(key.action, [...(byAction.get(key.action) ?? []), { leaf, key }]);
  return Object.fromEntries([...byAction].map(([action, some]) => [action, () => take(desk, some)]));
}

/** Runs the offer that fits the chosen row; where none does, the first one says which row it needs. */
function take(desk: ScreenContext, some: readonly Offer[]): void {
  const what = chosenOf(desk)?.what;
  const { leaf, key } = (some.find((one) => one.key.on === what) ?? some[0]) as Offer;
  if (key.on === 'approval') return answerApproval(desk, leaf, key);
  const given = subjectOf(desk, key.on);
  if (given === undefined) return desk.say(needed(desk, key.on), 'warn');
  const [first = { name: '' }] = leaf.args;
  const args = { [first.name]: given };
  const { asks } = key;
  if (typeof asks !== 'object') return void desk.perform(leaf.name, { args });
  const label = `${asks.label} ${given}`;
  if (leaf.args.some(({ name, many }) => many && name === asks.arg))
    return askMessage(desk, label, (rest) => desk.perform(leaf.name, { args, rest }));
  const done = (text: string): void =>
    void desk.perform(leaf.name, { args: { ...args, [asks.arg]: text.trim() } });
  askLine(desk, label, done, asks.hint);
}

/** What the chosen row gives to a command as its first argument. */
export function subjectOf(desk: ScreenContext, on: Exclude<ScreenKey['on'], 'approval'>): string | undefined {
  const { what, id, agent } = chosenOf(desk) ?? {};
  if (on === 'agent') return agent;
  if (on === 'dead-letter') return what === on ? id : undefined;
  return what !== 'dead-letter' && id !== undefined && parseMessageId(id) ? id : undefined;
}

export function needed({ keys }: ScreenContext, on: Exclude<ScreenKey['on'], 'approval'>): string {
  if (on === 'agent') return `Choose an agent first: ${keyOf(keys, 'org')} lists them.`;
  if (on === 'dead-letter') return `Choose a dead letter first: ${keyOf(keys, 'problems')} lists them.`;
  return `Choose a message first: ${keyOf(keys, 'mail')} lists the mail.`;
}
