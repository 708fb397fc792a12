// A customer's program: Connect-ES over gRPC-web, with what protoc-gen-es makes of the contracts (./gen).
// `node client.mjs https://edge`: one call per line in, as JSON; its answer, events of a stream, or an error per line out.
import { createInterface } from "node:readline";
import { readdirSync } from "node:fs";
import { fromJson, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";

const edge = process.argv[2];
let cookie = "";
// What a browser does by itself.
const browser = (next) => async (request) => {
  if (cookie) {
    request.header.set("cookie", cookie);
    request.header.set("origin", edge);
  }
  const answer = await next(request);
  for (const one of answer.header.getSetCookie()) cookie = one.split(";")[0];
  return answer;
};
const transport = createGrpcWebTransport({ baseUrl: edge, useBinaryFormat: true, interceptors: [browser] });

const services = new Map();
for (const file of readdirSync(new URL("./gen", import.meta.url), { recursive: true })) {
  if (!file.endsWith("_pb.js")) continue;
  for (const one of Object.values(await import(`./gen/${file}`))) if (one?.kind === "service") services.set(one.typeName, one);
}

const print = (value) => process.stdout.write(JSON.stringify(value) + "\n");
const json = (schema, message) => toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
let stop = new AbortController();

async function make({ service: name, method: called, message, headers }) {
  const service = services.get(name);
  const method = service.methods.find((one) => one.name === called);
  const client = createClient(service, transport);
  const request = fromJson(method.input, message ?? {});
  if (method.methodKind === "unary") {
    print({ answer: json(method.output, await client[method.localName](request, { headers, timeoutMs: 60000 })) });
    return;
  }
  stop = new AbortController();
  try {
    for await (const one of client[method.localName](request, { headers, signal: stop.signal })) print({ event: json(method.output, one) });
  } catch (problem) {
    if (!stop.signal.aborted) throw problem;
  }
  print({ end: true });
}

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  if (call.stop) {
    stop.abort();
    continue;
  }
  // Not awaited: a stream is stopped by a later line.
  make(call).catch((problem) => {
    const error = ConnectError.from(problem);
    print({ error: { code: Code[error.code], message: error.rawMessage, reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? "" } });
  });
}
