// The tour by a JavaScript client. Reads {sdk, url, headers, names, steps} from standard input, prints the transcript as JSON.
// The steps are in the words of the Python client: what it names, this one takes in an order of its own.
import { readFileSync } from "node:fs";

const ORDER = {
  "assistants.get": ["assistant_id"],
  "assistants.get_graph": ["assistant_id"],
  "assistants.get_schemas": ["assistant_id"],
  "assistants.get_subgraphs": ["assistant_id"],
  "assistants.get_versions": ["assistant_id"],
  "assistants.set_latest": ["assistant_id", "version"],
  "assistants.update": ["assistant_id"],
  "assistants.delete": ["assistant_id"],
  "threads.get": ["thread_id"],
  "threads.update": ["thread_id"],
  "threads.copy": ["thread_id"],
  "threads.delete": ["thread_id"],
  "threads.prune": ["thread_ids"],
  "threads.get_state": ["thread_id", "checkpoint"],
  "threads.update_state": ["thread_id"],
  "threads.get_history": ["thread_id"],
  "runs.stream": ["thread_id", "assistant_id"],
  "runs.create": ["thread_id", "assistant_id"],
  "runs.wait": ["thread_id", "assistant_id"],
  "runs.create_batch": ["payloads"],
  "runs.list": ["thread_id"],
  "runs.get": ["thread_id", "run_id"],
  "runs.cancel": ["thread_id", "run_id", "wait", "action"],
  "runs.join": ["thread_id", "run_id"],
  "runs.join_stream": ["thread_id", "run_id"],
  "runs.delete": ["thread_id", "run_id"],
  "crons.create": ["assistant_id"],
  "crons.create_for_thread": ["thread_id", "assistant_id"],
  "crons.update": ["cron_id"],
  "crons.delete": ["cron_id"],
  "store.put_item": ["namespace", "key", "value"],
  "store.get_item": ["namespace", "key"],
  "store.delete_item": ["namespace", "key"],
  "store.search_items": ["namespace_prefix"],
};
const STREAMS = ["runs.stream", "runs.join_stream", "threads.join_stream"];
const TELL = ["runs.stream", "runs.create", "runs.wait"];

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function filledIn(value, names) {
  if (typeof value === "string" && value.startsWith("$")) {
    if (!(value.slice(1) in names)) throw new Error(`${value} is not known`);
    return names[value.slice(1)];
  }
  if (Array.isArray(value)) return value.map((inner) => filledIn(inner, names));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledIn(inner, names)]));
}

/** The arguments as this client takes them: some by place, the others by name in one object. */
function placed(call, named, told) {
  const { checkpoint_id, response_format, payloads, supersteps, ...rest } = named;
  if (checkpoint_id !== undefined) rest[call === "threads.get_state" ? "checkpoint" : "checkpoint_id"] = checkpoint_id;
  if (response_format === "object") rest.includePagination = true;
  if (payloads) rest.payloads = payloads.map(({ assistant_id, ...more }) => ({ assistantId: assistant_id, ...more }));
  if (supersteps) {
    rest.supersteps = supersteps.map(({ updates }) => ({
      updates: updates.map(({ values, as_node }) => ({ values, asNode: as_node })),
    }));
  }
  const order = ORDER[call] ?? [];
  const options = Object.entries(rest).filter(([name]) => !order.includes(name));
  const byName = Object.fromEntries(options.map(([name, value]) => [camel(name), value]));
  if (TELL.includes(call)) byName.onRunCreated = (run) => (told.created = run);
  return [...order.map((name) => rest[name]), byName];
}

async function read(events, until) {
  const seen = [];
  for await (const { event, data, id } of events) {
    seen.push({ event, data, id: id ?? null });
    if (until && JSON.stringify(data).includes(until)) break;
  }
  return seen;
}

async function answer(client, { call, until }, named) {
  const [group, method] = [client[call.split(".")[0]], camel(call.split(".")[1])];
  if (!(method in group)) return { absent: true };
  const told = {};
  try {
    const asked = group[method](...placed(call, named, told));
    if (STREAMS.includes(call)) return { events: await read(asked, until), ...told };
    const result = (await asked) ?? null;
    // The Python client keeps to itself what a server answers when something is deleted.
    return { result: method === "delete" ? null : result, ...told };
  } catch (error) {
    return { failure: error.status ? { status: error.status } : { said: error.message }, ...told };
  }
}

function at(value, path) {
  const found = path.split(".").reduce((inner, part) => inner[part], value);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

const { sdk, url, headers, names, steps } = JSON.parse(readFileSync(0, "utf8"));
const { Client } = await import(sdk);
const client = new Client({ apiUrl: url, defaultHeaders: headers, apiKey: null });
const transcript = [];
for (const step of steps) {
  let got = {};
  try {
    got = await answer(client, step, filledIn(step.with, names));
    for (const [name, path] of Object.entries(step.keep ?? {})) {
      names[name] = at(path.startsWith("created") ? got : got.result, path);
    }
  } catch {
    got = { missing: true, ...got };
  }
  transcript.push({ step: step.step, ...got });
}
process.stdout.write(JSON.stringify(transcript));
