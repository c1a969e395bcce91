/** A worker that answers with bytes of all kinds: an honest one's, changed; it must break nothing. */
import assert from "node:assert/strict";
import { connect } from "@nats-io/transport-node";
import { clusterPool } from "unrolled/cluster";
import { startServer, startWorker } from "./server.js";
import { trained } from "./training.js";

/** Numbers of a generator that tests can repeat. */
function draws(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A message with something wrong in it. */
function spoilt(message, draw) {
  const bytes = Uint8Array.from(message);
  switch (draw(6)) {
    case 0:
      return bytes.subarray(0, draw(bytes.length));
    case 1:
      return Uint8Array.from({ length: draw(400) }, () => draw(256));
    case 2: // lengths and numbers of the parts
      bytes[4 + draw(20)] = draw(256);
      return bytes;
    case 3: // somewhere in the JSON
      for (let i = 0; i <= draw(4); ++i)
        bytes[20 + draw(Math.max(1, Math.min(300, bytes.length - 20)))] = draw(256);
      return bytes;
    case 4:
      return new Uint8Array([...bytes, ...bytes]);
    default:
      bytes[draw(bytes.length)] ^= 1 << draw(8);
      return bytes;
  }
}

/** So many bad answers, each under a new name, while an honest worker trains. */
export async function fuzz({ answers }) {
  const server = await startServer();
  const run = "fuzz";
  const honest = await startWorker(["--servers", server.url, "--run", run]);
  const bad = await connect({ servers: server.url });
  const heard = [];
  bad.subscribe(`unrolled.${run}.from.>`, { callback: (_, { data }) => heard.push(Uint8Array.from(data)) });
  const pool = clusterPool({ servers: server.url, run, spotChecks: 1 });
  const draw = draws(1);
  let sent = 0;
  const step = async () => {
    for (let i = 0; i < answers / 20; ++i) {
      const message = heard[draw(heard.length)];
      bad.publish(`unrolled.${run}.from.open.bad${sent++}`, spoilt(message, draw));
    }
    await bad.flush();
  };
  try {
    assert.equal(await trained(pool, { step }), await trained());
    assert.equal(pool.refused.has(honest.name), false, "the honest one stays");
    assert.ok(pool.refused.size > answers / 3, `only ${pool.refused.size} were refused`);
    const { size } = pool.refused;
    return `${sent} bad answers, ${size} senders refused, the same hash, the honest worker stayed`;
  } finally {
    pool.dispose();
    await bad.close();
    honest.kill();
    await server.stop();
  }
}
