/**
 * `unrolled/cluster` where users put it: refused without its client, and with it trained by the command, the
 * example and Deno over a server of NATS, to the bits of one machine.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { end, startServer } from "../cluster/nats/server.js";
import { consumer, modules, read, root } from "./consumer.js";

const deno = join(modules, "@deno/linux-x64-glibc/deno");
let fresh;
let server;
const running = [];
before(async () => {
  fresh = consumer();
  copyFileSync(join(root, "examples/many-machines.js"), join(fresh.folder, "many-machines.js"));
  server = await startServer();
});
after(async () => {
  for (const child of running) child.kill("SIGKILL");
  await server?.stop();
  end();
  fresh?.remove();
});

/** A program in the consumer's folder; its output when it ends, or once it has said a line. */
function start(command, words, { wait }) {
  const child = spawn(command, words, {
    cwd: fresh.folder,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(fresh.folder, ".deno") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let out = "";
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        out += text;
        if (wait === "line" && /^worker open|^open/m.test(out)) resolve(out);
      });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(out) : reject(new Error(`${code}: ${out}`))));
  });
}

const example = () => start(process.execPath, ["many-machines.js", server.url], { wait: "end" });

test("without its client the entry says what to install", async () => {
  await assert.rejects(example, /OptionError: serveShards: .* npm i @nats-io\/nats-core/);
});

/** The client, and then trainings by one worker each, so that each must have worked. */
test("with it the example, the command and Deno train to the same bits", async () => {
  const { devDependencies } = JSON.parse(read(root, "package.json"));
  const client = ["nats-core", "transport-node"].map(
    (x) => `@nats-io/${x}@${devDependencies[`@nats-io/${x}`]}`,
  );
  const words = ["install", ...client, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  execFileSync("npm", words, { cwd: fresh.folder, stdio: "ignore" });
  assert.match(await example(), /1 workers, the same bits: true/);
  const allowed = ["read", "env", "sys", "net"].map((what) => `--allow-${what}`);
  const workers = {
    // not by npx, which leaves its program running when it is killed
    command: [
      join(fresh.folder, "node_modules/.bin/unrolled"),
      ["worker", "--servers", server.url, "--run", "command"],
    ],
    deno: [deno, ["run", "--quiet", "--no-lock", ...allowed, "cluster-worker.js", server.web, "deno"]],
  };
  for (const [run, [command, more]] of Object.entries(workers)) {
    await start(command, more, { wait: "line" });
    const main = start(process.execPath, ["cluster-main.js", server.url, run], { wait: "end" });
    assert.match(await main, /the same bits: true/, run);
  }
});
