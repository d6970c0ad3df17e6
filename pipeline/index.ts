/** The run-time face of the pipeline: a checked artefact in, verdicts out. Pure; the worker and the cli import it. */
export type { Artefact } from "./artefact.ts";
export { artefactVersion } from "./artefact-version.ts";
export type { Context, ContextPart } from "./context.ts";
export type { Decision } from "./decision.ts";
export type { Clause, RuleVerdict, StageExplanation, Verdict } from "./explanation.ts";
export type { Incident, IncidentKind } from "./incident.ts";
export { joinReadings } from "./log/join-readings.ts";
export type { LogLimits } from "./log/log-limits.ts";
export { createLogReader, type LogReader, readLogText } from "./log/log-reader.ts";
export type { LogReading } from "./log/log-reading.ts";
export type { Delivery, IgnoredReason, Reading } from "./reading.ts";
export { type Admission, admitArtefact } from "./stages/admit-artefact.ts";
export { type DecideInput, decide } from "./stages/decide.ts";
export { enrichIncident } from "./stages/incident-facts.ts";
export { loadPipeline, type Pipeline } from "./stages/load-pipeline.ts";
export { type PlannedRequest, planContext } from "./stages/plan-context.ts";
export { readDelivery } from "./stages/read-delivery.ts";
export { renderIgnored } from "./stages/render-ignored.ts";
