import { describe, expect, it } from "vitest";
import type { NotifyTarget } from "../../../pipeline/index.ts";
import { findReceiver } from "../../../worker/notifications/receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TARGET: NotifyTarget = {
	name: "hook",
	on: ["dead"],
	to: "webhook",
	url: "$env(HEALER_NOTIFY_URL)",
	secret: "$env(HEALER_NOTIFY_SECRET)",
};

function find(url: string | undefined, { secret = SECRET, isLoopback = false, target = TARGET } = {}) {
	const variables: Readonly<Record<string, string | undefined>> = {
		HEALER_NOTIFY_URL: url,
		HEALER_NOTIFY_SECRET: secret,
		GITHUB_PRIVATE_KEY: "the key",
	};
	return findReceiver(target, { variable: (name) => variables[name], isLoopback });
}

describe("findReceiver", () => {
	it("reads the variables that the target names", () => {
		expect(find("https://hook.test:8443/in?key=1", { secret: `${SECRET}, ${SECRET}` })).toEqual({
			ok: true,
			value: { url: "https://hook.test:8443/in?key=1", host: "hook.test:8443", secrets: [SECRET, SECRET] },
		});
	});

	it.each([
		[undefined, /^HEALER_NOTIFY_URL is not set: npx wrangler secret put HEALER_NOTIFY_URL/],
		["hooks.slack.com/services/T0/key", /^HEALER_NOTIFY_URL is not a URL$/],
		["http://hook.test/key", /^HEALER_NOTIFY_URL is not an https URL$/],
		["http://127.0.0.1:9000/key", /^HEALER_NOTIFY_URL is not an https URL$/],
		["ftp://hook.test/key", /^HEALER_NOTIFY_URL is not an https URL$/],
		["https://key:secret@hook.test/", /^HEALER_NOTIFY_URL has a user or password in it/],
	])("refuses %s", (url, problem) => {
		const found = find(url);
		expect(found.ok ? "accepted" : found.problem).toMatch(problem);
		expect(JSON.stringify(found)).not.toContain("key");
	});

	it("takes a receiver without TLS on this machine only, where the hub is", () => {
		for (const url of ["http://127.0.0.1:9000/", "http://localhost/", "http://[::1]:80/"])
			expect(find(url, { isLoopback: true }).ok).toBe(true);
		for (const url of ["http://10.0.0.1/", "http://127.0.0.1.evil.test/", "http://localhost.evil.test/"])
			expect(find(url, { isLoopback: true }).ok).toBe(false);
	});

	it("reads no other variable, whatever a pushed pipeline names", () => {
		for (const url of [
			"$env(GITHUB_PRIVATE_KEY)",
			"GITHUB_PRIVATE_KEY",
			"$env(HEALER_NOTIFY_X)$env(GITHUB_PRIVATE_KEY)",
		]) {
			expect(find("https://hook.test/", { target: { ...TARGET, url } })).toEqual({
				ok: false,
				problem: "the pipeline names no variable that begins with HEALER_NOTIFY_",
			});
		}
	});

	it("says how to make a secret where it is none", () => {
		const found = find("https://hook.test/", { secret: "hunter2" });
		expect(found.ok ? "accepted" : found.problem).toMatch(/^HEALER_NOTIFY_SECRET: the secret is not whsec_/);
		expect(JSON.stringify(found)).not.toContain("hunter2");
	});
});
