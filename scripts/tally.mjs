// Prints `N passed, N failed` from vitest's JSON report; a test file that could not be loaded counts as one failure.
import { readFileSync } from 'node:fs';

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
console.log(`${numPassedTests} passed, ${success ? failed : Math.max(failed, 1)} failed`);
process.exitCode = success ? 0 : 1;
