// Runs graphs by protocol v2 with the JavaScript client, by server-sent events and by WebSocket.
// Reads {sdk, url, headers, token?, graphs} from standard input, prints {transport: {graph: [events]}} as JSON.
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";

const { sdk, url, headers, token, graphs } = JSON.parse(readFileSync(0, "utf8"));
const { Client } = await import(sdk);
const CHANNELS = ["lifecycle", "values", "updates", "messages", "tasks", "checkpoints", "custom", "input"];
const INPUTS = {
  chat: { messages: [{ type: "human", content: "Good evening" }] },
  ask: { question: "Sure?" },
  sub: { items: [] },
  fails: { items: [] },
};
const ENDS = ["completed", "failed", "interrupted"];

/** A browser's socket carries the token in its offer of protocols: it cannot send headers. */
const webSocketFactory = (address) => new WebSocket(address, token ? ["pharos", `bearer.${token}`] : undefined);
const clients = {
  sse: [new Client({ apiUrl: url, defaultHeaders: headers, apiKey: null }), {}],
  websocket: [new Client({ apiUrl: url, apiKey: null }), { webSocketFactory }],
};

/**
 * Reads until the run has ended for the `times`th time and nothing before that is missing. The client opens another stream
 * for each subscription and mixes what they replay: events are told apart and put in order by their number.
 */
async function collect(subscription, events, times) {
  const ended = () =>
    [...events.values()].filter(
      ({ method, params }) => method === "lifecycle" && params.namespace.length === 0 && ENDS.includes(params.data.event),
    ).length;
  for await (const event of subscription) {
    events.set(event.seq, event);
    if (ended() === times && events.size === Math.max(...events.keys())) return;
  }
}

async function run(transport, assistantId, input) {
  const [client, options] = clients[transport];
  const stream = client.threads.stream(randomUUID(), { assistantId, transport, ...options });
  const events = new Map();
  const inOrder = () => [...events.keys()].sort((one, other) => one - other).map((seq) => events.get(seq));
  try {
    await stream.run.start({ input });
    await collect(await stream.subscribe({ channels: CHANNELS }), events, 1);
    if (stream.interrupted) {
      const [{ interruptId, namespace }] = stream.interrupts;
      await stream.input.respond({ namespace, interrupt_id: interruptId, response: "yes" });
      await collect(await stream.subscribe({ channels: CHANNELS }), events, 2);
    }
    return { events: inOrder(), state: await stream.state.get({ namespace: [] }) };
  } catch (error) {
    return { events: inOrder(), failure: String(error) };
  } finally {
    await stream.close();
  }
}

const told = {};
for (const transport of Object.keys(clients)) {
  told[transport] = {};
  for (const graph of graphs) {
    // The client may end a subscription as soon as another of its streams has told of the end: who was told most counts.
    // Only a server that numbers without gaps lets one know that it was all.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const one = await run(transport, graph, INPUTS[graph]);
      const before = told[transport][graph];
      if (!before || one.failure || one.events.length > before.events.length) told[transport][graph] = one;
      if (one.failure || one.events.length === one.events.at(-1).seq) break;
    }
  }
}
process.stdout.write(JSON.stringify(told), () => process.exit(0));
