import { ApiException, AppsV1Api, CoreV1Api, type KubeConfig, type V1Container } from "@kubernetes/client-node";
import type { Artefact } from "../../../pipeline/index.ts";
import { allowsRepository } from "../../../relay/spawn/policy.ts";
import { splitList } from "../../../wire/secret-list.ts";
import type { Places } from "../../places.ts";
import { type Check, failed, passed, unknown, warning } from "../check-result.ts";

const NAME = "relay's policy";
/** Of the Deployment and of its settings, in deploy/relay and in the chart. */
const DEPLOYMENT = "healer-relay";

/** A relay's variables, without the secret ones. */
type Settings = Readonly<Record<string, string>>;

/** Whether the relay in the cluster creates what the pipeline asks for, and reports to the same worker. */
export async function checkRelayPolicy(
	config: KubeConfig,
	{ namespace, worker }: Pick<Places, "namespace" | "worker">,
	local?: Artefact,
): Promise<readonly Check[]> {
	const settings = await readSettings(config, namespace);
	if ("status" in settings) return [settings];
	const address = compareAddress(settings.values, worker);
	if (local === undefined) return [unknown(NAME, "not compared.", "Fix the local pipeline first."), ...address];
	return [...comparePolicy(settings.values, local), ...address];
}

async function readSettings(
	config: KubeConfig,
	namespace: string,
): Promise<{ readonly values: Settings } | Extract<Check, { status: "unknown" }>> {
	const nothing = (summary: string, cure: string) => ({ name: NAME, status: "unknown" as const, summary, cure });
	try {
		const apps = config.makeApiClient(AppsV1Api);
		const { spec } = await apps.readNamespacedDeployment({ name: DEPLOYMENT, namespace });
		return { values: await variablesOf(config, namespace, spec?.template.spec?.containers[0]) };
	} catch (error) {
		switch (error instanceof ApiException ? error.code : undefined) {
			case 404: {
				const cure = "Install the relay (docs/deploy.md, step 5), or set HEALER_NAMESPACE to its namespace.";
				return nothing(`${namespace} has no Deployment ${DEPLOYMENT} with its settings.`, cure);
			}
			case 403: {
				const cure = "Set KUBECONFIG to one of an account that may.";
				return nothing("this account may not read the relay's Deployment and ConfigMap.", cure);
			}
			default:
				throw error;
		}
	}
}

/** As the kubelet assembles them; what comes from Secrets is left out. */
async function variablesOf(config: KubeConfig, namespace: string, container?: V1Container): Promise<Settings> {
	const core = config.makeApiClient(CoreV1Api);
	const names = (container?.envFrom ?? []).flatMap(({ configMapRef }) => configMapRef?.name ?? []);
	const maps = await Promise.all(names.map((name) => core.readNamespacedConfigMap({ name, namespace })));
	const own = (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
	return Object.assign({}, ...maps.map(({ data }) => data), Object.fromEntries(own));
}

/** What the relay would refuse, and what it limits. */
function comparePolicy(relay: Settings, { agents, settings }: Artefact): readonly Check[] {
	const given = (name: string) => splitList(relay[name]);
	const checks: Check[] = [];
	const refuses = (variable: string, lacking: readonly string[]) => {
		if (lacking.length === 0) return;
		const summary = `${variable} lacks ${lacking.join(", ")}: the relay refuses their CodeRuns.`;
		checks.push(failed(NAME, summary, `Add what is missing to ${variable} in the relay's settings.`));
	};
	const [known, apps, repositories] = [
		given("HEALER_AGENTS"),
		given("HEALER_GITHUB_APPS"),
		given("HEALER_REPOSITORIES"),
	];
	const names = Object.keys(agents);
	if (known.length > 0) {
		refuses(
			"HEALER_AGENTS",
			names.filter((name) => !known.includes(name)),
		);
		const gone = known.filter((name) => !names.includes(name));
		const summary = `HEALER_AGENTS allows ${gone.join(", ")}, which the pipeline does not have.`;
		if (gone.length > 0) checks.push(warning(NAME, summary, "Remove them, or add them to the pipeline."));
	}
	const used = [...new Set(Object.values(agents).map(({ github_app }) => github_app))];
	refuses(
		"HEALER_GITHUB_APPS",
		used.filter((app) => !apps.includes("*") && !apps.includes(app)),
	);
	// Of a pattern only the relay's answer to each repository tells.
	const named = settings.repositories.filter((one) => !/[*?{[]/.test(one));
	refuses(
		"HEALER_REPOSITORIES",
		named.filter((one) => !allowsRepository(repositories, one)),
	);
	checks.push(...compareLimit(relay.HEALER_MAX_ACTIVE, agents));
	return checks.length > 0 ? checks : [passed(NAME, "creates the CodeRuns of every agent of the pipeline.")];
}

function compareLimit(limit: string | undefined, agents: Artefact["agents"]): readonly Check[] {
	if (!limit) return [];
	const over = Object.entries(agents).filter(([, { max_active }]) => max_active > Number(limit));
	if (over.length === 0) return [];
	const which = over.map(([name, { max_active }]) => `${name} ${max_active}`).join(", ");
	const summary = `max_active of the pipeline is higher than the relay's HEALER_MAX_ACTIVE of ${limit}: ${which}.`;
	return [warning(NAME, summary, "The lower one counts: raise HEALER_MAX_ACTIVE, or lower max_active.")];
}

function compareAddress({ HEALER_URL }: Settings, worker: string | undefined): readonly Check[] {
	const name = "relay's worker";
	if (worker === undefined)
		return [unknown(name, `${HEALER_URL ?? "not set"}, not compared.`, "Set HEALER_URL to the worker's address.")];
	if (URL.parse(HEALER_URL ?? "")?.origin === URL.parse(worker)?.origin)
		return [passed(name, `it reports outcomes to ${worker}.`)];
	const summary = `it reports outcomes to ${HEALER_URL ?? "nobody"}, which is not ${worker}.`;
	return [failed(name, summary, "Set HEALER_URL in the relay's settings to the worker's address.")];
}
