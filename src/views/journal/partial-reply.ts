/** Finds the readable part of a reply that is still being written. */

/** An object or a list in incomplete JSON, as far as it has arrived. */
interface OpenContainer {
  /** Whether it is an object, whose strings have keys. */
  object: boolean;
  parent: OpenContainer | null;
  key: string;
  tool: string;
  to: string[];
  body: string;
}

/** Characters of one reply that are examined; later text is shown when it is sent. */
const MOST = 200_000;
/** Objects of one reply that may be messages; all are examined again with each piece. */
const MOST_OBJECTS = 300;

/**
 * What an incomplete reply says to one reader: the bodies of messages to them, otherwise its plain text. Knows acts that
 * come as tool calls, and acts written as JSON in the text. For display only.
 */
export class PartialReply {
  private readonly reader: string;
  private readonly acts = new Map<number, Acts>();
  private text = '';
  private form: Acts | null = null;
  private length = 0;
  /** The visible text at the last look; null when a piece has arrived since. */
  private shown: string | null = null;

  constructor(reader: string) {
    this.reader = reader;
  }

  /** Takes the next piece: of the text, or of the input of an act. */
  hear(piece: string, act?: { n: number; tool: string }): void {
    this.length += piece.length;
    if (this.length > MOST) return;
    this.shown = null;
    if (act) this.actsAt(act).read(piece);
    else this.hearText(piece);
  }

  /** The text that is visible so far. */
  get said(): string {
    this.shown ??= this.look();
    return this.shown;
  }

  private look(): string {
    const bodies = [...this.acts.values(), this.form].flatMap((acts) => acts?.bodiesTo(this.reader) ?? []);
    return bodies.length > 0 ? bodies.join('\n\n') : this.form ? '' : this.text.trim();
  }

  private actsAt({ n, tool }: { n: number; tool: string }): Acts {
    const acts = this.acts.get(n) ?? new Acts(tool);
    this.acts.set(n, acts);
    return acts;
  }

  private hearText(piece: string): void {
    this.text += piece;
    if (this.form) this.form.read(piece);
    else if (/^\s*(```|\{)/.test(this.text)) {
      this.form = new Acts('');
      this.form.read(this.text);
    }
  }
}

/**
 * Finds messages in incomplete JSON, and skips whatever is not JSON. Packages for partial JSON do not serve: they start
 * again with each piece (`partial-json`), or stop at the first fault (`@streamparser/json`).
 */
class Acts {
  private readonly places: OpenContainer[] = [];
  private readonly tool: string;
  private place: OpenContainer | null = null;
  /** The string being read, and whether it is a key; null outside of one. */
  private string: { text: string; isKey: boolean } | null = null;
  private escape = '';
  private expectsKey = false;

  constructor(tool: string) {
    this.tool = tool;
  }

  read(piece: string): void {
    for (const character of piece) {
      if (this.string) this.inString(character);
      else this.between(character);
    }
  }

  bodiesTo(reader: string): string[] {
    const isMessage = (place: OpenContainer) => (place.parent?.tool || place.tool || this.tool) === 'send_message';
    const isFor = ({ to }: OpenContainer) => to.includes(reader) || to.includes('*');
    const written = this.places.filter(({ body }) => body.trim() !== '');
    return written.filter((one) => isMessage(one) && isFor(one)).map(({ body }) => body);
  }

  private between(character: string): void {
    if (character === '"' && this.place) {
      this.string = { text: '', isKey: this.place.object && this.expectsKey };
    } else if (character === '{' || character === '[') this.enter(character === '{');
    else if (character === '}' || character === ']') this.place = this.place?.parent ?? null;
    else if (character === ',') this.expectsKey = this.place?.object ?? false;
    else if (character === ':') this.expectsKey = false;
  }

  private enter(object: boolean): void {
    this.place = { object, parent: this.place, key: this.place?.key ?? '', tool: '', to: [], body: '' };
    this.expectsKey = object;
    if (object && this.places.length < MOST_OBJECTS) this.places.push(this.place);
  }

  private inString(character: string): void {
    if (this.escape !== '') this.inEscape(character);
    else if (character === '\\') this.escape = character;
    else if (character === '"') this.endString();
    else this.add(character);
  }

  private inEscape(character: string): void {
    this.escape += character;
    if (this.escape.startsWith('\\u') && this.escape.length < 6) return;
    this.add(unescaped(this.escape));
    this.escape = '';
  }

  private add(text: string): void {
    if (this.string) this.string.text += text;
    if (this.place?.object && this.place.key === 'body' && !this.string?.isKey) this.place.body += text;
  }

  private endString(): void {
    const { text = '', isKey = false } = this.string ?? {};
    const { place } = this;
    this.string = null;
    if (!place) return;
    if (isKey) place.key = text;
    else if (place.key === 'tool') place.tool = text;
    else if (place.key === 'to') (place.object ? place : place.parent)?.to.push(text);
  }
}

function unescaped(sequence: string): string {
  try {
    return JSON.parse(`"${sequence}"`) as string;
  } catch {
    return '';
  }
}
