import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandsIn } from "../../../pipeline/tools/command-line.ts";

describe("the commands of a line", () => {
	const cases: readonly (readonly [line: string, commands: readonly string[]])[] = [
		["cargo clippy --all-targets", ["cargo clippy --all-targets"]],
		["cd web && npm ci || exit 1; npm test | tee log", ["cd web", "npm ci", "exit 1", "npm test", "tee log"]],
		["sudo -u ci env CI=1 RUST_LOG=debug cargo test", ["cargo test"]],
		["RUSTFLAGS='-D warnings' cargo build", ["cargo build"]],
		["npx --yes eslint@8 .", ["eslint ."]],
		["npx -y @tailwindcss/cli@4 -i a.css", ["@tailwindcss/cli -i a.css"]],
		["npx -p typescript tsc --noEmit", ["tsc --noEmit"]],
		["./node_modules/.bin/jest --ci", ["jest --ci"]],
		["pnpm --silent exec vitest run", ["vitest run"]],
		["pnpm run lint", ["pnpm run lint"]],
		["yarn dlx knip", ["knip"]],
		["python3.12 -m pytest -q", ["pytest -q"]],
		["uv run --with hypothesis pytest", ["pytest"]],
		["uvx ruff check", ["ruff check"]],
		["poetry run mypy src", ["mypy src"]],
		["bundle exec rspec", ["rspec"]],
		["timeout -k 5 10m go test ./...", ["go test ./..."]],
		["bash -euo pipefail -c 'helm lint chart && kubectl apply -f x'", ["helm lint chart", "kubectl apply -f x"]],
		['docker compose -f ci.yml run --rm web sh -c "npm run lint"', ["npm run lint"]],
		[
			"docker run --rm -v .:/src -w /src hadolint/hadolint:v2 Dockerfile",
			["docker run", "hadolint Dockerfile", "Dockerfile"],
		],
		["docker build -t x .", ["docker build -t x ."]],
		["if ! cargo fmt --check; then exit 1; fi", ["cargo fmt --check", "exit 1", "fi"]],
		["actions/setup-node@v4", ["actions/setup-node"]],
		["docker/build-push-action@v6", ["docker/build-push-action"]],
		["echo 'cargo test && npm test'", ["echo cargo test && npm test"]],
		["docker build --tag app:$(git rev-parse HEAD) .", ["git rev-parse HEAD", "docker build --tag app:$() ."]],
		['gh pr comment 7 --body "$(cargo tree -d | head)" x', ["cargo tree -d", "head", "gh pr comment 7 --body $() x"]],
		['echo "$(npm pkg get "name")" jest', ["npm pkg get name", "echo $() jest"]],
		["VERSION=$(cargo pkgid | cut -d# -f2)", ["cargo pkgid", "cut -d# -f2"]],
		["docker tag app `git describe --tags` jest", ["git describe --tags", "docker tag app $() jest"]],
		["make -j$((1 + 2)) test", ["make -j$((1 + 2)) test"]],
		["echo '$(cargo test)'", ["echo $(cargo test)"]],
		["npm run $(unclosed", ["npm run $", "unclosed"]],
		["echo it`s", ["echo it`s"]],
		["# cargo test", []],
		["", []],
	];
	for (const [line, commands] of cases) {
		it(line === "" ? "of nothing" : line, () => {
			const found = commandsIn(line).map((words) => words.join(" "));
			expect(found.map((one) => (one.startsWith("docker run") ? "docker run" : one))).toEqual(commands);
		});
	}

	it("are found in any text, in bounded time", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 400 }), (line) => {
				for (const words of commandsIn(line)) expect(words.length).toBeGreaterThan(0);
			}),
		);
		const began = performance.now();
		commandsIn(`${"sh -c '".repeat(200)}cargo test`);
		expect(performance.now() - began).toBeLessThan(1000);
	});
});
