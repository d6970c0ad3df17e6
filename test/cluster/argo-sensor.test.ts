import {
	ApiextensionsV1Api,
	CoreV1Api,
	CustomObjectsApi,
	type V1CustomResourceDefinition,
} from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { applyFolder } from "./support/deployed-relay.ts";
import { adminConfig } from "./support/namespace.ts";

/** Like Argo Events' own definition: a spec may contain anything. */
const SENSORS: V1CustomResourceDefinition = {
	metadata: { name: "sensors.argoproj.io" },
	spec: {
		group: "argoproj.io",
		scope: "Namespaced",
		names: { kind: "Sensor", plural: "sensors", singular: "sensor" },
		versions: [
			{
				name: "v1alpha1",
				served: true,
				storage: true,
				schema: {
					openAPIV3Schema: {
						type: "object",
						required: ["metadata", "spec"],
						properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
					},
				},
			},
		],
	},
};

describe("deploy/argo-sensor", () => {
	it("is accepted by the API server, with every trigger complete, and applies again without a change", async () => {
		const admin = adminConfig();
		await admin.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({ body: SENSORS });
		await admin.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "automation" } } });
		const apply = () => applyFolder("argo-sensor").catch(String);
		await expect.poll(apply, { timeout: 30_000 }).toEqual(["sensor.argoproj.io/healer unchanged"]);

		const where = { group: "argoproj.io", version: "v1alpha1", namespace: "automation", plural: "sensors" };
		const { spec } = await admin
			.makeApiClient(CustomObjectsApi)
			.getNamespacedCustomObject({ ...where, name: "healer" });
		const whole = (path: string, dependencyName: string) => ({
			template: {
				http: {
					url: `https://healer.example.com${path}`,
					method: "POST",
					secureHeaders: [
						{ name: "Authorization", valueFrom: { secretKeyRef: { name: "healer-api", key: "authorization" } } },
					],
					payload: [{ src: { dependencyName, dataKey: "body", useRawData: true }, dest: "body" }],
				},
			},
			policy: { status: { allow: [200, 202] } },
			retryStrategy: { steps: 3 },
		});
		expect(spec.triggers).toMatchObject([
			whole("/api/remediate/ci-failure", "workflow-run"),
			whole("/api/remediate/ci-failure", "workflow-job"),
			whole("/api/remediate/security-alert", "security-alert"),
		]);
	});
});
