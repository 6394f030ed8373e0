"""The tour: what every client asks of a server, step by step, in the words of the Python client.

A step is {"step": its name, "call": method, "with": its arguments}, and if wanted "keep": {name: path into the answer},
which later steps use as "$name"; "until": a text in an event after which the stream is left.
"""

NOWHERE = "01a20000-0000-7000-8000-000000000000"
ALL_MODES = ["values", "updates", "tasks", "checkpoints"]
HELLO = {"messages": [{"role": "user", "content": "Good evening"}]}


def step(name, call, /, keep=None, until=None, **arguments):
    made = {"step": name, "call": call, "with": arguments}
    return made | ({"keep": keep} if keep else {}) | ({"until": until} if until else {})


def thread(name, /, **arguments):
    return step(f"a thread: {name}", "threads.create", keep={name: "thread_id"}, metadata={"tour": "$tour"}, **arguments)


def assistants():
    mine = {"metadata": {"tour": "$tour", "kind": "mine"}}
    return [
        step("make an assistant", "assistants.create", keep={"mine": "assistant_id"}, graph_id="seq", name="Mine",
             description="a chain", config={"configurable": {"speed": 2}}, context={"who": "me"}, **mine),
        step("make it again", "assistants.create", graph_id="seq", assistant_id="$mine", if_exists="raise"),
        step("make it again, or leave it", "assistants.create", graph_id="seq", assistant_id="$mine",
             if_exists="do_nothing"),
        step("get the assistant", "assistants.get", assistant_id="$mine"),
        step("get an assistant by its graph", "assistants.get", assistant_id="seq", keep={"seq": "assistant_id"}),
        step("get one that is not there", "assistants.get", assistant_id=NOWHERE),
        step("another assistant", "assistants.create", keep={"other": "assistant_id"}, graph_id="ask", name="Another",
             **mine),
        step("find assistants", "assistants.search", sort_by="name", sort_order="asc", **mine),
        step("find those of a graph", "assistants.search", graph_id="ask", **mine),
        step("find by a part of the name", "assistants.search", name="noth", **mine),
        step("a page of assistants", "assistants.search", limit=1, sort_by="name", sort_order="asc",
             select=["assistant_id", "name"], response_format="object", **mine),
        step("the next page", "assistants.search", limit=1, offset=1, sort_by="name", sort_order="asc",
             select=["name", "version"], **mine),
        step("count assistants", "assistants.count", **mine),
        step("change the assistant", "assistants.update", assistant_id="$mine", name="Yours", metadata={"more": True},
             config={"configurable": {"speed": 3}}),
        step("its versions", "assistants.get_versions", assistant_id="$mine"),
        step("back to the first version", "assistants.set_latest", assistant_id="$mine", version=1),
        step("a version that is not there", "assistants.set_latest", assistant_id="$mine", version=9),
        step("the graph", "assistants.get_graph", assistant_id="$mine"),
        step("the graph with what is inside", "assistants.get_graph", assistant_id="sub", xray=True),
        step("the schemas", "assistants.get_schemas", assistant_id="seq"),
        step("a run by the assistant", "runs.wait", thread_id=None, assistant_id="$mine", input={"items": ["in"]}),
        step("drop an assistant", "assistants.delete", assistant_id="$other"),
        step("it is gone", "assistants.get", assistant_id="$other"),
        step("drop the first", "assistants.delete", assistant_id="$mine"),
    ]


def subgraphs():
    return [
        step("graphs inside", "assistants.get_subgraphs", assistant_id="sub"),
        step("all graphs inside", "assistants.get_subgraphs", assistant_id="sub", recurse=True),
        step("one graph inside", "assistants.get_subgraphs", assistant_id="sub", namespace="inner"),
        step("no graphs inside", "assistants.get_subgraphs", assistant_id="seq"),
    ]


def threads():
    tagged = {"metadata": {"tour": "$tour"}}
    return [
        thread("t"),
        step("make the thread again", "threads.create", thread_id="$t", if_exists="raise"),
        step("make the thread again, or leave it", "threads.create", thread_id="$t", if_exists="do_nothing"),
        step("get the thread", "threads.get", thread_id="$t"),
        step("a thread that is not there", "threads.get", thread_id=NOWHERE),
        step("the state of a new thread", "threads.get_state", thread_id="$t"),
        step("the history of a new thread", "threads.get_history", thread_id="$t"),
        step("change the thread", "threads.update", thread_id="$t", metadata={"more": 1}),
        step("run on the thread", "runs.wait", thread_id="$t", assistant_id="seq", input={"items": ["in"]}),
        step("the thread after the run", "threads.get", thread_id="$t"),
        step("find threads", "threads.search", **tagged),
        step("find threads by status", "threads.search", status="idle", **tagged),
        step("find none by status", "threads.search", status="interrupted", **tagged),
        step("find threads by values", "threads.search", values={"items": ["in", "a", "b", "c"]},
             select=["thread_id", "values"], **tagged),
        step("find none by values", "threads.search", values={"items": ["other"]}, **tagged),
        step("find threads by id", "threads.search", ids=["$t"], select=["thread_id", "status"]),
        step("count threads", "threads.count", **tagged),
        step("the state", "threads.get_state", thread_id="$t"),
        step("the history", "threads.get_history", thread_id="$t",
             keep={"newest": "0.checkpoint.checkpoint_id", "before_c": "1.checkpoint.checkpoint_id",
                   "before_a": "3.checkpoint.checkpoint_id"}),
        step("a page of the history", "threads.get_history", thread_id="$t", limit=2),
        step("the next page of the history", "threads.get_history", thread_id="$t", limit=1, before="$before_c"),
        step("the state at a checkpoint", "threads.get_state", thread_id="$t", checkpoint_id="$before_c"),
        step("the state at a checkpoint, by name", "threads.get_state", thread_id="$t",
             checkpoint={"checkpoint_id": "$before_a", "checkpoint_ns": ""}),
        step("write to the state", "threads.update_state", thread_id="$t", values={"items": ["manual"]}, as_node="a"),
        step("the state that was written", "threads.get_state", thread_id="$t"),
        step("find what was written", "threads.get_history", thread_id="$t", metadata={"source": "update"}),
        step("go on from what was written", "runs.stream", thread_id="$t", assistant_id="seq", input=None,
             stream_mode="updates"),
        step("a fork: go on from a checkpoint", "runs.stream", thread_id="$t", assistant_id="seq", input=None,
             checkpoint={"checkpoint_id": "$before_c", "checkpoint_ns": ""}, stream_mode=["updates", "values"]),
        step("a fork with another input", "runs.wait", thread_id="$t", assistant_id="seq", input={"items": ["again"]},
             checkpoint_id="$before_a"),
        step("a fork by writing", "threads.update_state", thread_id="$t", values={"items": ["forked"]}, as_node="b",
             checkpoint={"checkpoint_id": "$before_c", "checkpoint_ns": ""}),
        step("the state of the fork", "threads.get_state", thread_id="$t"),
        step("copy the thread", "threads.copy", thread_id="$t", keep={"copy": "thread_id"}),
        step("the state of the copy", "threads.get_state", thread_id="$copy"),
        step("drop the copy", "threads.delete", thread_id="$copy"),
        step("the copy is gone", "threads.get", thread_id="$copy"),
        step("a thread with a past", "threads.create", keep={"past": "thread_id"}, graph_id="seq", supersteps=[
            {"updates": [{"values": {"items": ["one"]}, "as_node": "__input__"}]},
            {"updates": [{"values": {"items": ["two"]}, "as_node": "a"}]}], **tagged),
        step("the state of that past", "threads.get_state", thread_id="$past"),
        step("prune it", "threads.prune", thread_ids=["$past"]),
        step("drop the thread", "threads.delete", thread_id="$t"),
        step("drop it again", "threads.delete", thread_id="$t"),
    ]


def streams():
    return [
        thread("s"),
        step("stream every mode", "runs.stream", thread_id="$s", assistant_id="seq", input={"items": ["in"]},
             stream_mode=ALL_MODES, metadata={"kind": "all"}, keep={"streamed": "created.run_id"}),
        step("the run that was streamed", "runs.get", thread_id="$s", run_id="$streamed"),
        step("its events once more", "runs.join_stream", thread_id="$s", run_id="$streamed"),
        thread("d"),
        step("stream for debugging", "runs.stream", thread_id="$d", assistant_id="seq", input={"items": []},
             stream_mode="debug"),
        thread("u"),
        step("stream a graph inside", "runs.stream", thread_id="$u", assistant_id="sub", input={"items": []},
             stream_mode=ALL_MODES, stream_subgraphs=True),
        thread("v"),
        step("stream only the outer graph", "runs.stream", thread_id="$v", assistant_id="sub", input={"items": []},
             stream_mode=["updates", "values"]),
        thread("f"),
        step("stream a failure", "runs.stream", thread_id="$f", assistant_id="fails", input={"items": ["in"]},
             stream_mode=["values", "updates", "tasks"]),
        step("the thread after a failure", "threads.get", thread_id="$f"),
        step("the state after a failure", "threads.get_state", thread_id="$f"),
        step("wait for a failure", "runs.wait", thread_id="$f", assistant_id="fails", input={}),
        step("the failed runs", "runs.list", thread_id="$f"),
        thread("r"),
        step("too many steps", "runs.wait", thread_id="$r", assistant_id="seq", input={},
             config={"recursion_limit": 2}),
        step("stream without a thread", "runs.stream", thread_id=None, assistant_id="seq", input={"items": []},
             stream_mode="values"),
        step("start without a thread", "runs.create", thread_id=None, assistant_id="seq", input={"items": []}),
        step("start several", "runs.create_batch", payloads=[
            {"assistant_id": "seq", "input": {"items": ["one"]}}, {"assistant_id": "seq", "input": {"items": ["two"]}}]),
        step("an assistant that is not there", "runs.wait", thread_id=None, assistant_id="nosuch", input={}),
    ]


def chats():
    steps = []
    for mode in ["messages", "messages-tuple", "values", "updates"]:
        steps += [thread(mode),
                  step(f"a chat: {mode}", "runs.stream", thread_id=f"${mode}", assistant_id="chat", input=HELLO,
                       stream_mode=mode)]
    return [
        *steps,
        step("the state of a chat", "threads.get_state", thread_id="$values"),
        step("another turn", "runs.wait", thread_id="$values", assistant_id="chat", input=HELLO),
        step("an echo", "runs.wait", thread_id=None, assistant_id="echo", input=HELLO),
    ]


def interrupts():
    return [
        thread("i"),
        step("stream until it asks", "runs.stream", thread_id="$i", assistant_id="ask", input={"question": "Sure?"},
             stream_mode=ALL_MODES, keep={"asked": "created.run_id"}),
        step("the thread that asks", "threads.get", thread_id="$i"),
        step("the state that asks", "threads.get_state", thread_id="$i"),
        step("the run that asked", "runs.get", thread_id="$i", run_id="$asked"),
        step("find the thread that asks", "threads.search", status="interrupted", metadata={"tour": "$tour"},
             select=["thread_id", "status", "interrupts"]),
        step("stream the answer", "runs.stream", thread_id="$i", assistant_id="ask", command={"resume": "yes"},
             stream_mode=ALL_MODES),
        step("the thread that was answered", "threads.get", thread_id="$i"),
        thread("j"),
        step("wait until it asks", "runs.wait", thread_id="$j", assistant_id="ask", input={"question": "Really?"}),
        step("wait with the answer", "runs.wait", thread_id="$j", assistant_id="ask",
             command={"resume": {"so": "be it"}}),
        thread("k"),
        step("stop before a node", "runs.stream", thread_id="$k", assistant_id="seq", input={"items": ["in"]},
             stream_mode=["values", "updates"], interrupt_before=["b"]),
        step("the thread that was stopped", "threads.get", thread_id="$k"),
        step("go on, stop after every node", "runs.stream", thread_id="$k", assistant_id="seq", input=None,
             stream_mode=["values", "updates"], interrupt_after="*"),
        step("go to a node", "runs.wait", thread_id="$k", assistant_id="seq",
             command={"goto": "c", "update": {"items": ["jumped"]}}),
    ]


def running(name, run, **arguments):
    """A run of the slow graph that is in its pause."""
    return [step(f"begin {run}", "runs.create", thread_id=f"${name}", assistant_id="slow", stream_mode="values",
                 stream_resumable=True, keep={run: "run_id"}, **arguments),
            step(f"until {run} is under way", "runs.join_stream", thread_id=f"${name}", run_id=f"${run}",
                 last_event_id="-1", until="first")]


def background():
    steps = [
        thread("b"),
        *running("b", "one", input={"items": ["one"]}, metadata={"kind": "first"}),
        step("a run that runs", "runs.get", thread_id="$b", run_id="$one"),
        step("the busy thread", "threads.get", thread_id="$b"),
        step("another is refused", "runs.create", thread_id="$b", assistant_id="slow", input={},
             multitask_strategy="reject"),
        step("writing is refused", "threads.update_state", thread_id="$b", values={"items": ["no"]}),
        step("join the run", "runs.join", thread_id="$b", run_id="$one"),
        step("the run that was joined", "runs.get", thread_id="$b", run_id="$one"),
        step("all its events", "runs.join_stream", thread_id="$b", run_id="$one", last_event_id="-1"),
        thread("c"),
        *running("c", "two", input={"items": ["two"]}),
        step("interrupt it", "runs.cancel", thread_id="$c", run_id="$two", wait=True, action="interrupt"),
        step("the interrupted run", "runs.get", thread_id="$c", run_id="$two"),
        step("the state of the interrupted run", "threads.get_state", thread_id="$c"),
        step("drop the run", "runs.delete", thread_id="$c", run_id="$two"),
        step("the run is gone", "runs.get", thread_id="$c", run_id="$two"),
        thread("e"),
        *running("e", "three", input={"items": ["three"]}),
        step("roll it back", "runs.cancel", thread_id="$e", run_id="$three", wait=True, action="rollback"),
        step("the run that was rolled back", "runs.get", thread_id="$e", run_id="$three"),
        step("the state before it", "threads.get_state", thread_id="$e"),
        thread("later"),
        step("a run for later", "runs.create", thread_id="$later", assistant_id="seq", input={"items": ["in"]},
             after_seconds=1, keep={"later run": "run_id"}),
        step("join the later run", "runs.join", thread_id="$later", run_id="$later run"),
        step("a run that makes its thread", "runs.wait", thread_id="$fresh", assistant_id="seq", input={"items": ["new"]},
             if_not_exists="create"),
        step("a run on a thread that is not there", "runs.wait", thread_id=NOWHERE, assistant_id="seq", input={}),
        step("a run that is not there", "runs.get", thread_id="$b", run_id=NOWHERE),
        step("the runs of a thread", "runs.list", thread_id="$b", limit=5, status="success"),
    ]
    for strategy in ["enqueue", "interrupt", "rollback"]:
        steps += [
            thread(strategy),
            *running(strategy, f"{strategy} first", input={"items": ["one"]}),
            step(f"a second run: {strategy}", "runs.wait", thread_id=f"${strategy}", assistant_id="slow",
                 input={"items": ["two"]}, multitask_strategy=strategy),
            step(f"both runs: {strategy}", "runs.list", thread_id=f"${strategy}"),
        ]
    return steps


def crons():
    yearly = {"schedule": "0 0 1 1 *", "input": {"items": ["cron"]}}
    return [
        step("a cron", "crons.create", assistant_id="seq", metadata={"tour": "$tour"}, keep={"cron": "cron_id"}, **yearly),
        thread("cron thread"),
        step("a cron on a thread", "crons.create_for_thread", thread_id="$cron thread", assistant_id="seq",
             metadata={"tour": "$tour"}, keep={"thread cron": "cron_id"}, **yearly),
        step("find crons", "crons.search", thread_id="$cron thread"),
        step("count crons", "crons.count", thread_id="$cron thread"),
        step("change a cron", "crons.update", cron_id="$cron", schedule="30 5 1 1 *", enabled=False),
        step("a schedule that is none", "crons.create", assistant_id="seq", schedule="soon", input={}),
        step("drop a cron", "crons.delete", cron_id="$cron"),
        step("drop the other", "crons.delete", cron_id="$thread cron"),
        step("drop it once more", "crons.delete", cron_id="$cron"),
    ]


def store():
    at = {"namespace": ["tour", "$tour"]}
    return [
        step("keep an item", "store.put_item", key="lamp", value={"oil": 3, "colour": "green"}, **at),
        step("keep another", "store.put_item", key="rope", value={"metres": 12}, **at),
        step("get the item", "store.get_item", key="lamp", **at),
        step("replace the item", "store.put_item", key="lamp", value={"oil": 2}, **at),
        step("get what replaced it", "store.get_item", key="lamp", **at),
        step("an item that is not there", "store.get_item", key="ladder", **at),
        step("find items", "store.search_items", namespace_prefix=["tour", "$tour"], limit=5),
        step("find items by what they hold", "store.search_items", namespace_prefix=["tour", "$tour"],
             filter={"metres": 12}),
        step("namespaces", "store.list_namespaces", prefix=["tour", "$tour"]),
        step("namespaces so deep", "store.list_namespaces", prefix=["tour"], max_depth=1),
        step("drop an item", "store.delete_item", key="lamp", **at),
        step("the item is gone", "store.get_item", key="lamp", **at),
        step("drop the rest", "store.delete_item", key="rope", **at),
    ]


PARTS = {part.__name__: part for part in (assistants, subgraphs, threads, streams, chats, interrupts, background, crons,
                                          store)}
