/** A NATS server on loopback for tests, and workers in processes of their own. `end()` ends them all. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createUser } from "@nats-io/nkeys";

const here = dirname(fileURLToPath(import.meta.url));
export const command = join(here, "../../../dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "unrolled-nats-"));
const running = new Set();

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ports that nobody listens on now. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A new key: its file, its seed, and what a server calls it. */
export function newKey(name) {
  const pair = createUser();
  const seed = new TextDecoder().decode(pair.getSeed());
  const file = join(folder, `${name}.nk`);
  writeFileSync(file, `${seed}\n`);
  return { seed, file, publicKey: pair.getPublicKey() };
}

/** A certificate for 127.0.0.1 that signs itself: its file, and that of its key. */
export function newCertificate() {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const words =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost ` +
    `-addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout ${key} -out ${cert}`;
  execFileSync("openssl", words.split(" "), { stdio: "ignore" });
  return { cert, key };
}

function child(words, options) {
  const process = spawn(words[0], words.slice(1), options);
  running.add(process);
  process.once("exit", () => running.delete(process));
  return process;
}

/** Whether something listens on a port by now; a server that is not installed says so. */
async function listening(server, port) {
  const { connect } = await import("node:net");
  for (let tries = 0; tries < 400; ++tries) {
    if (server.exitCode !== null) throw new Error(`nats-server ended with code ${server.exitCode}`);
    const found = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (found) return;
    await sleep(25);
  }
  throw new Error(`nats-server does not listen on port ${port}`);
}

/** A server; `config(ports)` are lines beside its ports. `restart()` ends it hard and starts it again. */
export async function startServer(config = "") {
  const [port, web] = [await freePort(), await freePort()];
  const file = join(folder, `server-${port}.conf`);
  writeFileSync(
    file,
    `host: 127.0.0.1\nport: ${port}\nmax_payload: 1MB\n` +
      `websocket { host: 127.0.0.1, port: ${web}, no_tls: true, compression: false }\n` +
      `jetstream { store_dir: "${join(folder, `store-${port}`)}" }\n${config}\n`,
  );
  let server;
  const start = async () => {
    server = child(["nats-server", "-c", file], { stdio: "ignore" });
    const missing = new Promise((_, reject) =>
      server.once("error", (error) =>
        reject(new Error(`${error.message}: want Debian's nats-server: sh test/cluster/nats/install.sh`)),
      ),
    );
    await Promise.race([missing, listening(server, port)]);
  };
  const stop = async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    tls: `tls://127.0.0.1:${port}`,
    web: `ws://127.0.0.1:${web}`,
    stop,
    async restart(ms = 0) {
      await stop();
      await sleep(ms);
      await start();
    },
  };
}

/** A worker in a process of its own, once it says its name. words: options of the command. */
export async function startWorker(words) {
  const process = child([globalThis.process.execPath, command, "worker", "--json", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  let out = "";
  process.stderr.setEncoding("utf8").on("data", (text) => (complaints += text));
  const name = await new Promise((resolve, reject) => {
    process.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
      const said = /"event":"worker","name":"([^"]+)"/.exec(out);
      if (said) resolve(said[1]);
    });
    process.once("exit", (code) => reject(new Error(`worker ended with code ${code}: ${complaints}${out}`)));
  });
  return { name, process, kill: () => process.kill("SIGKILL") };
}

/** Ends all that was started, and forgets all files. */
export function end() {
  for (const process of running) process.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
