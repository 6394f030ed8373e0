"""The benchmark's graphs in LangGraph: what src/core/graph/bench/shape_*.cc say, as its users write it.

`way` says how nodes and routes are written: `plain` as functions, for invoke; `waiting` as coroutines, for ainvoke,
which would start a thread for each function.
"""
import asyncio
import functools
import operator
import random
import string
import typing
import uuid

from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import StructuredTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import create_react_agent
from langgraph.types import Send

BUMP = " a"
BUMPS = 10


class Shape(typing.NamedTuple):
    """A compiled graph and what it is started with."""
    graph: typing.Any
    start: dict


def plain(function):
    return function


def waiting(function):
    @functools.wraps(function)
    async def coroutine(state):
        return function(state)
    return coroutine


# ---- nodes that do nothing ----------------------------------------------------------------------------------


def do_nothing(_state):
    return None


async def take_turns(_state):
    await asyncio.sleep(0)


def sequential(length, node=do_nothing):
    builder = StateGraph(MessagesState)
    previous = START
    for name in (f"node{i}" for i in range(length)):
        builder.add_node(name, node)
        builder.add_edge(previous, name)
        previous = name
    builder.add_edge(previous, END)
    return builder


def greeting():
    return {"messages": [HumanMessage("hello", id="first")]}


def chain(length, saver, way):
    return Shape(sequential(length, way(do_nothing)).compile(checkpointer=saver), greeting())


def side_by_side(width, saver, way):
    builder = StateGraph(MessagesState)
    names = [f"node{i}" for i in range(width)]
    for name in names:
        builder.add_node(name, way(do_nothing))
        builder.add_edge(START, name)
    builder.add_node("last", way(do_nothing))
    builder.add_edge(names, "last")
    builder.add_edge("last", END)
    return Shape(builder.compile(checkpointer=saver), greeting())


def chain_of_three_that_waits(saver):
    return Shape(sequential(3, take_turns).compile(checkpointer=saver), greeting())


class Count(typing.TypedDict):
    steps: int


def loop(steps, at_a_tenth, way):
    def count(state):
        if state["steps"] == steps // 10:
            at_a_tenth()
        return {"steps": state["steps"] + 1}

    builder = StateGraph(Count)
    builder.add_node("count", way(count))
    builder.add_edge(START, "count")
    builder.add_conditional_edges("count", way(lambda state: "count" if state["steps"] < steps else END),
                                  ["count", END])
    return Shape(builder.compile(), {"steps": 0})


# ---- map and reduce -----------------------------------------------------------------------------------------


class Jokes(typing.TypedDict):
    subjects: list[str]
    jokes: typing.Annotated[list[str], operator.add]


class JokeInput(typing.TypedDict):
    subject: str


class JokeOutput(typing.TypedDict):
    jokes: list[str]


class Joke(JokeInput, JokeOutput):
    pass


def joke_graph(way):
    """A subgraph: it keeps its checkpoints with the outer graph's saver, where there is one, here as in ours."""
    builder = StateGraph(Joke, input_schema=JokeInput, output_schema=JokeOutput)
    builder.add_node("edit", way(lambda state: {"subject": state["subject"] + " - hohoho"}))
    builder.add_node("generate", way(lambda state: {"jokes": ["Joke about " + state["subject"]]}))
    builder.add_node("bump", way(lambda state: {"jokes": [state["jokes"][0] + BUMP]}))
    builder.add_edge(START, "edit")
    builder.add_edge("edit", "generate")
    builder.add_edge("generate", "bump")
    end = BUMP * BUMPS
    builder.add_conditional_edges(
        "bump", way(lambda state: END if state["jokes"][0].endswith(end) else "bump"), ["bump", END])
    return builder.compile()


def send_each(state):
    return [Send("tell", {"subject": subject}) for subject in state["subjects"]]


def fanout(width, saver, way):
    builder = StateGraph(Jokes)
    builder.add_node("tell", joke_graph(way))
    builder.add_edge("tell", END)
    builder.add_conditional_edges(START, way(send_each), ["tell"])
    subjects = [string.ascii_lowercase[i % 26] * 1000 for i in range(width)]
    return Shape(builder.compile(checkpointer=saver), {"subjects": subjects})


class Numbers(typing.TypedDict):
    count: int
    squares: typing.Annotated[list[int], operator.add]


def sends(width, saver, way):
    builder = StateGraph(Numbers)
    builder.add_node("square", way(lambda number: {"squares": [number["value"] ** 2]}))
    builder.add_edge("square", END)
    builder.add_conditional_edges(
        START, way(lambda state: [Send("square", {"value": i}) for i in range(state["count"])]), ["square"])
    return Shape(builder.compile(checkpointer=saver), {"count": width})


# ---- an agent with a tool -----------------------------------------------------------------------------------


class ScriptedModel(FakeMessagesListChatModel):
    """Gives the script's next answer: each round before it has left two messages."""

    def bind_tools(self, tools, **options):
        return self

    async def _agenerate(self, messages, stop=None, run_manager=None, **options):
        return self._generate(messages)

    def _generate(self, messages, stop=None, run_manager=None, **options):
        message = self.responses[len(messages) // 2].model_copy()
        return ChatResult(generations=[ChatGeneration(message=message)])


def look_up(query):
    return f"result for query: {query}" * 10


async def look_up_waiting(query):
    return look_up(query)


def react(rounds, saver, _way):
    tool = StructuredTool.from_function(look_up, look_up_waiting, name="look_up",
                                        description="Looks something up")
    script = [AIMessage("", id=str(uuid.uuid4()),
                        tool_calls=[{"id": str(uuid.uuid4()), "name": "look_up",
                                     "args": {"query": str(uuid.uuid4()) * 100}}]) for _ in range(rounds)]
    script.append(AIMessage("answer" * 100, id=str(uuid.uuid4())))
    graph = create_react_agent(ScriptedModel(responses=script), [tool], checkpointer=saver)
    return Shape(graph, {"messages": [HumanMessage("hi?", id="first")]})


# ---- many fields --------------------------------------------------------------------------------------------


def newest(current, added):
    return added if added else current


class Support(typing.TypedDict, total=False):
    messages: typing.Annotated[list, operator.add]
    trigger_events: typing.Annotated[list, operator.add]
    primary_issue_medium: typing.Annotated[str, newest]
    autoresponse: typing.Annotated[dict, newest]
    issue: typing.Annotated[dict, newest]
    relevant_rules: list
    memory_docs: list
    categorizations: typing.Annotated[list, operator.add]
    responses: typing.Annotated[list, operator.add]
    user_info: typing.Annotated[dict, newest]
    crm_info: typing.Annotated[dict, newest]
    email_thread_id: typing.Annotated[str, newest]
    slack_participants: typing.Annotated[dict, operator.or_]
    bot_id: str
    notified_assignees: typing.Annotated[dict, operator.or_]


def random_text(length):
    return "".join(random.choices(string.ascii_lowercase, k=length))


def nodes_of(limit):
    def four(state):
        return dict.fromkeys(("categorizations", "responses", "memory_docs"), state["trigger_events"])

    def five(state):
        last = state["categorizations"][-1]
        return {"user_info": last, "crm_info": last, "email_thread_id": random_text(limit),
                "slack_participants": last, "bot_id": random_text(limit), "notified_assignees": last}

    return {
        "one": lambda state: {"trigger_events": state["messages"], "primary_issue_medium": random_text(limit)},
        "two": lambda state: dict.fromkeys(("autoresponse", "issue"), state["trigger_events"][-1]),
        "three": lambda state: {"relevant_rules": [state["autoresponse"]]},
        "four": four,
        "five": five,
        "six": lambda state: {"messages": state["responses"]},
    }


def wide(outer, inner, limit, saver, way):
    builder = StateGraph(Support)
    for name, node in nodes_of(limit).items():
        builder.add_node(name, way(node))
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    builder.add_edge("two", "three")
    builder.add_edge("two", "four")
    builder.add_edge(["three", "four"], "five")
    builder.add_edge("five", "six")
    builder.add_conditional_edges("six", way(lambda state: END if len(state["messages"]) > limit else "one"),
                                  ["one", END])
    document = {str(i) * 10: {str(j) * 10: ["hi?" * 10, True, 1, 6327816386138, None] * 5 for j in range(inner)}
                for i in range(outer)}
    return Shape(builder.compile(checkpointer=saver), {"messages": [document]})
