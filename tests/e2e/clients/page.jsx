// A chat page, as somebody would write it with React: `?hook=sdk` uses the older hook, `?hook=react` the newer one.
import { useStream as useOlderStream } from "@langchain/langgraph-sdk/react";
import { useStream as useNewerStream } from "@langchain/react";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const asked = new URLSearchParams(location.search);
const server = { apiUrl: asked.get("api"), apiKey: asked.get("key") ?? undefined, assistantId: asked.get("assistant") };

/** The thread's id is kept in the address, so that a reload finds it again. */
function useThread() {
  const [threadId, setThreadId] = useState(location.hash.slice(1) || null);
  const onThreadId = (id) => {
    location.hash = id;
    setThreadId(id);
  };
  return { threadId, onThreadId };
}

const text = (content) => (typeof content === "string" ? content : content.map((part) => part.text ?? "").join(""));

/** Everything that was on the page, one entry a change. */
window.seen = [];

function View({ stream, send, answer }) {
  const shown = {
    messages: stream.messages.map((message) => `${message.type}: ${text(message.content)}`),
    values: stream.values,
    question: stream.interrupt?.value ?? null,
    error: stream.error ? String(stream.error) : null,
    state: stream.isLoading ? "busy" : "idle",
  };
  useEffect(() => {
    window.seen.push(shown);
  });
  return (
    <main>
      <button id="send" onClick={() => send()}>Send</button>
      <button id="answer" onClick={() => answer("yes")}>Yes</button>
      <pre id="shown">{JSON.stringify(shown)}</pre>
    </main>
  );
}

const INPUTS = {
  chat: { messages: [{ type: "human", content: "Good evening" }] },
  ask: { question: "Sure?" },
  slow: { items: ["in"] },
  ticks: {},
};
const input = INPUTS[server.assistantId];

function Older() {
  const stream = useOlderStream({ ...server, ...useThread(), reconnectOnMount: true, fetchStateHistory: true });
  return (
    <View
      stream={stream}
      send={() => stream.submit(input, { streamResumable: true })}
      answer={(resume) => stream.submit(undefined, { command: { resume } })}
    />
  );
}

function Newer() {
  const stream = useNewerStream({ ...server, ...useThread() });
  return <View stream={stream} send={() => stream.submit(input)} answer={(resume) => stream.respond(resume)} />;
}

createRoot(document.getElementById("root")).render(asked.get("hook") === "react" ? <Newer /> : <Older />);
