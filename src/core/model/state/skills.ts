/** The slice of the state for skills. */

export interface SkillsState {
  /** `<agent> <skill>` → how often it was loaded on the day of the clock. */
  loads: Map<string, number>;
}

export function emptySkills(): SkillsState {
  return { loads: new Map() };
}
