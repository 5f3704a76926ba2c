/** Reads keys and pasted texts from the bytes of a terminal. */

/** Input from the keyboard: a named key, or pasted text. */
export type Pressed = { key: string } | { paste: string };

const TOKEN =
  /\x1b\[200~([\s\S]*?)(?:\x1b\[201~|$)|\x1b\[\[?[0-?]*[ -/]*[@-~]|\x1bO[A-Za-z]|\x1b\x1b|\x1b[^\x1b[O]|[\s\S]/gu;

const NAMES: Record<string, string> = {
  '\r': 'enter',
  '\n': 'newline',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'esc',
  '\x1b\x1b': 'esc',
  '\x1b\r': 'newline',
  '\x1b\n': 'newline',
  ' ': 'space',
};
/** The ends of sequences, without the part for Shift, Ctrl and Alt. */
const SEQUENCES: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'shift+tab',
  '1~': 'home',
  '7~': 'home',
  '4~': 'end',
  '8~': 'end',
  '3~': 'delete',
  '5~': 'pageup',
  '6~': 'pagedown',
};

/** The keys in a piece of input, in order. Unknown sequences are left out. */
export function keysIn(input: string): Pressed[] {
  const pressed: Pressed[] = [];
  for (const [token, paste] of input.matchAll(TOKEN)) {
    if (token.startsWith('\x1b[200~')) pressed.push({ paste: (paste ?? '').replace(/\r\n?/g, '\n') });
    else {
      const key = nameOf(token);
      if (key !== null) pressed.push({ key });
    }
  }
  return pressed;
}

function nameOf(token: string): string | null {
  const known = NAMES[token];
  if (known) return known;
  if (/^\x1b[[O]/.test(token)) {
    const [, number = '', end = ''] = /^\x1b[[O](?:1;\d+|(\d*)(?:;\d+)?)([A-Za-z~])$/.exec(token) ?? [];
    return SEQUENCES[end === '~' ? `${number}~` : end] ?? null;
  }
  if (token.startsWith('\x1b')) return `alt+${token.slice(1)}`;
  if (token < ' ') return `ctrl+${String.fromCharCode(token.charCodeAt(0) + 96)}`;
  return token;
}
