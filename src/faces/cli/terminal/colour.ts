/** Decides whether output has colour, and colours it. */
import type { Style } from '../../../views/text/layout.ts';

const CODES: Record<Style | 'draft', string> = {
  heading: '1',
  unread: '1',
  good: '32',
  warn: '33',
  bad: '31',
  draft: '2',
};

/** The settings that decide about colour. `isTerminal`: the output goes to a terminal that knows control sequences. */
export interface ColourSettings {
  env: Record<string, string | undefined>;
  isTerminal: boolean;
  plain: boolean;
}

/** Colours at a terminal, and elsewhere only for FORCE_COLOR; never for --plain or NO_COLOR. */
export function wantsColour({ env, isTerminal, plain }: ColourSettings): boolean {
  if (plain || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal;
}

/** A safe text in the colour of its style. */
export function colour(style: Style | 'draft', text: string): string {
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
