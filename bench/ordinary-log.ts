/**
 * A failed job's log in the format of GitHub's API, with about that many characters: set-up, a long build, a failing
 * lint.
 */
export function ordinaryLog(characters: number): string {
	const lines = [...SET_UP];
	let length = 0;
	for (let n = 0; length < characters - 1500; n++) {
		const line = BODY[n % BODY.length]?.(n) ?? "";
		length += line.length + STAMP_LENGTH;
		lines.push(line);
	}
	lines.push(...FAILURE);
	// A round trip through bytes makes the text one flat string, as a decoder returns it.
	const text = `\ufeff${lines.map((line, n) => `${stamp(n)}${line}\n`).join("")}`;
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

const STAMP_LENGTH = 30;

function stamp(n: number): string {
	const seconds = Math.floor(n / 20);
	const two = (part: number) => String(part % 60).padStart(2, "0");
	return `2026-03-01T10:${two(Math.floor(seconds / 60))}:${two(seconds)}.${String(n % 10_000_000).padStart(7, "0")}Z `;
}

const step = (script: string) => [
	`##[group]Run ${script}`,
	`\u001b[36;1m${script}\u001b[0m`,
	"shell: /usr/bin/bash -e {0}",
	"##[endgroup]",
];

const SET_UP = [
	"Current runner version: '2.330.0'",
	"##[group]Runner Image",
	"Image: ubuntu-24.04",
	"##[endgroup]",
	"##[group]Run actions/checkout@v5",
	"with:",
	"  repository: 5dlabs/cto",
	"##[endgroup]",
	"[command]/usr/bin/git version",
	"git version 2.51.0",
	...step("cargo test --workspace && cargo clippy -- -D warnings"),
];

const CRATES = ["tokio", "serde", "hyper", "tracing-subscriber", "kube-runtime", "rustls", "axum", "clap_derive"];
const AREAS = ["controller", "router", "session::store", "claims", "reconcile::backoff", "metrics"];
const one = (names: readonly string[], n: number) => names[n % names.length] ?? "";

/** Typical build output, repeated: progress, passing tests, some colour, an occasional warning. */
const BODY: readonly ((n: number) => string)[] = [
	(n) => ` Downloading crates ... ${one(CRATES, n)} v1.${n % 90}.${n % 7}`,
	(n) => `\u001b[1m\u001b[32m   Compiling\u001b[0m ${one(CRATES, n)} v1.${n % 90}.${n % 7}`,
	(n) => `test ${one(AREAS, n)}::tests::keeps_the_order_of_${n} ... ok`,
	(n) => `test ${one(AREAS, n + 3)}::tests::answers_request_${n}_within_its_deadline ... ok`,
	(n) =>
		`{"level":"info","ts":${1_770_000_000 + n},"msg":"reconciled object","name":"worker-${n % 40}","took_ms":${n % 900}}`,
	(n) => `npm http fetch GET 200 https://registry.npmjs.org/@types%2fnode-${n % 500} ${n % 300}ms (cache miss)`,
	(n) =>
		`#12 ${(n % 600) / 10} Get:${n % 80} http://deb.debian.org/debian bookworm/main amd64 libssl-dev amd64 3.0.${n % 20} [2,441 kB]`,
	(n) => `  \u2713 src/components/Panel${n % 200}.test.tsx (${n % 30} tests) ${n % 900}ms`,
	(n) => `warning: unused variable: \`attempt_${n}\``,
	(n) => `   --> crates/${one(AREAS, n)}/src/lib.rs:${n % 900}:${n % 80}`,
	() => "",
];

const FAILURE = [
	"\u001b[1m\u001b[32m    Checking\u001b[0m controller v0.1.0 (/home/runner/work/cto/cto/controller)",
	"\u001b[1m\u001b[38;5;9merror\u001b[0m\u001b[1m: unneeded `return` statement\u001b[0m",
	"   \u001b[38;5;12m--> \u001b[0mcontroller/src/main.rs:7:5",
	"    = help: for further information visit https://rust-lang.github.io/rust-clippy/master/index.html#needless_return",
	"    = note: `-D clippy::needless-return` implied by `-D warnings`",
	'\u001b[1m\u001b[38;5;9merror\u001b[0m: could not compile `controller` (bin "controller") due to 1 previous error',
	"##[error]Process completed with exit code 101.",
	"Post job cleanup.",
	"[command]/usr/bin/git version",
	"Cleaning up orphan processes",
];
