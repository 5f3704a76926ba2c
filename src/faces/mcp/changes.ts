/** Notices which resources have changed. */
import { Follow } from '../../app/follow.ts';
import type { OrgPlace } from '../../app/place.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';

/** Milliseconds between two looks while something is subscribed to: when the journal has changed, and at the latest. */
const REST_MS = 100;
const POLL_MS = 500;

interface Followed {
  read(): Promise<string>;
  /** What it read last. */
  text: string;
}

/** Who hears of changes. */
export interface ChangeListener {
  changed(uri: string): void;
  /** Nothing is told any more, until something is followed anew. */
  failed(error: unknown): void;
}

/** Tells which addresses read otherwise than before, as long as somebody wants to know. */
export class ResourceChanges {
  readonly signal: AbortSignal;
  private readonly place: OrgPlace;
  private readonly ears: ChangeListener;
  private readonly followed = new Map<string, Followed>();
  private looking = false;

  constructor(place: OrgPlace, signal: AbortSignal, ears: ChangeListener) {
    this.place = place;
    this.signal = signal;
    this.ears = ears;
  }

  /** Throws what reading throws: what is not there cannot be followed. */
  async follow(uri: string, read: () => Promise<string>): Promise<void> {
    this.followed.set(uri, { read, text: await read() });
    if (this.looking) return;
    this.looking = true;
    void this.look()
      .catch((error) => this.ears.failed(error))
      .finally(() => {
        this.looking = false;
      });
  }

  leave(uri: string): void {
    this.followed.delete(uri);
  }

  private async look(): Promise<void> {
    const bell = new FolderWatcher(this.place.root);
    try {
      await this.lookAt(await Follow.open(this.place), bell);
    } finally {
      await bell.close();
    }
  }

  private async lookAt(follow: Follow, bell: FolderWatcher): Promise<void> {
    for (let changed = true; this.followed.size > 0 && !this.signal.aborted; changed = await follow.look()) {
      if (changed) for (const [uri, one] of this.followed) await this.compare(uri, one);
      await bell.wait(REST_MS, POLL_MS, this.signal);
    }
  }

  /** What cannot be read for a while, as when the configuration breaks, is compared when it can. */
  private async compare(uri: string, one: Followed): Promise<void> {
    const text = await one.read().catch(() => one.text);
    if (text === one.text) return;
    one.text = text;
    if (this.followed.get(uri) === one) this.ears.changed(uri);
  }
}
