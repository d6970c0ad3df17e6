import { describe, expect, it } from "vitest";
import { readRelaySettings } from "../../../relay/process/relay-settings.ts";

const ENOUGH = {
	HEALER_URL: "https://healer.example.com",
	HEALER_WIRE_SECRETS: "whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgb25l, whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgdHdv",
	HEALER_REPOSITORIES: "5dlabs/cto, other/*",
	HEALER_GITHUB_APPS: "5DLabs-Rex 5DLabs-Blaze",
};

describe("readRelaySettings", () => {
	it("has defaults for unset variables", () => {
		expect(readRelaySettings(ENOUGH)).toEqual({
			ok: true,
			settings: {
				sink: { kind: "directory", state: ".healer" },
				host: "127.0.0.1",
				port: 8788,
				url: "https://healer.example.com",
				secrets: ["whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgb25l", "whsec_aGVhbGVyIHdpcmUgdGVzdCBzZWNyZXQgdHdv"],
				policy: {
					namespace: "cto",
					repositories: ["5dlabs/cto", "other/*"],
					github_apps: ["5DLabs-Rex", "5DLabs-Blaze"],
					spec: { fields: [], env: [] },
					limits: {},
				},
				context: { namespaces: [], queries: { label: "namespace", rangeMs: 86_400_000, limit: 200 } },
				deadline_s: undefined,
				deleteOverdue: true,
			},
		});
	});

	it("reads every variable", () => {
		const variables = {
			HEALER_SINK: "kubernetes",
			HEALER_NAMESPACE: "agents",
			HEALER_RELAY_HOST: "0.0.0.0",
			HEALER_RELAY_PORT: "0",
			HEALER_DEADLINE: "90m",
			HEALER_DELETE_OVERDUE: "false",
			HEALER_SPEC_FIELDS: "serviceAccountName, cliConfig.settings",
			HEALER_SPEC_ENV: "CARGO_TERM_COLOR",
			HEALER_AGENTS: "rex blaze",
			HEALER_MAX_ACTIVE: "2",
			HEALER_MAX_PER_HOUR: "30",
		};
		expect(readRelaySettings({ ...ENOUGH, ...variables })).toMatchObject({
			settings: {
				sink: { kind: "kubernetes" },
				host: "0.0.0.0",
				port: 0,
				policy: {
					namespace: "agents",
					spec: { fields: ["serviceAccountName", "cliConfig.settings"], env: ["CARGO_TERM_COLOR"] },
					agents: ["rex", "blaze"],
					limits: { max_active: 2, max_per_hour: 30 },
				},
				deadline_s: 5400,
				deleteOverdue: false,
			},
		});
	});

	it("reports everything that is missing at once", () => {
		const reading = readRelaySettings({});
		expect(reading).toMatchObject({ ok: false });
		const problems = reading.ok ? [] : reading.problems.map((problem) => /^[A-Z_]+/.exec(problem)?.[0]);
		expect(problems).toEqual(["HEALER_URL", "HEALER_WIRE_SECRETS", "HEALER_REPOSITORIES", "HEALER_GITHUB_APPS"]);
	});

	it.each([
		["HEALER_SINK", "cloud"],
		["HEALER_RELAY_PORT", "70000"],
		["HEALER_URL", "healer.example.com"],
		["HEALER_DEADLINE", "2 hours"],
		["PROMETHEUS_URL", "ftp://prometheus"],
		["HEALER_DELETE_OVERDUE", "perhaps"],
		["HEALER_SPEC_FIELDS", "env"],
		["HEALER_SPEC_FIELDS", "cliConfig"],
		["HEALER_SPEC_FIELDS", "cliConfig.a.b"],
		["HEALER_SPEC_ENV", "1X"],
		["HEALER_AGENTS", "Rex"],
		["HEALER_MAX_ACTIVE", "0"],
		["HEALER_MAX_ACTIVE", "2"],
		["HEALER_MAX_PER_HOUR", "201"],
	])("reports %s when it is %s", (name, value) => {
		const reading = readRelaySettings({ ...ENOUGH, [name]: value });
		expect(reading).toEqual({ ok: false, problems: [expect.stringContaining(name)] });
	});

	it("shows no secret", () => {
		const reading = readRelaySettings({ ...ENOUGH, HEALER_WIRE_SECRETS: "whsec_not-base64-but-secret!" });
		expect(reading).toEqual({ ok: false, problems: [expect.stringMatching(/^HEALER_WIRE_SECRETS: (?!.*but-secret)/)] });
	});
});
