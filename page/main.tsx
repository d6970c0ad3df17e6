import { render } from "preact";
import { startPolling } from "./api/poll.ts";
import { followViewer } from "./api/viewer.ts";
import { App } from "./app.tsx";
import { followKeys } from "./keys/follow-keys.ts";
import { followLinks } from "./route.ts";

const root = document.querySelector("#page");
if (root === null) throw new Error("index.html has no #page");
followLinks();
followKeys();
startPolling();
followViewer();
render(<App />, root);
