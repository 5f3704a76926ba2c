/** The table of all panes of the screen. */
import { unreadBy } from '../../core/model/state/mail.ts';
import { type Filter, readFilter } from '../../views/screen/filter.ts';
import type { Pane } from '../../views/screen/line.ts';
import { APPROVAL_TERMS, approvalsPane } from '../../views/screen/panes/approvals-pane.ts';
import { COST_TERMS, costsPane } from '../../views/screen/panes/costs-pane.ts';
import { LOG_TERMS, logPane } from '../../views/screen/panes/log-pane.ts';
import { MAIL_TERMS, mailPane } from '../../views/screen/panes/mail-pane.ts';
import { ORG_TERMS, orgPane } from '../../views/screen/panes/org-pane.ts';
import { PROBLEM_TERMS, problemsOf, problemsPane } from '../../views/screen/panes/problems-pane.ts';
import { hasRuns, RUN_TERMS, runsPane } from '../../views/screen/panes/runs-pane.ts';
import { openTasks, TASK_TERMS, tasksPane } from '../../views/screen/panes/tasks-pane.ts';
import { openApprovals, type ScreenSnapshot } from '../../views/screen/snapshot.ts';

interface PaneKind {
  title: string;
  /** Its usual key, and what the help says of it. */
  key: string;
  does: string;
  /** Names that its filter knows. */
  terms: readonly string[];
  make(scene: ScreenSnapshot, filter: Filter): Pane;
  /** The number on its tab. */
  count(scene: ScreenSnapshot): number;
  /** The row that is chosen until the person chooses one. */
  start: 'first' | 'last';
}

/** The panes by their names, which are also those of the keys that show them. */
export const PANES = {
  org: {
    title: 'Org',
    key: '1',
    does: 'pane: agents and people, and what each is doing',
    terms: ORG_TERMS,
    make: orgPane,
    count: () => 0,
    start: 'first',
  },
  mail: {
    title: 'Mail',
    key: '2',
    does: 'pane: mail, by conversation',
    terms: MAIL_TERMS,
    make: mailPane,
    count: ({ state, person }) => unreadBy(state.mail, person, state.clock.turn + 1),
    start: 'first',
  },
  problems: {
    title: 'Problems',
    key: '3',
    does: 'pane: problems, and what waits for you',
    terms: PROBLEM_TERMS,
    make: problemsPane,
    count: (scene) => problemsOf(scene).length,
    start: 'first',
  },
  approvals: {
    title: 'Approvals',
    key: '4',
    does: 'pane: pending actions',
    terms: APPROVAL_TERMS,
    make: approvalsPane,
    count: (scene) => openApprovals(scene).length,
    start: 'first',
  },
  costs: {
    title: 'Costs',
    key: '5',
    does: 'pane: costs, and how long the budget lasts',
    terms: COST_TERMS,
    make: costsPane,
    count: () => 0,
    start: 'first',
  },
  log: {
    title: 'Log',
    key: '6',
    does: 'pane: the log of the engine',
    terms: LOG_TERMS,
    make: logPane,
    count: () => 0,
    start: 'last',
  },
  tasks: {
    title: 'Tasks',
    key: '7',
    does: 'pane: tasks, and plans that wait',
    terms: TASK_TERMS,
    make: tasksPane,
    count: openTasks,
    start: 'first',
  },
  runs: {
    title: 'Runs',
    key: '8',
    does: 'pane: runs of workflows, and the workflows, if there are any',
    terms: RUN_TERMS,
    make: runsPane,
    count: ({ state }) => state.runs.open.size,
    start: 'first',
  },
} as const satisfies Record<string, PaneKind>;

export type PaneName = keyof typeof PANES;

/** The visible panes; runs only where there are any, or workflows. */
export function panesOf(scene: ScreenSnapshot): PaneName[] {
  const names = Object.keys(PANES) as PaneName[];
  return names.filter((name) => name !== 'runs' || hasRuns(scene));
}

/** The numbers on the tabs. */
export function countsOf(scene: ScreenSnapshot): Record<PaneName, number> {
  const names = Object.keys(PANES) as PaneName[];
  return Object.fromEntries(names.map((name) => [name, PANES[name].count(scene)])) as Record<PaneName, number>;
}

export function makePane(name: PaneName, scene: ScreenSnapshot, filter: string): Pane {
  const kind: PaneKind = PANES[name];
  return kind.make(scene, readFilter(filter, kind.terms));
}
