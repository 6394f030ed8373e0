// Opens the page in Chromium and does what a person would. Reads {modules, chromium, page, scenario} from standard input,
// prints what was seen as JSON. Says "cut" and waits for a line where the cable is to be cut.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { modules, chromium: executablePath, page: url, scenario } = JSON.parse((await lines.next()).value);
const { chromium } = createRequire(`${modules}/`)("playwright-core");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
const problems = [];
page.on("pageerror", (error) => problems.push(String(error)));

const shown = async () => JSON.parse(await page.textContent("#shown"));
const until = (condition) => page.waitForFunction(condition, null, { timeout: 60_000, polling: 20 });
const idle = () => until(() => window.seen.length > 0 && JSON.parse(document.querySelector("#shown").textContent).state === "idle");
const shows = (what) => page.waitForFunction((part) => document.querySelector("#shown")?.textContent.includes(part), what, { timeout: 60_000, polling: 20 });

async function open() {
  await page.goto(url);
  await page.waitForSelector("#send");
}

async function send() {
  await page.click("#send");
}

const SCENARIOS = {
  /** Sends one message and watches the answer grow. */
  async chat() {
    await open();
    await send();
    await shows("what you said before.");
    await idle();
    return {};
  },
  /** Is asked, says yes. */
  async ask() {
    await open();
    await send();
    await shows('"question":{');
    await idle();
    const asked = await shown();
    await page.click("#answer");
    await shows("finish");
    await idle();
    return { asked };
  },
  /** Reloads while the run is in its pause, and sees it end. */
  async reload() {
    await open();
    await send();
    await shows("first");
    await page.reload();
    await page.waitForSelector("#send");
    await shows("last");
    await idle();
    return {};
  },
  /** The cable is cut while the run is in its pause. */
  async cut() {
    await open();
    await send();
    await shows("first");
    process.stdout.write("cut\n");
    await lines.next();
    await shows("last");
    await idle();
    return {};
  },
};

let outcome;
try {
  outcome = await SCENARIOS[scenario]();
} catch (error) {
  outcome = { failure: String(error) };
}
outcome.shown = await shown().catch(() => null);
outcome.seen = await page.evaluate(() => window.seen).catch(() => null);
outcome.problems = problems;
await browser.close();
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
