import { widthOf } from './fit.ts';

/**
 * The rows of one frame. Ink measures and takes apart every letter that it is given, for each frame anew, which takes ten
 * times as long as all else. So it lays out single characters that stand for rows, and the rows are put in their place
 * afterwards; a row beside another one is filled up to its place.
 */
export class Slots {
  private readonly rows: string[] = [];

  /** The character that stands for the row. */
  hold(row: string): string {
    return String.fromCharCode(FIRST + this.rows.push(row) - 1);
  }

  /** The frame that ink laid out, with its rows. */
  fill(frame: string): string {
    return frame.replace(SLOT, (slot: string, character: string, next: string) => {
      const row = this.rows[character.charCodeAt(0) - FIRST] ?? '';
      return next === '' ? row : row + ' '.repeat(Math.max(0, slot.length - widthOf(row.replace(LOOK, ''))));
    });
  }
}

/** The private use area: 6400 rows. */
const FIRST = 0xe000;
const SLOT = /([\ue000-\uf8ff]) *(?=([\ue000-\uf8ff]?))/g;
const LOOK = /\x1b\[[\d;]*m/g;
