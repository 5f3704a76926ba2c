import type { Tool } from '../core/tool.ts';
import acknowledge from './acknowledge.ts';
import listFiles from './list_files.ts';
import readFile from './read_file.ts';
import recall from './recall.ts';
import remember from './remember.ts';
import sendMessage from './send_message.ts';
import writeFile from './write_file.ts';

/** Every tool by name; a test holds that this is the folder. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  [sendMessage, acknowledge, remember, recall, readFile, writeFile, listFiles].map((tool) => [tool.spec.name, tool]),
);
