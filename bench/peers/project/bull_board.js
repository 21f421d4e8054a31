// bull-board over queues of BullMQ: node bull_board.js <port> <queue> …

const [port, ...names] = process.argv.slice(2);
const { Queue } = require("bullmq");
const { createBullBoard } = require("@bull-board/api");
const { BullMQAdapter } = require("@bull-board/api/bullMQAdapter");
const { ExpressAdapter } = require("@bull-board/express");
const express = require("express");

const address = new URL(process.env.BENCH_REDIS_URL);
const connection = { host: address.hostname, port: Number(address.port) };
const serverAdapter = new ExpressAdapter();
serverAdapter.setBasePath("/");
const queues = names.map((name) => new BullMQAdapter(new Queue(name, { connection })));
createBullBoard({ queues, serverAdapter });
express().use("/", serverAdapter.getRouter()).listen(Number(port), "127.0.0.1");
