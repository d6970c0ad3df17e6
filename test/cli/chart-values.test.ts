import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readRelaySettings } from "../../relay/process/relay-settings.ts";

const DEPLOY = path.join(import.meta.dirname, "../../deploy");
const textOf = (file: string) => readFileSync(path.join(DEPLOY, file), "utf8");
const values = parse(textOf("helm/healer-relay/values.yaml"));
const schema = JSON.parse(textOf("helm/healer-relay/values.schema.json"));
const known: string[] = Object.keys(schema.properties.settings.properties).sort();

it("the chart's schema accepts its default values, and knows each of them", () => {
	const validate = new Ajv({ strict: false }).compile(schema);
	expect([validate(values), validate.errors]).toEqual([true, null]);
	expect(Object.keys(schema.properties).filter((name) => name !== "global")).toEqual(Object.keys(values));
});

it("the chart and settings.env name the same settings, set or commented out", () => {
	const named = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, name]) => name).sort();
	expect(named(textOf("helm/healer-relay/values.yaml"), /^ {2}(?:# )?([A-Z_]+): /gm)).toEqual(known);
	// Node's own variable needs a mounted file, which settings.env cannot give.
	const ofRelay = known.filter((name) => name !== "NODE_EXTRA_CA_CERTS");
	expect(named(textOf("relay/settings.env"), /^(?:# )?([A-Z_]+)=/gm)).toEqual(ofRelay);
});

it("the relay starts with the chart's default settings", () => {
	const secret = { HEALER_WIRE_SECRETS: "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=" };
	expect(readRelaySettings({ ...values.settings, ...secret })).toMatchObject({ ok: true });
});
