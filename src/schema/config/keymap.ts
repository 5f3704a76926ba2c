/** The schema of the owner's `keys.yaml`. Which actions there are, the screen says. */
import * as z from 'zod';
import { later } from '../later.ts';

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

/** `keys.yaml` of the owner: the keys of these actions of the terminal screen, where they differ from the usual ones. */
export function keymapFile(actions: Iterable<string>) {
  const fields = Object.fromEntries([...actions].map((name) => [name, keys().optional()]));
  return z.strictObject({ version: z.literal(1), keys: z.strictObject(fields) }).superRefine(({ keys }, issues) => {
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
  });
}
export type Keymap = z.output<ReturnType<typeof keymapFile>>;

/** Key → its action. A key that the owner assigns loses its usual action. */
export function bindings(usual: ReadonlyMap<string, readonly string[]>, keymap: Keymap | null): Map<string, string> {
  const own = keymap?.keys ?? {};
  const bound = new Map<string, string>();
  for (const [action, keys] of usual) if (!own[action]) for (const one of keys) bound.set(one, action);
  for (const action of usual.keys()) for (const one of own[action] ?? []) bound.set(one, action);
  return bound;
}
