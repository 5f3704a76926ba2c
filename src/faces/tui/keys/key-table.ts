/** The keys of the screen: its own ones, and those that commands bring with them. */
import type { Command, Leaf, ScreenKey } from '../../../commands/command.ts';
import { leavesOf } from '../../../commands/leaves.ts';
import { PANES } from '../panes.ts';

/** What the screen does itself: its usual keys, and what the help says of it. `on`: the rows for which it is. */
interface OwnAction {
  keys: readonly string[];
  does: string;
  on?: 'message' | 'file';
}

const MOVES = {
  up: { keys: ['up', 'k'], does: 'one row up' },
  down: { keys: ['down', 'j'], does: 'one row down' },
  'page-up': { keys: ['pageup', 'ctrl+b'], does: 'a page up' },
  'page-down': { keys: ['pagedown', 'ctrl+f', 'space'], does: 'a page down' },
  first: { keys: ['g', 'home'], does: 'to the first row' },
  last: { keys: ['G', 'end'], does: 'to the last row' },
  'next-pane': { keys: ['tab', 'right'], does: 'the next pane' },
  'previous-pane': { keys: ['shift+tab', 'left'], does: 'the previous pane' },
} satisfies Record<string, OwnAction>;

const OTHERS = {
  open: { keys: ['enter'], does: 'open the row; this marks mail to you as read' },
  back: { keys: ['esc'], does: 'close what is open, or clear the filter' },
  filter: { keys: ['/'], does: 'show only matching rows' },
  exact: { keys: ['x'], does: 'show the exact prompt and reply behind the message', on: 'message' },
  edit: { keys: ['e'], does: 'open the file of the row in your editor, then check it', on: 'file' },
  help: { keys: ['?'], does: 'show this help' },
  quit: { keys: ['q', 'ctrl+c'], does: 'leave' },
} satisfies Record<string, OwnAction>;

/** The actions of the screen itself, in the order of the help. */
export const OWN: Readonly<Record<string, OwnAction>> = { ...MOVES, ...panes(), ...OTHERS };

function panes(): Record<string, OwnAction> {
  return Object.fromEntries(Object.entries(PANES).map(([name, { key, does }]) => [name, { keys: [key], does }]));
}

/** A command, and one of the keys with which it offers itself. */
export interface Offer {
  leaf: Leaf;
  key: ScreenKey;
  action: string;
}

/** What keys do: the actions by name, and the usual keys of each. */
export interface KeyTable {
  usual: ReadonlyMap<string, readonly string[]>;
  /** Commands by their actions, in the order of the commands. */
  offers: ReadonlyMap<string, readonly Offer[]>;
}

/** The keys of the screen with these commands. */
export function keyTable(commands: readonly Command[]): KeyTable {
  const usual = new Map<string, readonly string[]>(Object.entries(OWN).map(([name, { keys }]) => [name, keys]));
  const offers = new Map<string, Offer[]>();
  for (const leaf of commands.flatMap((command) => leavesOf(command)))
    for (const key of leaf.screen ?? []) {
      const action = key.action ?? (leaf.name.split(' ').at(-1) as string);
      usual.set(action, [key.key]);
      offers.set(action, [...(offers.get(action) ?? []), { leaf, key, action }]);
    }
  return { usual, offers };
}

/** What an offer does, in the words of its command. */
export function doesOf({ leaf, key }: Offer): string {
  const flag = leaf.flags.find(({ name }) => key.flags?.[name]);
  const example = leaf.examples.find(({ line }) => key.given !== undefined && line.endsWith(` ${key.given}`));
  const text = flag?.about.split(';')[0] ?? example?.does ?? leaf.summary;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
