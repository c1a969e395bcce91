/** A peer that knows NATS's client alone: after N parts it answers as many. node bare-peer.js URL N BYTES */
import { connect } from "@nats-io/transport-node";

const [servers, parts, bytes] = process.argv.slice(2);
const client = await connect({ servers, noEcho: true });
const part = new Uint8Array(Number(bytes));
let heard = 0;
client.subscribe("bare.all", {
  callback: () => {
    if (++heard % Number(parts) === 0)
      for (let i = 0; i < Number(parts); ++i) client.publish("bare.from", part);
  },
});
await client.flush();
console.log("ready");
