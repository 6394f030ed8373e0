// Follows one run with a JavaScript client and prints each event as a line of JSON, when it comes.
// Reads {sdk, url, headers, assistant, thread?, run?} from standard input: with `run` it joins that run from its beginning.
import { readFileSync } from "node:fs";

const { sdk, url, headers, assistant, thread, run } = JSON.parse(readFileSync(0, "utf8"));
const { Client } = await import(sdk);
const { threads, runs } = new Client({ apiUrl: url, defaultHeaders: headers, apiKey: null });

async function begin() {
  const { thread_id } = await threads.create();
  return runs.stream(thread_id, assistant, { input: {}, streamMode: "values", streamResumable: true });
}

const events = run ? runs.joinStream(thread, run, { lastEventId: "-1" }) : await begin();
for await (const { event, data } of events) process.stdout.write(`${JSON.stringify({ event, data })}\n`);
