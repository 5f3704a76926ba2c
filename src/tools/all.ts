/** The table of all tools that ship with LeMMing. */
import type { Tool } from '../core/model/tool.ts';
import copyFiles from './files/copy_files.ts';
import editFile from './files/edit_file.ts';
import listFiles from './files/list_files.ts';
import readFile from './files/read_file.ts';
import searchFiles from './files/search_files.ts';
import writeFile from './files/write_file.ts';
import readMail from './mail/read_mail.ts';
import searchMail from './mail/search_mail.ts';
import forget from './memory/forget.ts';
import note from './memory/note.ts';
import recall from './memory/recall.ts';
import remember from './memory/remember.ts';
import searchMemory from './memory/search_memory.ts';
import acknowledge from './people/acknowledge.ts';
import done from './people/done.ts';
import requestApproval from './people/request_approval.ts';
import sendMessage from './people/send_message.ts';
import calculate from './programs/calculate.ts';
import runJavascript from './programs/run_javascript.ts';
import runPython from './programs/run_python.ts';
import shell from './programs/shell.ts';
import loadSkill from './skills/load_skill.ts';
import proposeSkill from './skills/propose_skill.ts';
import hireAgent from './staff/hire_agent.ts';
import listAgents from './staff/list_agents.ts';
import retireAgent from './staff/retire_agent.ts';
import completeTask from './tasks/complete_task.ts';
import createTask from './tasks/create_task.ts';
import failTask from './tasks/fail_task.ts';
import proposePlan from './tasks/propose_plan.ts';
import updateTask from './tasks/update_task.ts';
import fetchUrl from './web/fetch_url.ts';
import webSearch from './web/web_search.ts';

/**
 * Every tool by name; a test checks that this matches the folder. Agents are shown their tools in this order: first those that
 * most agents have, so that the prompts of different agents begin alike and a service can serve that part from its cache.
 */
export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  [
    ...[sendMessage, done, acknowledge, readMail, searchMail],
    ...[readFile, writeFile, editFile, listFiles, searchFiles, copyFiles],
    ...[remember, recall, forget, searchMemory, note, requestApproval, loadSkill, proposeSkill],
    ...[shell, runPython, runJavascript, calculate, fetchUrl, webSearch],
    ...[hireAgent, retireAgent, listAgents],
    ...[createTask, completeTask, updateTask, failTask, proposePlan],
  ].map((tool) => [tool.spec.name, tool]),
);
