/** Lets ink lay out rows without measuring their text. */
import { widthOf } from './fit.ts';

/**
 * The rows of one frame. For each frame, ink measures and splits every character that it is given, and every empty cell of
 * its page, which takes ten times as long as everything else. So it lays out single characters that stand for rows, on a
 * page that is as narrow as they are, and the rows are put in their place afterwards; a row beside another one is filled up
 * to its width.
 */
export class FrameRows {
  private readonly rows: { text: string; width: number }[] = [];

  /** The character that stands for the row; `width`: its columns where another row stands beside it. */
  hold(text: string, width: number): string {
    return String.fromCharCode(FIRST + this.rows.push({ text, width }) - 1);
  }

  /** The frame that ink laid out, with its rows. */
  fill(frame: string): string {
    return frame.replace(SLOT, (_slot, character: string, next: string) => {
      const { text, width } = this.rows[character.charCodeAt(0) - FIRST] ?? NOTHING;
      return next === '' ? text : text + ' '.repeat(Math.max(0, width - widthOf(text.replace(LOOK, ''))));
    });
  }
}

const NOTHING = { text: '', width: 0 };
/** The private use area: 6400 rows. */
const FIRST = 0xe000;
const SLOT = /([\ue000-\uf8ff])(?=([\ue000-\uf8ff]?))/g;
const LOOK = /\x1b\[[\d;]*m/g;

/** Columns of the page that ink lays out: a list, the line beside it, and details. */
export const PAGE = 3;
