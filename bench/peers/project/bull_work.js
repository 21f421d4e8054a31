// Jobs of BullMQ that sleep, one order on each line of stdin, one answer on each of stdout.

const { Queue, Worker } = require("bullmq");

const address = new URL(process.env.BENCH_REDIS_URL);
const connection = { host: address.hostname, port: Number(address.port) };
const queue = new Queue("default", { connection });
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
// So long that nobody waits for it: the job is promoted.
const LATER = 1e9;

const orders = {
  start: async () => {
    await new Worker("default", (job) => sleep(job.data.seconds), { connection }).waitUntilReady();
    return true;
  },
  create: async (id, seconds) => {
    await queue.add("sleep", { seconds: Number(seconds) }, { jobId: id, delay: LATER });
    return true;
  },
  begin: async (id) => {
    await (await queue.getJob(id)).promote();
    return true;
  },
  feed: async (rate, seconds) => {
    const began = Date.now();
    for (let number = 0; number < rate * seconds; number += 1) {
      await sleep(Math.max(0, (began + (number * 1000) / rate - Date.now()) / 1000));
      await queue.add("sleep", { seconds: 0 });
    }
    return true;
  },
};

require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const [order, ...words] = line.split(" ");
  console.log(JSON.stringify(await orders[order](...words)));
});
