import * as z from "zod";

/** An incident's id: the first 32 hex digits of its identity's SHA-256. */
export const incidentIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Attempts count from 1. */
export const attemptSchema = z.int().min(1).max(1000);

/** An agent's name. Short, because every CodeRun's name contains it and has at most 63 characters. */
export const agentSchema = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/);

/** A Kubernetes object's name as a DNS label. */
export const objectNameSchema = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
