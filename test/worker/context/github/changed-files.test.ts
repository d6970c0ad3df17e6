import { describe, expect, it } from "vitest";
import { sampleId, sampleIncident } from "../../support/sample-incident.ts";
import { stubSources } from "./github-answers.ts";

const SHA = "1111111111111111111111111111111111111111";
const incident = (more: object) =>
	sampleIncident({ id: sampleId(1), repository: "5dlabs/cto", default_branch: "main", head_sha: SHA, ...more });
const file = (filename: string, more = {}) => ({ filename, status: "modified", additions: 2, deletions: 1, ...more });
const head = { ref: "fix", sha: SHA, repo: { full_name: "5dlabs/cto" } };
const pull = (changed_files: number) => ({
	...{ number: 4, state: "open", title: "Change it", head, base: { ref: "main" }, changed_files },
});
const page = (number: number) => `GET pulls/4/files?per_page=100&page=${number}`;
const files = (from: number, count: number) => Array.from({ length: count }, (_, n) => file(`src/${from + n}.rs`));

describe("github.changed_files", () => {
	it("are the pull request's, with their lines and former paths", async () => {
		const { ask } = stubSources(incident({ pr_number: 4 }), {
			"GET pulls/4": pull(2),
			[page(1)]: [file("src/lib.rs"), file("b.rs", { status: "renamed", previous_filename: "a.rs", additions: 0 })],
		});
		expect(await ask("github.changed_files")).toEqual({
			status: "ok",
			data: {
				of: "pull_request",
				files: [
					{ path: "src/lib.rs", status: "modified", additions: 2, deletions: 1 },
					{ path: "b.rs", previous_path: "a.rs", status: "renamed", additions: 0, deletions: 1 },
				],
				total: 2,
				additions: 2,
				deletions: 2,
			},
		});
	});

	it("are read page by page", async () => {
		const { ask, stub } = stubSources(incident({ pr_number: 4 }), {
			"GET pulls/4": pull(130),
			[page(1)]: files(0, 100),
			[page(2)]: files(100, 30),
		});
		const result = await ask("github.changed_files");
		expect(result).toMatchObject({ status: "ok", data: { total: 130, additions: 260 } });
		expect(result).not.toHaveProperty("incomplete");
		expect(stub.questions()).toHaveLength(3);
	});

	it("are the first thousand of more, and say so", async () => {
		const pages = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [page(n + 1), files(n * 100, 100)]));
		const { ask, stub } = stubSources(incident({ pr_number: 4 }), { "GET pulls/4": pull(4321), ...pages });
		const result = await ask("github.changed_files");
		expect(result).toMatchObject({ data: { total: 4321 }, incomplete: "the first 1000 of 4321 files" });
		expect(stub.questions()).toHaveLength(11);
	});

	it("are as many as their paths leave room for", async () => {
		const long = Array.from({ length: 100 }, (_, n) => file(`${n}/${"x".repeat(4000)}`));
		const { ask } = stubSources(incident({ pr_number: 4 }), {
			"GET pulls/4": pull(100),
			[page(1)]: long,
			[page(2)]: [],
		});
		expect(await ask("github.changed_files")).toMatchObject({ incomplete: "the first 65 of 100 files" });
	});

	it("are those of the branch where there is no pull request", async () => {
		const { ask } = stubSources(incident({ branch: "fix", head_repository: "5dlabs/cto" }), {
			"GET pulls?state=open&head=5dlabs%3Afix&per_page=20": [],
			[`GET commits/${SHA}/pulls?per_page=20`]: [],
			[`GET compare/main...${SHA}?per_page=1`]: { files: [file("a.ts")] },
		});
		expect(await ask("github.changed_files")).toMatchObject({
			data: { of: "branch", files: [{ path: "a.ts" }], total: 1 },
		});
	});

	it("are those of the commit on the default branch", async () => {
		const { ask } = stubSources(incident({ branch: "main" }), {
			[`GET commits/${SHA}/pulls?per_page=20`]: [],
			[`GET commits/${SHA}`]: { sha: SHA, commit: { message: "Fix" }, parents: [], files: files(0, 300) },
		});
		expect(await ask("github.changed_files")).toMatchObject({
			data: { of: "commit" },
			incomplete: "the first 300 of more files than GitHub lists",
		});
	});

	it("are none where the incident tells of no commit", async () => {
		const { ask } = stubSources(incident({ branch: "main", head_sha: undefined }), {});
		expect(await ask("github.changed_files")).toEqual({ status: "empty" });
	});
});
