import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { readGraph } from "./graph.ts";
import { importProblems } from "./imports.ts";
import { licenceProblems } from "./licences.ts";
import { wordProblems } from "./words.ts";

/*
 * What biome cannot check: the floors of the worker, the packages, circles among files and folders, the words of the
 * texts, and the licences of the installed packages. Part of `npm run check`.
 */

const ROOT = path.join(import.meta.dirname, "..");
const PACKAGE_FILE = /^(?:cli|page|pipeline|relay|wire|worker)\/.*\.tsx?$/;
// What released migrations say stays as it is.
const TEXT_FILE =
	/^(?:(?:cli|docs|page|pipeline|prompts|relay|wire|worker)\/.*\.(?:ts|tsx|md|css|mustache|sql)|README\.md|pipeline\.yaml)$/;
const RELEASED = /^worker\/migrations\/00(?:0\d|1[0-5])_/;

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
	.trim()
	.split("\n");
const graph = readGraph(
	ROOT,
	files.filter((file) => PACKAGE_FILE.test(file)),
);
const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8"));
const problems = [
	...licenceProblems(packages),
	...importProblems(graph),
	...files
		.filter((file) => TEXT_FILE.test(file) && !RELEASED.test(file))
		.flatMap((file) => wordProblems(file, readFileSync(path.join(ROOT, file), "utf8"))),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.stderr.write(`\n${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
