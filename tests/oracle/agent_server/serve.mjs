// LangGraph's own in-memory server with the graphs beside it. Says "ready PORT", runs until its standard input ends.
import net from "node:net";
import { startServer } from "@langchain/langgraph-api/server";

const free = () =>
  new Promise((done) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

const port = await free();
const names = ["seq", "ask", "sub", "slow", "fails", "chat", "echo"];
await startServer({
  port,
  nWorkers: 10,
  host: "127.0.0.1",
  cwd: process.cwd(),
  graphs: Object.fromEntries(names.map((name) => [name, `./graphs.ts:${name}`])),
});
process.stdout.write(`ready ${port}\n`);
process.stdin.resume().on("end", () => process.exit(0));
