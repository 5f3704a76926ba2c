/** The chart as it changes during a turn. */
import { type Edited, same } from './edit.ts';
import { type EdgeLists, withAgent, withoutAgent } from './edit-chart.ts';
import { GrowingChart } from './grow-chart.ts';
import { ShrinkingChart } from './shrink-chart.ts';
import { readQuick } from './yaml-quick.ts';
import { readTree } from './yaml-tree.ts';

/**
 * The chart of a turn, edited again and again: it is parsed once while agents go, and once while they come. Whether it says
 * what was wanted is proved when `holds` asks, or, if it is `careful`, after each edit.
 */
export class ChartDraft {
  text: string;
  private readonly careful: boolean;
  private shrinking: ShrinkingChart | null = null;
  private growing: GrowingChart | null = null;
  /** Whether all that was parsed again said what was wanted. */
  private proved = true;

  constructor(text: string, careful: boolean) {
    this.text = text;
    this.careful = careful;
  }

  with(name: string, ends: EdgeLists): Edited {
    if (this.shrinking) this.back(this.text);
    this.growing ??= new GrowingChart(this.text);
    return this.edited(this.growing.with(name, ends), (text) => withAgent(text, name, ends));
  }

  without(name: string): Edited {
    if (this.growing) this.back(this.text);
    this.shrinking ??= new ShrinkingChart(this.text);
    return this.edited(this.shrinking.without(name), (text) => withoutAgent(text, name));
  }

  /** Goes back to a version. */
  back(text: string): void {
    this.proved = this.holds();
    this.goTo(text);
  }

  holds(): boolean {
    const wanted = this.growing ?? this.shrinking;
    return this.proved && (wanted === null || says(this.text, wanted.data));
  }

  /** What cannot be done in the parsed text is done in the printed one, step by step and proved. */
  private edited(quick: string | null, slowly: (text: string) => Edited): Edited {
    const was = this.text;
    if (quick !== null) this.text = quick;
    if (quick !== null && (!this.careful || this.holds())) return { text: quick };
    if (quick === null) this.proved = this.holds();
    this.goTo(was);
    const edited = slowly(was);
    this.text = 'text' in edited ? edited.text : was;
    return edited;
  }

  private goTo(text: string): void {
    this.text = text;
    this.growing = null;
    this.shrinking = null;
  }
}

function says(text: string, wanted: unknown): boolean {
  const quick = readQuick(text);
  if (quick !== undefined) return same(quick, wanted);
  const { data, faults } = readTree(text, '');
  return faults.length === 0 && same(data, wanted);
}
