/** The schema of the owner's `keys.yaml`, and the usual keys of the terminal screen. */
import * as z from 'zod';
import { later } from '../later.ts';

/** What a key of the terminal screen can do: its usual keys, and what the help says of it. */
export const KEYS = {
  up: { keys: ['up', 'k'], does: 'one row up' },
  down: { keys: ['down', 'j'], does: 'one row down' },
  'page-up': { keys: ['pageup', 'ctrl+b'], does: 'a page up' },
  'page-down': { keys: ['pagedown', 'ctrl+f', 'space'], does: 'a page down' },
  first: { keys: ['g', 'home'], does: 'to the first row' },
  last: { keys: ['G', 'end'], does: 'to the last row' },
  'next-pane': { keys: ['tab', 'right'], does: 'the next pane' },
  'previous-pane': { keys: ['shift+tab', 'left'], does: 'the previous pane' },
  org: { keys: ['1'], does: 'pane: agents and people, and what each is doing' },
  mail: { keys: ['2'], does: 'pane: mail, by conversation' },
  problems: { keys: ['3'], does: 'pane: problems, and what waits for you' },
  approvals: { keys: ['4'], does: 'pane: pending actions' },
  costs: { keys: ['5'], does: 'pane: costs, and how long the budget lasts' },
  log: { keys: ['6'], does: 'pane: the log of the engine' },
  tasks: { keys: ['7'], does: 'pane: tasks, if there are any' },
  open: { keys: ['enter'], does: 'open the row; this marks mail to you as read' },
  back: { keys: ['esc'], does: 'close what is open, or clear the filter' },
  filter: { keys: ['/'], does: 'show only matching rows' },
  exact: { keys: ['x'], does: 'show the exact prompt and reply behind the message' },
  reply: { keys: ['r'], does: 'answer the message' },
  write: { keys: ['w'], does: 'write to the agent of the row' },
  acknowledge: { keys: ['m'], does: 'acknowledge the message' },
  approve: { keys: ['a'], does: 'approve the action, with an optional note' },
  'approve-always': { keys: ['A'], does: 'approve the action, and similar ones from now on' },
  deny: { keys: ['d'], does: 'deny the action, with an optional note' },
  retry: { keys: ['R'], does: 'deliver the dead letter again' },
  pause: { keys: ['p'], does: 'pause or resume the agent of the row, or the organisation' },
  'pause-all': { keys: ['P'], does: 'pause or resume the organisation' },
  step: { keys: ['s'], does: 'make one turn' },
  'top-up': { keys: ['t'], does: 'grant credits to the agent of the row' },
  edit: { keys: ['e'], does: 'open the file of the row in your editor, then check it' },
  validate: { keys: ['v'], does: 'check every file that people write' },
  notices: { keys: ['n'], does: 'read your notices and clear them' },
  help: { keys: ['?'], does: 'show this help' },
  quit: { keys: ['q', 'ctrl+c'], does: 'leave' },
} as const satisfies Record<string, { keys: readonly string[]; does: string }>;

export type KeyAction = keyof typeof KEYS;
export const KEY_ACTIONS = Object.keys(KEYS) as KeyAction[];

const NAMED = 'up|down|left|right|pageup|pagedown|home|end|tab|shift\\+tab|enter|esc|space|backspace|delete';
const key = later(() =>
  z
    .string()
    .regex(
      new RegExp(`^(?:[!-~]|ctrl\\+[a-z]|alt\\+[!-~]|${NAMED})$`),
      'expected a key: one character, ctrl+x, alt+x, or a name such as pageup',
    ),
);
const keys = later(() => z.union([key(), z.array(key())]).transform((one) => (typeof one === 'string' ? [one] : one)));

/** `keys.yaml` of the owner: the keys of the terminal screen, where they differ from the usual ones. */
export const keymapFile = later(() =>
  z
    .strictObject({
      version: z.literal(1),
      keys: z.strictObject(
        Object.fromEntries(KEY_ACTIONS.map((name) => [name, keys().optional().describe(KEYS[name].does)])) as Record<
          KeyAction,
          z.ZodOptional<ReturnType<typeof keys>>
        >,
      ),
    })
    .superRefine(({ keys }, issues) => {
      const owner = new Map<string, string>();
      for (const [action, own = []] of Object.entries(keys))
        for (const key of own) {
          const other = owner.get(key);
          if (other !== undefined && other !== action)
            issues.addIssue({
              code: 'custom',
              path: ['keys', action],
              message: `the key ${key} is already used for ${other}`,
            });
          owner.set(key, action);
        }
    }),
);
export type Keymap = z.output<ReturnType<typeof keymapFile>>;

/** Key → its action. A key that the owner assigns loses its usual action. */
export function bindings(keymap: Keymap | null): Map<string, KeyAction> {
  const own = keymap?.keys ?? {};
  const bound = new Map<string, KeyAction>();
  for (const action of KEY_ACTIONS) if (!own[action]) for (const one of KEYS[action].keys) bound.set(one, action);
  for (const action of KEY_ACTIONS) for (const one of own[action] ?? []) bound.set(one, action);
  return bound;
}
