/** The run-time API of the pipeline: a checked artefact in, verdicts out. Pure; the worker and the CLI import it. */

export type { Artefact, GroupPolicy } from "./artefact.ts";
export { artefactVersion } from "./artefact-version.ts";
export { ACT, AUTONOMY_LEVELS, type Autonomy, type AutonomyLevel } from "./autonomy.ts";
export { type Because, becauseSentence } from "./because.ts";
export { branchStrategy, fixBranch, incidentOfFixBranch, isToBeMerged } from "./branch-strategy.ts";
export { type CheckHistory, judgeHistory } from "./cause/check-history.ts";
export { sharedCause } from "./cause/shared-cause.ts";
export { type CheckResult, type KnownCommit, type WhoseFailure, whoseFailure } from "./cause/verdict.ts";
export type { Context, ContextPart } from "./context.ts";
export type { Decision } from "./decision.ts";
export { type DeliveryQuestion, type ExplainedDelivery, explainDelivery } from "./explain-delivery.ts";
export type { StageExplanation } from "./explanation.ts";
export type { Fingerprint } from "./fingerprint.ts";
export { GITHUB_EVENTS } from "./github-events.ts";
export { type Given, givenContext, givenParts } from "./given-context.ts";
export type { Incident, IncidentKind, RunPart } from "./incident.ts";
export { describeLimit, type Limit, type LimitRules, limitsFor } from "./limits.ts";
export { joinReadings } from "./log/join-readings.ts";
export type { LogLimits } from "./log/log-limits.ts";
export { createLogReader, type LogReader, readLogText } from "./log/log-reader.ts";
export type { LogReading } from "./log/log-reading.ts";
export { evidenceIncident, type NewestRed, redJobs } from "./newest-red.ts";
export { type NotifyEvent, notifyVariable } from "./notify-events.ts";
export { ownAgentOf } from "./own-agents.ts";
export type { PreviousAttempt } from "./prompt/prompt-view.ts";
export type { CommandRequest, Delivery, IgnoredReason, Reading } from "./reading.ts";
export { printable, renderStageLine, renderStages } from "./render-stages.ts";
export { type EarlierRerun, RERUN_RESULTS, type RerunFacts, type RerunRequest, type RerunResult } from "./rerun.ts";
export {
	arePartsOfOneRun,
	contextOfJobs,
	incidentOfJobs,
	isOwnJob,
	withoutOthersFindings,
} from "./run-part.ts";
export type { Signal } from "./signal.ts";
export { admitArtefact } from "./stages/admit-artefact.ts";
export { type DecideInput, decide } from "./stages/decide.ts";
export { enrichIncident } from "./stages/incident-facts.ts";
export { loadPipeline, type NotifyTarget, type Pipeline } from "./stages/load-pipeline.ts";
export { type Notable, notifyTargets } from "./stages/notify-targets.ts";
export { type PlannedRequest, planContext, planRound } from "./stages/plan-context.ts";
export { readDelivery } from "./stages/read-delivery.ts";
export { type LifecycleReading, readLifecycle, readSignal } from "./stages/read-lifecycle.ts";
export { rejectEarly } from "./stages/reject-early.ts";
export { renderIgnored } from "./stages/render-ignored.ts";
export { type RepeatedTexts, repeatedTexts } from "./stages/repeated-texts.ts";
export { whyIgnored } from "./stages/why-ignored.ts";
export { FAILURE_VERDICTS, type FailureVerdict, type WhoseVerdict, whoseSentence } from "./whose-failure.ts";
