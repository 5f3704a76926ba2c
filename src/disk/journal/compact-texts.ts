/** Writes a generated text without repeating other fields of its line. */
import type { Entry, Held } from '../../core/model/entry.ts';
import { copyWith, defined } from '../../schema/copy.ts';

/**
 * A generated text in a line. A part that another field of the line contains literally is not written twice: the text becomes a
 * list of literals and names of such fields.
 */
type TextPart = string | { of: TextField };
type TextField = 'input' | 'shows' | 'detail';
type Fields = Partial<Record<TextField, string>>;
type PackedText = string | TextPart[];

/** The length from which a repeated text is replaced by a name. */
const LONG = 20;

/** A line whose texts were changed by a function that also gets the line's fields; undefined for a line without such texts. */
export function withTexts(line: Entry, change: (text: PackedText, fields: Fields) => PackedText): object | undefined {
  switch (line.k) {
    case 'held':
      return changed(line, heldFields(line), change);
    case 'decided':
      return changed(line, heldFields(line.held), change);
    case 'escalated': {
      const fields = heldFields(line.held);
      return changed(copyWith(line, { held: changed(line.held, fields, change) }), fields, change);
    }
    case 'dead':
    case 'aside':
      return changed(line, { detail: line.detail }, change);
    default:
      return undefined;
  }
}

/** An input is shown as its file has it. */
function heldFields({ input, shows }: Held): Fields {
  return { input: JSON.stringify(input, null, 2), ...defined({ shows }) };
}

function changed<T extends { text?: PackedText }>(
  line: T,
  fields: Fields,
  change: (text: PackedText, fields: Fields) => PackedText,
): T {
  return line.text === undefined ? line : Object.assign({ ...line }, { text: change(line.text, fields) });
}

export function packText(text: PackedText, fields: Fields): PackedText {
  if (typeof text !== 'string') return text;
  const names = (Object.keys(fields) as TextField[]).filter((name) => (fields[name] as string).length >= LONG);
  const parts = names.reduce<TextPart[]>((all, name) => splitFirst(all, fields[name] as string, name), [text]);
  return parts.length === 1 ? text : parts;
}

/** Replaces the first occurrence of the text in a literal by the name of its field. */
function splitFirst(parts: TextPart[], text: string, of: TextField): TextPart[] {
  const i = parts.findIndex((part) => typeof part === 'string' && part.includes(text));
  if (i < 0) return parts;
  const literal = parts[i] as string;
  const at = literal.indexOf(text);
  return parts.toSpliced(i, 1, literal.slice(0, at), { of }, literal.slice(at + text.length));
}

/** Throws if the text names a missing field. */
export function unpackText(text: PackedText, fields: Fields): string {
  if (typeof text === 'string') return text;
  return text.map((part) => (typeof part === 'string' ? part : named(part.of, fields))).join('');
}

function named(name: TextField, fields: Fields): string {
  const text = fields[name];
  if (text === undefined) throw new Error('the text refers to a field that is not in its line');
  return text;
}
