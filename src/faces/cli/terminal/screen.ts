/** Cleans, lays out and writes everything that the program prints. */
import { layout, type TextPage, wrap } from '../../../views/text/layout.ts';
import { colour } from './colour.ts';
import { safeMarked, safeText } from './safe.ts';
import { prepareFor, widthOf } from './width.ts';

/** Milliseconds between two drawings of text that still changes: at most eight a second. */
const REDRAW_MS = 125;
/** Rows of the terminal that a draft leaves free. */
const FREE_ROWS = 4;
const CLEAR_BELOW = '\r\u001b[J';

/** Where text goes, and how it may look. */
export interface Paper {
  /** Columns and rows of the terminal now; Infinity where there is none. */
  size(): { columns: number; rows: number };
  colour: boolean;
  /** Whether text may be drawn, removed and drawn again. */
  redraws: boolean;
  /** Milliseconds that only go up. */
  ticks(): number;
  out(text: string): void;
  err(text: string): void;
}

/** The line at which a person types, below everything else. */
export interface TypedLine {
  /** Rows above the one with the cursor. */
  rowsAbove(): number;
  draw(): void;
}

/**
 * What a person sees: permanent text, below it a draft that changes, and below that the line at which they type. Everything
 * written here is first cleaned of control sequences.
 */
export class OutputScreen {
  private readonly paper: Paper;
  private prompt: TypedLine | null = null;
  private draft = '';
  /** Lines of the draft as they stand on the screen. */
  private drawn: string[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  constructor(paper: Paper) {
    this.paper = paper;
  }

  /** Data, laid out. */
  print(text: string): void {
    this.above(this.paper.out, this.lay(text));
  }

  /** Data, unchanged. */
  raw(text: string): void {
    this.above(this.paper.out, text);
  }

  /** A remark. */
  say(text: string): void {
    this.above(this.paper.err, this.lay(text));
  }

  /** The result of a command. */
  async show(text: string): Promise<void> {
    await prepareFor(text);
    this.print(text.replace(/\n$/, ''));
  }

  /** Text that still changes; null removes it. Shown only where it can be redrawn. */
  sketch(text: string | null): void {
    if (!this.paper.redraws) return;
    this.draft = text ?? '';
    const wait = this.drawnAt + REDRAW_MS - this.paper.ticks();
    if (this.draft === '' || wait <= 0) return this.redraw();
    this.timer ??= setTimeout(() => this.redraw(), wait).unref();
  }

  /** Shows the line at which a person types; null removes it. */
  typeAt(prompt: TypedLine | null): void {
    this.erase();
    this.prompt = prompt;
    this.paint();
  }

  /** Redraws everything that is not permanent. */
  redraw(): void {
    this.erase();
    this.paint();
  }

  private above(write: (text: string) => void, text: string): void {
    this.erase();
    write(`${text}\n`);
    this.paint();
  }

  private lay(text: string): string {
    const { paper } = this;
    const page: TextPage = { width: paper.size().columns, widthOf, ...(paper.colour && { style: colour }) };
    return layout(safeMarked(text), page);
  }

  private erase(): void {
    const typed = this.prompt?.rowsAbove() ?? 0;
    const { columns } = this.paper.size();
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    const up = typed + rows;
    if (up > 0 || this.prompt) this.paper.err(`${up > 0 ? `\u001b[${up}A` : ''}${CLEAR_BELOW}`);
    this.drawn = [];
  }

  private paint(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.drawn = this.draft === '' ? [] : this.draftLines();
    if (this.drawn.length > 0) {
      this.drawnAt = this.paper.ticks();
      const shown = this.drawn.map((line) => (this.paper.colour ? colour('draft', line) : line));
      this.paper.err(`${shown.join('\n')}\n`);
    }
    this.prompt?.draw();
  }

  /** The end of the draft, as far as it fits. */
  private draftLines(): string[] {
    const { columns, rows } = this.paper.size();
    const page: TextPage = { width: columns - 1, widthOf };
    const lines = safeText(this.draft)
      .split('\n')
      .flatMap((line) => wrap(line.replaceAll('\t', '  '), page));
    return lines.slice(-Math.max(1, rows - FREE_ROWS));
  }
}
