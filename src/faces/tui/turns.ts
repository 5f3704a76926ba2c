/** Runs turns in the process of the screen. */
import { pauseOf } from '../../views/screen/snapshot.ts';
import { keyOf, type ScreenContext } from './context.ts';

/** Runs the engine in this process: continuous runs, and single turns. */
export class Turns {
  private readonly desk: ScreenContext;
  private readonly stop: AbortSignal;
  /** The run or step under way. */
  private work: Promise<unknown> | null = null;
  /** Ends the run. */
  private running: AbortController | null = null;

  /** `stop`: makes the turn under way the last one. */
  constructor(desk: ScreenContext, stop: AbortSignal) {
    this.desk = desk;
    this.stop = stop;
  }

  /** The work under way; null for none. */
  get underWay(): Promise<unknown> | null {
    return this.work;
  }

  /** Runs until the person leaves. */
  run(): void {
    const own = new AbortController();
    this.running = own;
    const signal = AbortSignal.any([this.stop, own.signal]);
    this.work = this.desk.perform('run', {}, { quiet: true, signal }).then((done) => {
      this.work = null;
      if (!done.ok && !own.signal.aborted) this.running = null;
    });
  }

  /** Makes one turn. A paused run makes way for it. */
  step(): void {
    const { desk, running } = this;
    if (this.work && !(running && pauseOf(desk.scene, null).paused)) {
      const pause = keyOf(desk.keys, 'pause-all');
      return desk.say(
        running ? `The engine is running and makes all turns. ${pause} pauses it.` : 'A turn is being made.',
        'warn',
      );
    }
    const before = this.work;
    running?.abort();
    this.work = this.after(before, running !== null);
  }

  private async after(before: Promise<unknown> | null, goOn: boolean): Promise<void> {
    await before;
    await this.desk.perform('step', {});
    this.work = null;
    if (goOn && !this.stop.aborted) this.run();
  }
}
