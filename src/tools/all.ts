import type { Tool } from '../core/tool.ts';
import acknowledge from './acknowledge.ts';
import calculate from './calculate.ts';
import editFile from './edit_file.ts';
import fetchUrl from './fetch_url.ts';
import forget from './forget.ts';
import hireAgent from './hire_agent.ts';
import listAgents from './list_agents.ts';
import listFiles from './list_files.ts';
import loadSkill from './load_skill.ts';
import note from './note.ts';
import proposeSkill from './propose_skill.ts';
import readFile from './read_file.ts';
import recall from './recall.ts';
import remember from './remember.ts';
import requestApproval from './request_approval.ts';
import retireAgent from './retire_agent.ts';
import runJavascript from './run_javascript.ts';
import runPython from './run_python.ts';
import searchFiles from './search_files.ts';
import searchMemory from './search_memory.ts';
import sendMessage from './send_message.ts';
import shell from './shell.ts';
import webSearch from './web_search.ts';
import writeFile from './write_file.ts';

/** Every tool by name; a test holds that this is the folder. Agents are shown those they have in this order. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  [
    ...[sendMessage, acknowledge, remember, recall, forget, searchMemory, note, requestApproval],
    ...[readFile, writeFile, editFile, listFiles, searchFiles, loadSkill, proposeSkill],
    ...[shell, runPython, runJavascript, calculate, fetchUrl, webSearch],
    ...[hireAgent, retireAgent, listAgents],
  ].map((tool) => [tool.spec.name, tool]),
);
