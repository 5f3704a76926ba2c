// Prints the slowest test files and `N passed, N failed` from vitest's JSON report; a test file that could not be loaded counts as one failure.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Files that are told. */
const SLOWEST = 25;

const text = readFileSync(process.argv[2], 'utf8');
const {
  numPassedTests = 0,
  numFailedTests = 0,
  testResults = [],
  success = false,
} = text === '' ? {} : JSON.parse(text);
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
const failed = numFailedTests + unloaded.length;
for (const { name, seconds } of slowest(testResults)) console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}`);
console.log(`${numPassedTests} passed, ${success ? failed : Math.max(failed, 1)} failed`);
process.exitCode = success ? 0 : 1;

function slowest(files) {
  return files
    .map(({ name, startTime, endTime }) => ({
      name: relative(process.cwd(), name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
}
