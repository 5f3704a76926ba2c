/** Opens the screen and gives the terminal back at the end. */
import { Follow } from '../../app/follow.ts';
import type { Outcome } from '../../commands/command.ts';
import type { World } from '../../commands/world.ts';
import type { House } from '../cli/cli.ts';

/** Options of the screen. */
export interface ScreenOptions {
  /** Run the engine in this process as well. */
  run: boolean;
}

/**
 * React is slow and prints hints for developers unless told otherwise; ink draws nothing where it takes the machine for a
 * CI.
 */
const SETTINGS = { NODE_ENV: 'production', DEV: 'false', CI: 'false', CONTINUOUS_INTEGRATION: 'false' };

/** Opens the screen on an org until the person leaves. The terminal is restored whatever ends it. */
export async function openScreen(world: World, wish: ScreenOptions, house: House): Promise<Outcome> {
  const follow = await Follow.open(world);
  const { TerminalScreen, outcomeOf } = await withSettings(SETTINGS, () => import('./screen.tsx'));
  const screen = new TerminalScreen(world, follow, house, process);
  const forget = restoreAtEnd(() => screen.restore());
  const stopped = (): void => void screen.quit();
  world.signal.addEventListener('abort', stopped, { once: true });
  try {
    if (wish.run) screen.run();
    await screen.end;
    return outcomeOf(follow.scene());
  } finally {
    world.signal.removeEventListener('abort', stopped);
    screen.restore();
    forget();
  }
}

/** Sets variables of this process while something that reads them is loaded. */
async function withSettings<T>(settings: Record<string, string>, load: () => Promise<T>): Promise<T> {
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  try {
    return await load();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

/** Restores the terminal at the end of the process, before anything else is printed. */
function restoreAtEnd(restore: () => void): () => void {
  const hangUp = (): never => {
    restore();
    process.exit(129);
  };
  const events = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection', 'exit'] as const;
  for (const event of events) process.prependListener(event as 'exit', restore);
  process.on('SIGHUP', hangUp);
  return () => {
    for (const event of events) process.off(event, restore);
    process.off('SIGHUP', hangUp);
  };
}
