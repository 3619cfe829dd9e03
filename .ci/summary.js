// Prints the one line that says how the run went, and exits with it: node .ci/summary.js RESULTS TEST_CODE CHECK_CODE
import { existsSync, readFileSync } from 'node:fs';

const [results, testCode, checkCode] = process.argv.slice(2);
const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
const passed = (counts.numPassedTests ?? 0) + Number(checkCode === '0');
const skipped = (counts.numPendingTests ?? 0) + (counts.numTodoTests ?? 0);
let failed = (counts.numFailedTests ?? 0) + Number(checkCode !== '0');
// A suite that could not be loaded, or a run that never began, fails without a failed test.
if (testCode !== '0' && (counts.numFailedTests ?? 0) === 0) failed += Math.max(1, counts.numFailedTestSuites ?? 0);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
