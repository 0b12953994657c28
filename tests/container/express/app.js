// A small app on Express. It serves the files in the directory that it is given.
const cookies = require("cookie-parser");
const express = require("express");

const app = express();
app.use(cookies());
app.use(express.json());

app.get("/", (request, response) => response.send("<!doctype html>\n<title>Größe</title>\n<p>hello\n"));
app.post("/json", (request, response) => response.status(201).json({ got: request.body, query: request.query }));
app.get("/cookies", (request, response) => {
  response.cookie("session", "s:1/2", { path: "/cookies", httpOnly: true, sameSite: "lax" });
  response.cookie("theme", "dark", { secure: true });
  response.json(request.cookies);
});
app.get("/vary", (request, response) => response.format({
  json: () => response.json({ hello: "world" }),
  text: () => response.send("hello world"),
}));
app.post("/echo", express.raw({ type: () => true, limit: "6mb" }), (request, response) => {
  response.type(request.get("content-type")).send(request.body);
});
app.get("/written", (request, response) => {
  response.writeHead(200, [["X-Tag", "one"], ["x-tag", "two"], ["Content-Type", "text/plain"]].flat());
  for (const part of ["a\n", "b\n", "c\n"]) response.write(part);
  response.end();
});
app.get("/redirect", (request, response) => response.redirect(303, "/files/one.txt"));
app.delete("/nothing", (request, response) => response.sendStatus(204));
app.get("/pid", (request, response) => response.send(String(process.pid)));
app.get("/exit", () => {
  console.error("no license was found");
  process.exit(3);
});
app.use(express.static(process.argv[2]));

const server = app.listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => {
  console.error("closing");
  server.close(() => {
    console.error("closed");
    process.exit();
  });
  server.closeIdleConnections();
});
