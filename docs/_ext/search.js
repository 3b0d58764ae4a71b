// What the manual's own search finds for words that people use, by Sphinx's own code.
// node docs/_ext/search.js docs/_build/html: exits with 1 if a page is not among the first three.
"use strict";

const fs = require("fs");
const path = require("path");
const vm = require("vm");

const WANTED = {
  "add my state's rule": "how-to/state-rule",
  "undetermined": "how-to/undetermined",
  "holidays": "how-to/site",
  "license": "may-i-use-it/license",
  "licence": "may-i-use-it/license",
  "privacy": "may-i-use-it/privacy",
  "HIPAA": "may-i-use-it/privacy",
  "42 CFR Part 2": "may-i-use-it/privacy",
  "not validated for": "may-i-use-it/status",
  "threads": "may-i-use-it/load",
  "install": "install",
};

const html = process.argv[2];
const nothing = { querySelector: () => null, querySelectorAll: () => [], getElementById: () => null };
const page = vm.createContext({
  document: { ...nothing, addEventListener: () => {}, readyState: "loading", body: {} },
  localStorage: { setItem: () => {} },
  // What doctools.js has of use to it.
  _ready: () => {},
  _: (words) => words,
  console,
  SPHINX_HIGHLIGHT_ENABLED: false,
  DOCUMENTATION_OPTIONS: {},
});
page.window = page;
for (const file of ["_static/language_data.js", "_static/searchtools.js", "searchindex.js"]) {
  vm.runInContext(fs.readFileSync(path.join(html, file), "utf8"), page, { filename: file });
}
page.found = null;
let failed = false;
for (const [query, wanted] of Object.entries(WANTED)) {
  page.query = query;
  vm.runInContext("found = Search._performSearch(...Search._parseQuery(query))", page);
  const first = page.found.slice(-3).reverse().map((result) => result[0]);
  const ok = first.includes(wanted);
  failed ||= !ok;
  console.log(`${ok ? "found" : "NOT FOUND"}  ${query}: ${first.join(", ")}`);
}
process.exit(failed ? 1 : 0);
