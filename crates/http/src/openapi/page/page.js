// Shows the OpenAPI document of this server. Everything goes into the page as text, nothing as markup.
"use strict";

const METHODS = ["get", "post", "put", "delete"];
const DEEPEST = 4;

let api;
let entries = [];

const byId = (id) => document.getElementById(id);

/** An element with properties and children; `class` is a text, other names are attributes. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A long name that may end a line behind an underscore. */
function breakable(name) {
  return name.split(/(?<=_)/).flatMap((part, at) => (at ? [document.createElement("wbr"), part] : [part]));
}

/** Text with `code` in it. */
function inline(text) {
  return text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

/** Paragraphs and lists. */
function prose(text = "") {
  return text.split("\n\n").filter(Boolean).map((block) => {
    const lines = block.split("\n");
    if (!lines.every((line) => line.startsWith("- "))) return element("p", {}, ...inline(block));
    return element("ul", {}, ...lines.map((line) => element("li", {}, ...inline(line.slice(2)))));
  });
}

/** What a schema stands for: references followed, null left out of a choice, one object of all parts. */
function resolved(schema, seen = []) {
  if (schema.$ref) {
    if (seen.includes(schema.$ref)) return { again: true };
    const target = schema.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
    return { ...resolved(target, [...seen, schema.$ref]), ...description(schema) };
  }
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) {
    const some = choice.filter((it) => it.type !== "null");
    if (some.length === 1) return { ...resolved(some[0], seen), ...description(schema), nullable: some.length < choice.length };
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((it) => it !== "null");
    const nullable = types.length < schema.type.length;
    return { seen, ...schema, type: types.join(" or "), nullable };
  }
  return { seen, ...schema };
}

const description = (schema) => (schema.description ? { description: schema.description } : {});

/** The type in a word or two. */
function typeOf(schema) {
  const it = resolved(schema);
  let text = it.type ?? (it.again ? "the same again" : "anything");
  if (it.type === "array") text = `list of ${it.items ? typeOf(it.items) : "anything"}`;
  if (it.type === "object" && it.propertyNames) text = `object of ${typeOf(it.additionalProperties)} by index`;
  return it.nullable ? `${text} or null` : text;
}

/** Limits and allowed values. */
function limits(it) {
  const texts = [];
  if (it.minItems) texts.push(`at least ${it.minItems}`);
  if (it.maxItems) texts.push(`at most ${it.maxItems}`);
  if (it.minimum) texts.push(`from ${it.minimum}`);
  if (it.maximum) texts.push(`to ${it.maximum}`);
  if (it.const !== undefined) texts.push(`always ${JSON.stringify(it.const)}`);
  if (it.default !== undefined) texts.push(`default ${JSON.stringify(it.default)}`);
  if (it.enum && it.enum.length < 60) texts.push(`one of ${it.enum.map((value) => JSON.stringify(value)).join(", ")}`);
  return texts.join("; ");
}

/** One row for each member, members of members below them. */
function rows(schema, sent, depth = 0, seen = []) {
  const it = resolved(schema, seen);
  if (it.type === "array" && it.items) return rows(it.items, sent, depth, it.seen);
  if (it.additionalProperties?.type || it.additionalProperties?.$ref) {
    return rows(it.additionalProperties, sent, depth, it.seen);
  }
  return Object.entries(it.properties ?? {}).flatMap(([name, member]) => {
    const of = resolved(member, it.seen);
    if (sent && of.readOnly) return [];
    const must = sent && it.required?.includes(name);
    const row = element("tr", {},
      element("td", { class: `name depth-${Math.min(depth, DEEPEST)}` }, name, must ? element("span", { class: "must", title: "required" }, " *") : null),
      element("td", { class: "type" }, typeOf(member)),
      element("td", { class: "values" }, ...inline(of.description ?? ""), limits(of) ? element("div", { class: "fixed" }, limits(of)) : null));
    return depth < DEEPEST ? [row, ...rows(member, sent, depth + 1, it.seen)] : [row];
  });
}

function table(found) {
  const head = element("tr", {}, ...["name", "type", "meaning"].map((it) => element("th", {}, it)));
  return element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...found)));
}

/** The members of a schema, or what else it is. */
function members(schema, sent) {
  const found = rows(schema, sent);
  const it = resolved(schema);
  const open = it.additionalProperties === true ? element("p", { class: "none" }, ...inline(found.length ? "And any other member." : it.description ?? "Any members.")) : null;
  if (found.length) return [table(found), open];
  return [open ?? element("p", { class: "none" }, typeOf(schema) === "null" ? "Nothing: it is null." : typeOf(schema))];
}

function copyButton(label, text) {
  const button = element("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "copied";
    } catch {
      button.textContent = "not allowed here";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

const json = (value) => JSON.stringify(value, null, 2);
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a command. */
function curl({ method, path, operation }) {
  const root = location.href.replace(/\/api\/docs.*$/, "");
  const given = (place) => operation.parameters.filter((it) => it.in === place && it.example !== undefined);
  const shown = given("path").reduce((made, it) => made.replace(`{${it.name}}`, encodeURIComponent(it.example)), path);
  const query = given("query").map((it) => `${it.name}=${encodeURIComponent(it.example)}`).join("&");
  const words = ["curl", "-X", method.toUpperCase(), quoted(root + shown + (query && `?${query}`)),
    "\\\n  -H", quoted("Authorization: Bearer TOKEN"), "\\\n  -H", quoted("X-Bkcmdb-Language: en")];
  const example = operation.requestBody?.content["application/json"].example;
  if (example !== undefined) words.push("\\\n  -H", quoted("Content-Type: application/json"), "\\\n  -d", quoted(JSON.stringify(example)));
  return words.join(" ");
}

function inside(entry) {
  const { operation } = entry;
  const parts = [...prose(operation.description)];
  if (operation.parameters.length) {
    parts.push(element("h3", {}, "Parameters"), table(operation.parameters.map((it) => element("tr", {},
      element("td", { class: "name" }, it.name, it.required ? element("span", { class: "must", title: "required" }, " *") : null),
      element("td", { class: "type" }, typeOf(it.schema)),
      element("td", { class: "values" }, ...inline(it.description ?? ""), element("div", { class: "fixed" }, `in the ${it.in}`))))));
  }
  const body = operation.requestBody?.content["application/json"];
  if (body) {
    parts.push(element("h3", {}, "Request", element("small", {}, "JSON")), ...members(body.schema, true),
      element("h3", {}, "Example", copyButton("copy", () => json(body.example)), copyButton("copy as curl", () => curl(entry))),
      element("pre", {}, json(body.example)));
  } else {
    parts.push(element("h3", {}, "Request", copyButton("copy as curl", () => curl(entry))), element("p", { class: "none" }, "No body."));
  }
  const answer = operation.responses["200"].content["application/json"];
  // Relata's own API has no envelope.
  const enveloped = Boolean(answer.schema.oneOf?.[0]?.allOf?.[1]?.properties?.data);
  const data = enveloped ? answer.schema.oneOf[0].allOf[1].properties.data : answer.schema;
  parts.push(element("h3", {}, "Answer", element("small", {}, enveloped ? `data: ${typeOf(data)}` : typeOf(data))), ...members(data, false),
    element("details", { class: "plain" }, element("summary", {}, "Example of an answer"), element("pre", {}, json(answer.example))));
  return element("div", { class: "inside" }, ...parts);
}

/** A folded endpoint, filled when it is opened. */
function endpoint(entry) {
  const { method, path, operation } = entry;
  const summary = element("summary", {},
    element("span", { class: `method ${method}` }, method.toUpperCase()), element("span", { class: "path" }, path),
    element("span", { class: "what" }, element("code", {}, operation.operationId), " ", ...inline(operation.summary)));
  const box = element("details", { class: operation.deprecated ? "endpoint deprecated" : "endpoint", id: operation.operationId }, summary);
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(inside(entry));
    if (box.open) history.replaceState(null, "", `#${operation.operationId}`);
  });
  return box;
}

function folded(title, ...children) {
  return element("details", { class: "plain" }, element("summary", {}, title), element("div", { class: "inside" }, ...children));
}

/** What all endpoints share. */
function introduction() {
  const { schemas, responses, securitySchemes } = api.components;
  const codes = schemas.ErrorCode;
  const code = (number, at) => element("tr", {}, element("td", { class: "name" }, String(number)),
    element("td", { class: "type" }, codes["x-enum-varnames"][at]), element("td", {}, codes["x-enum-descriptions"][at]));
  return [
    ...prose(api.info.description),
    folded("Credentials", ...Object.values(securitySchemes).flatMap((it) => [
      element("p", {}, element("code", {}, it.type === "http" ? "Authorization: Bearer TOKEN" : it.name)), ...prose(it.description)])),
    folded("Envelope of an answer", table(rows(schemas.Success, false))),
    folded("Envelope of a failure", table(rows(schemas.Failure, false))),
    folded("Status codes", ...Object.entries(responses).flatMap(([status, it]) => [element("h3", {}, status), ...prose(it.description)])),
    folded(`Error codes (${codes.enum.length})`, table(codes.enum.map(code))),
  ];
}

/** Everything about an endpoint that a search may find. */
function searched({ path, method, operation }) {
  return `${method} ${path} ${JSON.stringify(operation)}`.toLowerCase();
}

function show() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((entry) => words.every((word) => entry.text.includes(word)));
  // What has the words in its name or path comes first in its domain.
  const rank = (entry) => (words.every((word) => `${entry.path} ${entry.operation.operationId}`.toLowerCase().includes(word)) ? 0 : 1);
  const main = words.length ? [] : introduction();
  const contents = [];
  for (const { name } of api.tags) {
    const inTag = found.filter((entry) => entry.operation.tags.includes(name));
    if (!inTag.length) continue;
    const title = name.replaceAll("_", " ");
    inTag.sort((one, other) => rank(one) - rank(other));
    main.push(element("h2", {}, title), ...inTag.map(endpoint));
    contents.push(element("h2", {}, title), ...inTag.map(({ method, operation }) => element("a", { href: `#${operation.operationId}` },
      element("span", { class: `method ${method}` }, method.toUpperCase()), element("span", {}, ...breakable(operation.operationId)))));
  }
  if (!found.length) main.push(element("p", { class: "none" }, "Nothing has all these words."));
  byId("main").replaceChildren(...main);
  byId("contents").replaceChildren(...contents);
}

function open() {
  const box = byId(decodeURIComponent(location.hash.slice(1)));
  if (box?.tagName !== "DETAILS") return;
  box.open = true;
  box.scrollIntoView();
}

async function load() {
  const url = `openapi.json?style=${byId("style").value}`;
  byId("document").href = url;
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    api = await answer.json();
  } catch (error) {
    byId("main").replaceChildren(element("p", {}, `The document could not be loaded: ${error.message}`));
    return;
  }
  byId("version").textContent = api.info.version;
  entries = Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method] })));
  for (const entry of entries) entry.text = searched(entry);
  show();
  open();
}

byId("style").addEventListener("change", load);
byId("search").addEventListener("input", show);
addEventListener("hashchange", open);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement === document.body) {
    event.preventDefault();
    byId("search").focus();
  }
});
load();
