/** Notices which resources have changed. */
import { Follow } from '../../app/follow.ts';
import type { OrgPlace } from '../../app/place.ts';
import { FolderWatcher } from '../../disk/fs/watcher.ts';

/** Milliseconds between two looks while something is subscribed to: when the journal has changed, and at the latest. */
const REST_MS = 100;
const POLL_MS = 500;

interface Followed {
  read(): Promise<string>;
  /** Its last content. */
  text: string;
}

/** Receives changes. */
export interface ChangeListener {
  changed(uri: string): void;
  /** Called once on an error; nothing more is reported until something is followed again. */
  failed(error: unknown): void;
}

/** Reports addresses whose content has changed, as long as somebody is subscribed. */
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

  /** Throws what reading throws: something that does not exist cannot be followed. */
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
    const watcher = new FolderWatcher(this.place.root);
    try {
      await this.lookAt(await Follow.open(this.place), watcher);
    } finally {
      await watcher.close();
    }
  }

  private async lookAt(follow: Follow, watcher: FolderWatcher): Promise<void> {
    for (let changed = true; this.followed.size > 0 && !this.signal.aborted; changed = await follow.look()) {
      if (changed) for (const [uri, one] of this.followed) await this.compare(uri, one);
      await watcher.wait(REST_MS, POLL_MS, this.signal);
    }
  }

  /** Compares an address. One that cannot be read for a while, as when the configuration is broken, is compared later. */
  private async compare(uri: string, one: Followed): Promise<void> {
    const text = await one.read().catch(() => one.text);
    if (text === one.text) return;
    one.text = text;
    if (this.followed.get(uri) === one) this.ears.changed(uri);
  }
}
