import { config } from "zod";
import { messageOf } from "../../wire/message-of.ts";
import { answerQuestion } from "./answer-question.ts";
import type { EngineAnswer, EngineQuestion } from "./messages.ts";
import { shipped } from "./shipped.ts";

// The page's policy forbids to compile code at run time, which zod would try.
config({ jitless: true });

/* The entry of the browser's worker: one question, one answer. */
addEventListener("message", ({ data }: MessageEvent<EngineQuestion>) => {
	answerQuestion(data, shipped).then(post, (cause: unknown) => post({ kind: "problem", problem: messageOf(cause) }));
});

function post(answer: EngineAnswer): void {
	postMessage(answer);
}
