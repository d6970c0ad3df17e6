import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Routed, routeCase } from "../../cli/route.ts";
import { type Artefact, loadPipeline, type Pipeline } from "../../pipeline/index.ts";
import { readBatch } from "../routing/figures.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

let artefact: Artefact;
let pipeline: Pipeline;
beforeAll(async () => {
	artefact = await shippedArtefact();
	pipeline = loadPipeline(artefact);
});

type Given = Parameters<typeof routeCase>[2];

const routed = (given: Given) => routeCase(artefact, pipeline, given);
const causeOf = async (given: Given) => (await routed(given)).fingerprint;

/** A job with one step that prints these lines and fails. */
function log(command: string, ...lines: readonly string[]): Given {
	const header = [`##[group]Run ${command}`, `\u001b[36;1m${command}\u001b[0m`, "shell: /usr/bin/bash -e {0}"];
	const end = "##[error]Process completed with exit code 1.";
	return { log: [...header, "##[endgroup]", ...lines, end].join("\n") };
}

async function areOneCause(one: Given, other: Given): Promise<boolean> {
	const [first, second] = [await causeOf(one), await causeOf(other)];
	return first !== null && first.key === second?.key;
}

interface Made {
	readonly id: string;
	readonly logs: readonly [string, string];
}

/** Real tools, run twice each on projects that are broken in one way: `test/routing/causes/make-pairs.py`. */
function sameCauses(): readonly Made[] {
	const packed = readFileSync(new URL("../routing/causes/same-cause.jsonl.gz", import.meta.url));
	const lines = gunzipSync(packed).toString().split("\n");
	return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

describe("fingerprints", () => {
	it("find at least 80 % of 300 causes that real tools show twice, and merge at most 0.5 % of 5,000 pairs of others", async () => {
		const made = sameCauses();
		const twice = await Promise.all(
			made.map(({ logs }) => Promise.all([routed({ log: logs[0] }), routed({ log: logs[1] })])),
		);
		const missed = twice.flatMap(([one, other], at) => (isOneCause(one, other) ? [] : [made[at]?.id]));
		expect(made.length).toBeGreaterThanOrEqual(300);
		expect(missed.length / made.length, missed.join(", ")).toBeLessThanOrEqual(0.2);

		const labelled = ["first-batch.jsonl", "second-batch.jsonl"].flatMap((file) =>
			readBatch(file as "first-batch.jsonl"),
		);
		const different = [...twice.map(([one]) => one), ...(await Promise.all(labelled.map((one) => routed(one))))];
		const pairs = different.flatMap((one, at) => different.slice(at + 1).map((other) => [one, other] as const));
		const hard = pairs.filter(([one, other]) => one.failure_type === other.failure_type);
		expect(hard.length).toBeGreaterThanOrEqual(5000);
		for (const crossed of [pairs, hard]) {
			const merged = crossed.filter(([one, other]) => isOneCause(one, other));
			const texts = merged.map(([one]) => one.fingerprint?.text).join("\n");
			expect(merged.length / crossed.length, texts).toBeLessThanOrEqual(0.005);
		}
	});

	it.each<[string, Given, Given]>([
		[
			"the same generic last line",
			log("make", "main.c:3:9: error: 'total' undeclared", "make: *** [Makefile:2: all] Error 1"),
			log("make", "main.c:3:9: error: expected ';' before '}' token", "make: *** [Makefile:2: all] Error 1"),
		],
		[
			"nothing but the same generic last line",
			log("npm run build", "npm ERR! code ELIFECYCLE", "npm ERR! errno 1"),
			log("npm run build", "npm ERR! code ELIFECYCLE", "npm ERR! errno 1"),
		],
		[
			"the same test with another assertion in Go",
			log(
				"go test ./...",
				"--- FAIL: TestTotal (0.00s)",
				"    a_test.go:9: total = 2, want 3",
				"FAIL",
				"FAIL\tshop\t0.01s",
			),
			log("go test ./...", "--- FAIL: TestTotal (0.00s)", "    a_test.go:9: no error", "FAIL", "FAIL\tshop\t0.01s"),
		],
		[
			"the same test with another assertion in Python",
			log(
				"pytest",
				"=== short test summary info ===",
				"FAILED tests/test_a.py::test_total - assert 404 == 200",
				"=== 1 failed in 0.1s ===",
			),
			log(
				"pytest",
				"=== short test summary info ===",
				"FAILED tests/test_a.py::test_total - assert 500 == 200",
				"=== 1 failed in 0.1s ===",
			),
		],
		[
			"two packages with an equally named test",
			log(
				"go test ./...",
				"--- FAIL: TestNew (0.00s)",
				"    new_test.go:9: nil",
				"FAIL",
				"FAIL\tshop/cart\t0.01s",
				"FAIL",
			),
			log(
				"go test ./...",
				"--- FAIL: TestNew (0.00s)",
				"    new_test.go:9: nil",
				"FAIL",
				"FAIL\tshop/order\t0.01s",
				"FAIL",
			),
		],
		[
			"two crates with an equally named test",
			log(
				"cargo test",
				"     Running unittests src/lib.rs (target/debug/deps/cart-0a1b2c3d4e5f6789)",
				"test tests::makes ... FAILED",
				"test result: FAILED. 0 passed; 1 failed",
			),
			log(
				"cargo test",
				"     Running unittests src/lib.rs (target/debug/deps/order-0a1b2c3d4e5f6789)",
				"test tests::makes ... FAILED",
				"test result: FAILED. 0 passed; 1 failed",
			),
		],
		[
			"the same error code in the same file, of another symbol",
			log("npx tsc", "src/a.ts(3,5): error TS2304: Cannot find name 'cart'."),
			log("npx tsc", "src/a.ts(9,5): error TS2304: Cannot find name 'order'."),
		],
		[
			"the same error code in the same file, on another line",
			log(
				"cargo build",
				"error[E0308]: mismatched types",
				" --> src/main.rs:3:18",
				"  |",
				'3 |     let cart: i32 = "a";',
				"error: could not compile `shop` (bin) due to 1 previous error",
			),
			log(
				"cargo build",
				"error[E0308]: mismatched types",
				" --> src/main.rs:9:18",
				"  |",
				'9 |     let item: i32 = "b";',
				"error: could not compile `shop` (bin) due to 1 previous error",
			),
		],
		[
			"outages of two registries, seen through npm and cargo",
			log(
				"npm ci",
				"npm error code E503",
				"npm error 503 Service Unavailable - GET https://registry.npmjs.org/left-pad",
			),
			log(
				"cargo build",
				"error: failed to get `serde`",
				"  failed to get successful HTTP response from `https://index.crates.io/config.json`, got 503",
			),
		],
	])("keep apart: %s", async (_, one, other) => {
		expect(await areOneCause(one, other)).toBe(false);
	});

	it.each<[string, Given, Given]>([
		[
			"a flaky test that passed when repeated, above the real error",
			log(
				"pytest || pytest --lf; cargo build",
				"=== short test summary info ===",
				"FAILED tests/test_net.py::test_slow - TimeoutError: 30",
				"=== 1 failed, 4 passed in 9.1s ===",
				"=== 1 passed in 0.2s ===",
				"error[E0425]: cannot find value `total` in this scope",
				" --> src/main.rs:7:5",
				"error: could not compile `shop` (bin) due to 1 previous error",
			),
			log(
				"pytest || pytest --lf; cargo build",
				"=== 5 passed in 3.4s ===",
				"error[E0425]: cannot find value `total` in this scope",
				" --> src/main.rs:9:5",
				"error: could not compile `shop` (bin) due to 1 previous error",
			),
		],
		[
			"a flaky test of Go that passed in the second run",
			log(
				"go test ./...",
				"--- FAIL: TestSlow (0.30s)",
				"    a_test.go:4: slow",
				"FAIL",
				"FAIL\tshop/net\t0.40s",
				"ok  \tshop/net\t0.20s",
				"--- FAIL: TestTotal (0.00s)",
				"    b_test.go:9: total = 2, want 3",
				"FAIL",
				"FAIL\tshop/cart\t0.01s",
				"FAIL",
			),
			log(
				"go test ./...",
				"ok  \tshop/net\t0.10s",
				"--- FAIL: TestTotal (0.01s)",
				"    b_test.go:12: total = 2, want 3",
				"FAIL",
				"FAIL\tshop/cart\t0.02s",
				"FAIL",
			),
		],
		[
			"failing tests in another order",
			log("cargo test", "test a ... FAILED", "test b ... FAILED", "test result: FAILED. 0 passed; 2 failed"),
			log("cargo test", "test b ... FAILED", "test a ... FAILED", "test result: FAILED. 0 passed; 2 failed"),
		],
	])("recognise: %s", async (_, one, other) => {
		expect(await areOneCause(one, other)).toBe(true);
	});

	it("come from a check's own text, without its numbers", async () => {
		const given = {
			event: "check_run",
			evidence: "Type check\nsrc/cart.ts(12,5): error TS2304: Cannot find name 'total'.",
		};
		expect((await causeOf(given))?.text).toBe(
			"frontend_typescript: diagnostic: src/cart.ts: TS2304: Cannot find name 'total'. (column 5)",
		);
	});

	it("are null for lines that any failure prints", async () => {
		for (const line of [
			"npm ERR! code ELIFECYCLE",
			"    at Object.<anonymous> (/app/a.js:3:5)",
			"Error: Process completed with exit code 1.",
		]) {
			expect(await causeOf(log("npm test", line)), line).toBeNull();
		}
	});
});

function isOneCause(one: Routed, other: Routed): boolean {
	return one.fingerprint !== null && one.fingerprint.key === other.fingerprint?.key;
}
