/** The table of all panes of the screen. */
import { unreadBy } from '../../core/model/state/mail.ts';
import { APPROVAL_TERMS, approvalsPane } from '../../views/screen/approvals-pane.ts';
import { COST_TERMS, costsPane } from '../../views/screen/costs-pane.ts';
import { type Filter, readFilter } from '../../views/screen/filter.ts';
import type { Pane } from '../../views/screen/line.ts';
import { LOG_TERMS, logPane } from '../../views/screen/log-pane.ts';
import { MAIL_TERMS, mailPane } from '../../views/screen/mail-pane.ts';
import { ORG_TERMS, orgPane } from '../../views/screen/org-pane.ts';
import { PROBLEM_TERMS, problemsOf, problemsPane } from '../../views/screen/problems-pane.ts';
import { openApprovals, type ScreenSnapshot } from '../../views/screen/snapshot.ts';
import { TASK_TERMS, tasksPane } from '../../views/screen/tasks-pane.ts';

interface PaneKind {
  title: string;
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
  org: { title: 'Org', terms: ORG_TERMS, make: orgPane, count: () => 0, start: 'first' },
  mail: {
    title: 'Mail',
    terms: MAIL_TERMS,
    make: mailPane,
    count: ({ state, person }) => unreadBy(state.mail, person, state.clock.turn + 1),
    start: 'first',
  },
  problems: {
    title: 'Problems',
    terms: PROBLEM_TERMS,
    make: problemsPane,
    count: (scene) => problemsOf(scene).length,
    start: 'first',
  },
  approvals: {
    title: 'Approvals',
    terms: APPROVAL_TERMS,
    make: approvalsPane,
    count: (scene) => openApprovals(scene).length,
    start: 'first',
  },
  costs: { title: 'Costs', terms: COST_TERMS, make: costsPane, count: () => 0, start: 'first' },
  log: { title: 'Log', terms: LOG_TERMS, make: logPane, count: () => 0, start: 'last' },
  tasks: { title: 'Tasks', terms: TASK_TERMS, make: tasksPane, count: ({ tasks }) => tasks.length, start: 'first' },
} as const satisfies Record<string, PaneKind>;

export type PaneName = keyof typeof PANES;

/** The visible panes; tasks only where there are any. */
export function panesOf({ tasks }: ScreenSnapshot): PaneName[] {
  const names = Object.keys(PANES) as PaneName[];
  return names.filter((name) => name !== 'tasks' || tasks.length > 0);
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
