// A net as one file of C99 for a microcontroller: weights, fixed memory, a step; the bits are those of
// net.stream().
// gcc -std=c99 -O2 -ffp-contract=off sensor.c
import { dense, gru, network } from "unrolled";
import { toC } from "unrolled/exchange";

const net = await network({ input: 2, layers: [gru(16), dense(3)], loss: "softmax", seed: 1 });
const exact = toC(net, { name: "sensor" });
const small = toC(net, { name: "sensor", weights: "int8" });
const constants = (source) => /Constants take (\d+) bytes/.exec(source)[1];
console.log(/void sensor_reset\(.*\)/.exec(exact)[0]);
console.log(/int sensor_step\(.*\)/.exec(exact)[0]);
console.log(`constants: ${constants(exact)} bytes, in 8 bits ${constants(small)}`);
console.log(/gru1\.Wh: at most .*/.exec(small)[0]);
net.dispose();
