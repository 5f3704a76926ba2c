import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A run in which a language model sat in every seat and answered from the requests alone. */
export interface PlayedRun {
  /** Name of its archive: the folder of the organisation as the run left it, without `.lemming/`. */
  name: string;
  job: string;
  /** How the model replied: all tool calls in one reply, one call a reply, JSON form, or with the usual mistakes. */
  style: 'all calls' | 'one call' | 'JSON form' | 'mistakes';
  /** How often a person had to step in, besides the answers that the job asks for. */
  rescues: number;
  /** What a person found who opened the result. */
  result: string;
}

/** The runs that are kept, with what no journal tells. */
export const PLAYED = JSON.parse(readFileSync(join(import.meta.dirname, 'played.json'), 'utf8')) as PlayedRun[];

/** The archive of `bug-hunt-one` is `runs/bug-hunt/one.tgz`. */
export function archiveOf({ name }: Pick<PlayedRun, 'name'>): string {
  const end = name.lastIndexOf('-');
  return join(import.meta.dirname, 'runs', name.slice(0, end), `${name.slice(end + 1)}.tgz`);
}
