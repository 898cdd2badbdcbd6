// Counts a run of "go test -json": node summary.mjs FILE STATUS BROKEN, where STATUS is the exit code of the run and BROKEN the
// number of checks outside it that failed. Prints "N passed, N failed, N skipped", and exits 1 where anything failed, where nothing
// ran, and with CI=true where anything was skipped.
//
// A test with subtests is counted through them, not beside them, except where it failed by itself. A test that began and never
// ended (a panic, a time-out) failed. A package that failed without a failed test (it did not compile, its TestMain gave up)
// counts as one failure.
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";

const [file, status, broken] = process.argv.slice(2);
const packages = new Map(); // package -> { result, tests: Map(name -> result or "running") }

if (existsSync(file)) {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      continue; // a line that the compiler or a test wrote past the test log
    }
    const { Action, Package, Test } = event;
    if (!Package) continue;
    if (!packages.has(Package)) packages.set(Package, { result: "", tests: new Map() });
    const pkg = packages.get(Package);
    if (Action === "pass" || Action === "fail" || Action === "skip") {
      if (Test) pkg.tests.set(Test, Action);
      else pkg.result = Action;
    } else if (Action === "run" && Test) {
      pkg.tests.set(Test, "running");
    }
  }
}

const count = { pass: 0, fail: Number(broken), skip: 0 };
for (const { result, tests } of packages.values()) {
  const parents = new Set(); // every test that has a subtest
  const blamed = new Set(); // every test above a subtest that failed
  for (const [name, outcome] of tests) {
    for (let cut = name.lastIndexOf("/"); cut > 0; cut = name.lastIndexOf("/", cut - 1)) {
      const above = name.slice(0, cut);
      if (!tests.has(above)) continue; // a slash inside a name
      parents.add(above);
      if (outcome === "fail" || outcome === "running") blamed.add(above);
    }
  }
  let failures = 0;
  for (const [name, outcome] of tests) {
    const bad = outcome === "fail" || outcome === "running";
    if (parents.has(name) && (!bad || blamed.has(name))) continue;
    if (bad) failures++;
    else count[outcome]++;
  }
  if (result === "fail" && failures === 0) failures = 1;
  count.fail += failures;
}
if (Number(status) !== 0 && count.fail === 0) count.fail = 1; // the run broke off without saying where

const skipped = process.env.CI === "true" && count.skip > 0;
if (skipped) console.log("With CI=true nothing may be skipped.");
if (count.pass === 0) console.log("No test passed, so this run says nothing.");
console.log(`${count.pass} passed, ${count.fail} failed, ${count.skip} skipped`);
process.exit(count.fail > 0 || count.pass === 0 || skipped ? 1 : 0);
