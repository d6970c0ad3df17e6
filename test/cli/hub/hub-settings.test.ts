import path from "node:path";
import { describe, expect, it } from "vitest";
import { readHubSettings } from "../../../cli/state/hub-settings.ts";

/** The relay's own policy where no variable sets one. */
const UNSET = { spec: { fields: [], env: [] }, limits: {} };

describe("readHubSettings", () => {
	it("has defaults for everything", () => {
		expect(readHubSettings({})).toEqual({
			ok: true,
			value: {
				...{ port: 8787, relayPort: 8788, stateDir: path.resolve(".healer"), sink: "directory", debug: false },
				policy: UNSET,
				context: { namespaces: [], queries: { label: "namespace", rangeMs: 86_400_000, limit: 200 } },
			},
		});
	});

	it("treats empty variables as unset", () => {
		expect(readHubSettings({ HEALER_PORT: "", HEALER_STATE_DIR: "", HEALER_SINK: "" })).toEqual(readHubSettings({}));
	});

	it("reads every variable", () => {
		const env = { HEALER_PORT: "9000", HEALER_RELAY_PORT: "0", HEALER_STATE_DIR: "/var/healer", HEALER_LOG: "debug" };
		expect(readHubSettings(env)).toEqual({
			ok: true,
			value: {
				...{ port: 9000, relayPort: 0, stateDir: "/var/healer", sink: "directory", debug: true },
				policy: UNSET,
				context: { namespaces: [], queries: { label: "namespace", rangeMs: 86_400_000, limit: 200 } },
			},
		});
	});

	it("gives the embedded relay its own policy", () => {
		const env = { HEALER_SPEC_ENV: "CARGO_TERM_COLOR", HEALER_AGENTS: "rex", HEALER_MAX_ACTIVE: "2" };
		expect(readHubSettings(env)).toMatchObject({
			value: { policy: { spec: { env: ["CARGO_TERM_COLOR"] }, agents: ["rex"], limits: { max_active: 2 } } },
		});
	});

	it.each([
		[{ HEALER_MAX_ACTIVE: "2" }, "HEALER_AGENTS"],
		[{ HEALER_PORT: "http" }, "HEALER_PORT"],
		[{ HEALER_PORT: "65536" }, "HEALER_PORT"],
		[{ HEALER_PORT: "-1" }, "HEALER_PORT"],
		[{ HEALER_RELAY_PORT: "80 80" }, "HEALER_RELAY_PORT"],
		[{ HEALER_PORT: "9000", HEALER_RELAY_PORT: "9000" }, "two ports"],
		[{ HEALER_SINK: "kubernetes" }, "KUBECONFIG"],
		[{ HEALER_SINK: "elsewhere" }, "directory"],
		[{ LOKI_URL: "loki:3100" }, "LOKI_URL"],
	])("refuses %j", (env, said) => {
		expect(readHubSettings(env)).toEqual({ ok: false, problem: expect.stringContaining(said) });
	});
});
