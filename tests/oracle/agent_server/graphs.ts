// The graphs of the tour (tests/e2e/clients/graphs/*.yaml, and the built-in chat and echo) as LangGraph has them.
import { FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { Annotation, END, interrupt, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const append = Annotation<string[]>({
  reducer: (list: string[], more: string[] | string) => list.concat(more),
  default: () => [],
});
/** A field that is there from the start, as every field of ours is. */
const last = <T>(value: T) => Annotation<T>({ reducer: (_: T, next: T) => next, default: () => value });
const adds = (name: string) => async () => ({ items: [name] });

const Items = Annotation.Root({ items: append });

export const seq = new StateGraph(Items)
  .addNode("a", adds("a"))
  .addNode("b", adds("b"))
  .addNode("c", adds("c"))
  .addEdge(START, "a")
  .addEdge("a", "b")
  .addEdge("b", "c")
  .addEdge("c", END)
  .compile();

const Question = Annotation.Root({ question: last(""), answer: last<unknown>(null), log: append });

export const ask = new StateGraph(Question)
  .addNode("prepare", async () => ({ log: ["prepare"] }))
  .addNode("ask", async (state) => ({ answer: interrupt({ question: state.question }) }))
  .addNode("finish", async () => ({ log: ["finish"] }))
  .addEdge(START, "prepare")
  .addEdge("prepare", "ask")
  .addEdge("ask", "finish")
  .addEdge("finish", END)
  .compile();

const inner = new StateGraph(Items)
  .addNode("x", adds("x"))
  .addNode("y", adds("y"))
  .addEdge(START, "x")
  .addEdge("x", "y")
  .addEdge("y", END)
  .compile();

export const sub = new StateGraph(Annotation.Root({ items: last<string[]>([]) }))
  .addNode("before", async () => ({ items: ["begun", "before"] }))
  .addNode("inner", inner)
  .addEdge(START, "before")
  .addEdge("before", "inner")
  .addEdge("inner", END)
  .compile();

const pause = (milliseconds: number, signal?: AbortSignal) =>
  new Promise<void>((done, fail) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(new Error("Aborted"));
    });
  });

export const slow = new StateGraph(Items)
  .addNode("first", adds("first"))
  .addNode("pause", async (_, config) => {
    await pause(2000, config.signal);
    return {};
  })
  .addNode("last", adds("last"))
  .addEdge(START, "first")
  .addEdge("first", "pause")
  .addEdge("pause", "last")
  .addEdge("last", END)
  .compile();

export const fails = new StateGraph(Annotation.Root({ items: append, order: last({}) }))
  .addNode("first", adds("first"))
  .addNode("boom", async () => {
    throw new Error("there is nothing at '{state.order.price}'");
  })
  .addEdge(START, "first")
  .addEdge("first", "boom")
  .addEdge("boom", END)
  .compile();

/** What the built-in chat says, a word at a time. */
function scripted(said: string[]): string[] {
  const [latest, before] = said.map((text) => `\u201c${text}\u201d`).reverse();
  const text = before
    ? `You said ${latest}. Before that you said ${before}. You have written to me ${said.length} times on this thread, ` +
      "and I, a script without a language model, remember each."
    : "Hello! I am a script without a language model, so I cannot reason about what you say, but I remember it. " +
      `You said ${latest}. Write again on this thread and I will tell you what you said before.`;
  return text.match(/\s*\S+/g) ?? [];
}

async function answer(state: typeof MessagesAnnotation.State) {
  const said = state.messages.filter((message) => message.getType() === "human").map(({ content }) => String(content));
  const words = scripted(said);
  const model = new FakeStreamingChatModel({
    sleep: 1,
    chunks: words.map((content) => new AIMessageChunk({ content, id: "run-0" })),
    responses: [new AIMessage(words.join(""))],
  });
  return { messages: [await model.invoke(state.messages)] };
}

export const chat = new StateGraph(MessagesAnnotation)
  .addNode("model", answer)
  .addEdge(START, "model")
  .addEdge("model", END)
  .compile();

export const echo = new StateGraph(MessagesAnnotation)
  .addNode("echo", async (state) => ({
    messages: state.messages.map((message) => new AIMessage(String(message.content))),
  }))
  .addEdge(START, "echo")
  .addEdge("echo", END)
  .compile();
