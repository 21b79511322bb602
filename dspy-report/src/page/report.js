"use strict";
// Texts reach the page through textContent only; nothing here reads HTML.
(() => {
  const PAGE = 50;

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") element.className = value;
      else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else element.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined && child !== "") element.append(child);
    }
    return element;
  };

  // Tables that are all there: a click on a heading sorts.
  const bySortKey = (column, numeric, direction) => (a, b) => {
    const key = (row) => {
      const cell = row.children[column];
      return numeric ? Number(cell.dataset.value) : cell.textContent.trim().toLowerCase();
    };
    const [x, y] = [key(a), key(b)];
    return (x < y ? -1 : x > y ? 1 : 0) * direction;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      if (!heading.dataset.sort) return;
      const numeric = heading.dataset.sort === "number";
      const button = make("button", { type: "button" }, ...heading.childNodes);
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        const was = heading.getAttribute("aria-sort");
        const next = was ? (was === "ascending" ? "descending" : "ascending") : numeric ? "descending" : "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", next);
        const rows = [...table.tBodies[0].rows];
        rows.sort(bySortKey(column, numeric, next === "ascending" ? 1 : -1));
        table.tBodies[0].append(...rows);
      });
    });
  }

  // Figures, as the rest of the page writes them.
  const plain = (value) =>
    typeof value === "string" ? value : value !== null && typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
  const line = (fields) => {
    const all = Object.entries(fields);
    return all.length === 1 ? plain(all[0][1]) : all.map(([name, value]) => `${name}: ${plain(value)}`).join(" · ");
  };
  const brief = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  const of = (number, one, many) => `${grouped(number)} ${number === 1 ? one : many}`;
  const score = (value) => (value === null ? "unknown" : value.toFixed(3));
  const signed = (value) => (value > 0 ? "+" : "") + value.toFixed(3);
  const usd = (value) => (value === 0 ? "$0" : value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(Math.min(8, Math.max(2, Math.ceil(1 - Math.log10(value)))))}`);
  const time = (seconds) =>
    seconds < 0.00095 ? `${(seconds * 1e6).toFixed(0)} µs`
      : seconds < 0.95 ? `${(seconds * 1e3).toFixed(0)} ms`
        : seconds < 60 ? `${seconds.toFixed(1)} s`
          : `${Math.floor(seconds / 60)} min ${(seconds % 60).toFixed(0)} s`;

  const holder = document.getElementById("items");
  const source = document.getElementById("data");
  if (holder && source) items(JSON.parse(source.textContent), holder);
  printing();

  function items(data, holder) {
    const compared = holder.dataset.compared === "yes";
    const rows = data.rows;
    const last = (row) => row.outcomes[row.outcomes.length - 1];
    const change = (row) => last(row).score - row.outcomes[0].score;
    const isFailing = (row) => last(row).error !== undefined || last(row).score < data.passing;
    const tokens = (row) => last(row).tokens[0] + last(row).tokens[1];
    const answer = (row, outcome) => {
      if (outcome.error !== undefined) return outcome.error;
      const output = outcome.output;
      if (output === undefined) return "";
      if (output === null || typeof output !== "object" || Array.isArray(output)) return plain(output);
      const labelled = Object.entries(output).filter(([name]) => Object.hasOwn(row.label, name));
      return line(labelled.length ? Object.fromEntries(labelled) : output);
    };
    const haystack = new Map();
    const text = (row) => {
      if (!haystack.has(row)) {
        const parts = [row.id, row.slice, ...Object.values(row.input).map(plain), ...Object.values(row.label).map(plain)];
        for (const outcome of row.outcomes) {
          parts.push(outcome.error, outcome.feedback, outcome.output === undefined ? "" : plain(outcome.output));
        }
        haystack.set(row, parts.filter((part) => part !== undefined).join("\n").toLowerCase());
      }
      return haystack.get(row);
    };
    const slices = [...new Set(rows.map((row) => row.slice).filter((slice) => slice !== undefined))].sort();
    const labelled = rows.some((row) => Object.keys(row.label).length > 0);

    const scored = (outcome) =>
      outcome.error !== undefined
        ? make("span", { class: "worse" }, "error")
        : make("span", { class: outcome.score < data.passing ? "worse" : null }, score(outcome.score));
    const clip = (content, name, column = "") => make("td", { class: `clip ${column}` }, make("span", { class: name }, brief(content, 300)));
    const rank = (outcome) => (outcome.error !== undefined ? -Infinity : outcome.score);
    const all = [
      { name: "Row", key: (row) => row.index },
      !compared && { name: "Score", number: true, key: (row) => rank(last(row)), cell: (row) => make("td", { class: "num" }, scored(last(row))) },
      compared && { name: "Before", number: true, key: (row) => rank(row.outcomes[0]), cell: (row) => make("td", { class: "num" }, scored(row.outcomes[0])) },
      compared && { name: "After", number: true, key: (row) => rank(last(row)), cell: (row) => make("td", { class: "num" }, scored(last(row))) },
      compared && {
        name: "Change", number: true, key: change,
        cell: (row) => make("td", { class: "num" }, make("span", { class: change(row) < 0 ? "worse" : change(row) > 0 ? "better" : "muted" }, change(row) === 0 ? "0" : signed(change(row)))),
      },
      slices.length > 0 && { name: "Slice", key: (row) => (row.slice ?? "").toLowerCase(), cell: (row) => make("td", { class: "slice" }, row.slice ?? "") },
      { name: "Input", key: (row) => line(row.input).toLowerCase(), cell: (row) => clip(line(row.input), null, "input") },
      labelled && { name: "Label", key: (row) => line(row.label).toLowerCase(), cell: (row) => clip(line(row.label)) },
      { name: compared ? "Answer after" : "Answer", key: (row) => answer(row, last(row)).toLowerCase(), cell: (row) => clip(answer(row, last(row)), last(row).error !== undefined ? "worse" : null) },
      { name: "Tokens", number: true, key: tokens, cell: (row) => make("td", { class: "num" }, grouped(tokens(row))) },
      { name: "Time", number: true, key: (row) => last(row).seconds, cell: (row) => make("td", { class: "num" }, time(last(row).seconds)) },
    ];
    const columns = all.filter(Boolean);

    // What is shown.
    let sort = { name: compared ? "Change" : "Score", direction: 1 };
    let page = 0;
    let shown = [];
    const open = new Set();

    const search = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
    const option = (value, label) => make("option", { value }, label);
    const show = make("select", { id: "show" },
      option("all", "all"),
      option("failing", `failing (below ${Number(data.passing.toFixed(3))}, or an error)`),
      compared ? [option("changed", "changed"), option("worse", "got worse"), option("better", "got better")] : []);
    const slice = make("select", { id: "slice" }, option("", "all"), slices.map((name, place) => option(String(place + 1), brief(name, 60))));
    const filters = make("form", { class: "filters", role: "search", "aria-label": "Filter the items", on: { submit: (event) => event.preventDefault() } },
      make("label", { class: "search" }, "Search in inputs, labels, answers, feedback", search),
      make("label", {}, "Show", show),
      slices.length > 0 ? make("label", {}, "Slice", slice) : null);
    const status = make("p", { "aria-live": "polite", id: "status" });
    const previous = make("button", { type: "button" }, "Previous page");
    const next = make("button", { type: "button" }, "Next page");
    const pages = make("div", { class: "pages" }, status, previous, next);
    const table = make("table", { class: "items" });
    const heading = make("tr");
    table.append(make("thead", {}, heading));
    const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Items" }, table);
    holder.replaceChildren(filters, pages, scroll);

    for (const column of columns) {
      const button = make("button", { type: "button" }, column.name);
      button.addEventListener("click", () => {
        sort = { name: column.name, direction: sort.name === column.name ? -sort.direction : 1 };
        page = 0;
        update();
      });
      column.heading = make("th", { scope: "col", class: column.number ? "num" : null }, button);
      heading.append(column.heading);
    }
    const from = (act) => () => { page = 0; act(); };
    search.addEventListener("input", from(update));
    show.addEventListener("change", from(update));
    slice.addEventListener("change", from(update));
    previous.addEventListener("click", () => { page -= 1; update(); });
    next.addEventListener("click", () => { page += 1; update(); });

    function update() {
      const words = search.value.toLowerCase().trim();
      const wanted = show.value;
      const part = slice.value === "" ? undefined : slices[Number(slice.value) - 1];
      const column = columns.find((column) => column.name === sort.name);
      shown = rows.filter((row) =>
        (wanted === "all" || (wanted === "failing" && isFailing(row)) || (wanted === "changed" && change(row) !== 0) ||
          (wanted === "worse" && change(row) < 0) || (wanted === "better" && change(row) > 0)) &&
        (part === undefined || row.slice === part) && (words === "" || text(row).includes(words)));
      const keys = new Map(shown.map((row) => [row, column.key(row)]));
      shown.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        return (x < y ? -1 : x > y ? 1 : 0) * sort.direction || a.index - b.index;
      });
      for (const column of columns) {
        if (column.name === sort.name) column.heading.setAttribute("aria-sort", sort.direction > 0 ? "ascending" : "descending");
        else column.heading.removeAttribute("aria-sort");
      }
      draw();
    }

    function draw() {
      const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
      page = Math.min(Math.max(0, page), last);
      const begin = page * PAGE;
      const now = shown.slice(begin, begin + PAGE);
      status.textContent = shown.length === 0
        ? `None of ${of(rows.length, "item", "items")} fits. Search for less, or show all.`
        : `${grouped(begin + 1)} to ${grouped(begin + now.length)} of ${of(shown.length, "item", "items")}` +
          (shown.length < rows.length ? ` (${grouped(rows.length)} in all)` : "");
      previous.disabled = page === 0;
      next.disabled = page >= last;
      previous.hidden = next.hidden = last === 0;
      for (const body of [...table.tBodies]) body.remove();
      table.append(...now.map(body));
    }

    function body(row) {
      const more = `more-${row.index}`;
      const button = make("button", { type: "button", class: "row", "aria-expanded": "false", "aria-controls": more, "aria-label": `Row ${row.index}, details` }, String(row.index));
      const element = make("tbody", { id: `row-${row.index}` },
        make("tr", {}, make("th", { scope: "row" }, button), columns.filter((column) => column.cell).map((column) => column.cell(row))));
      const toggle = (isOpen) => {
        button.setAttribute("aria-expanded", String(isOpen));
        element.classList.toggle("open", isOpen);
        element.querySelector("tr.more")?.remove();
        if (isOpen) {
          open.add(row.index);
          element.append(make("tr", { class: "more", id: more }, make("td", { colspan: String(columns.length) }, detail(row))));
        } else open.delete(row.index);
      };
      button.addEventListener("click", () => toggle(button.getAttribute("aria-expanded") !== "true"));
      if (open.has(row.index)) toggle(true);
      return element;
    }

    function detail(row) {
      return make("div", { class: "detail" },
        make("p", { class: "muted" }, "Id ", make("code", {}, row.id), row.slice === undefined ? "" : `, slice ${row.slice}`, ". ", make("a", { href: `#row-${row.index}` }, "Link to this row")),
        fields("Input", row.input),
        Object.keys(row.label).length ? fields("Label", row.label) : null,
        make("div", { class: "sides" }, row.outcomes.map((outcome, place) =>
          make("section", { class: "side" }, compared ? make("h4", {}, place === 0 ? "Baseline" : "Candidate") : null, side(outcome)))));
    }

    function fields(title, values) {
      return [make("h5", {}, title), make("dl", { class: "fields" }, Object.entries(values).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, plain(value))]))];
    }

    function side(outcome) {
      const spent = [
        of(outcome.calls_made, "call", "calls"),
        `${grouped(outcome.tokens[0])} tokens read, ${grouped(outcome.tokens[1])} written`,
        outcome.usd > 0 && usd(outcome.usd),
        outcome.metric_usd !== undefined && `metric ${usd(outcome.metric_usd)}`,
        time(outcome.seconds),
      ].filter(Boolean);
      const repeats = outcome.repeats ? ` (${outcome.repeats.map(score).join(", ")})` : "";
      const output = outcome.output;
      const isFields = output !== undefined && output !== null && typeof output === "object" && !Array.isArray(output);
      return [
        make("p", { class: "figures" }, "Score ", make("strong", {}, score(outcome.score)), `${repeats}, ${spent.join(", ")}`),
        outcome.error !== undefined ? [make("h5", {}, "Error"), make("pre", { class: "text worse" }, outcome.error)] : [],
        outcome.feedback !== undefined ? [make("h5", {}, "Feedback"), make("pre", { class: "text" }, outcome.feedback)] : [],
        isFields ? fields("Answer", output) : output !== undefined ? [make("h5", {}, "Answer"), make("pre", { class: "text" }, plain(output))] : [],
        (outcome.calls ?? []).map(call),
        outcome.calls ? [] : make("p", { class: "muted" }, "The calls were not recorded."),
      ].flat(3);
    }

    function call(made) {
      const spent = [`${grouped(made.tokens)} tokens`, made.usd > 0 && usd(made.usd), time(made.seconds)].filter(Boolean).join(", ");
      return make("div", { class: "call" },
        make("h5", {}, make("code", {}, made.path), ` ${spent}`, made.abandoned ? " (given up: an assertion sent it back)" : ""),
        made.error !== undefined ? make("pre", { class: "text worse" }, made.error) : null,
        (made.warnings ?? []).map((warning) => make("p", { class: "warning" }, warning)),
        made.turns.flatMap((turn) => [
          make("p", { class: "muted" },
            turn.model !== undefined ? ["Model ", make("code", {}, turn.model), ". "] : "",
            turn.cached ? "From the cache. " : "",
            turn.settings !== undefined ? ["Settings ", make("code", {}, turn.settings), ". "] : "",
            turn.repeated > 0 ? `After the ${turn.repeated} messages above:` : ""),
          ...conversation(turn.sent),
          ...turn.answers.map((answer) => message(answer, true)),
          turn.answers.length === 0 ? make("p", { class: "muted" }, "There was no answer.") : null,
        ]));
    }

    // The first and the last message matter most; many between them are folded together.
    function conversation(sent) {
      const all = sent.map((one, place) => message(one, place === sent.length - 1));
      if (all.length <= 6) return all;
      const between = make("details", { class: "between" }, make("summary", {}, `${grouped(all.length - 2)} messages between`), all.slice(1, -1));
      return [all[0], between, all[all.length - 1]];
    }

    function message([role, place], isOpen) {
      const text = data.texts[place];
      return make("details", { class: role === "answer" ? "message answer" : "message", open: isOpen },
        make("summary", {}, `${role} `, make("span", { class: "muted" }, of([...text].length, "character", "characters"))),
        make("pre", { class: "text" }, text));
    }

    // An address such as report.html#row-12 opens that row.
    function follow() {
      const found = /^#row-(\d+)$/.exec(location.hash);
      const row = found && rows.find((row) => row.index === Number(found[1]));
      if (!row) return;
      open.add(row.index);
      if (!shown.includes(row)) {
        search.value = "";
        show.value = "all";
        slice.value = "";
        update();
      }
      page = Math.floor(shown.indexOf(row) / PAGE);
      draw();
      const element = document.getElementById(`row-${row.index}`);
      element.scrollIntoView();
      element.querySelector("button").focus({ preventScroll: true });
    }

    if (compared && rows.some((row) => change(row) !== 0)) show.value = "changed";
    update();
    follow();
    addEventListener("hashchange", follow);
  }

  // On paper nothing can be opened: what is folded is opened for the time of printing, but for long lists.
  function printing() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open])")].filter((details) => details.textContent.length < 6000);
      for (const details of opened) details.open = true;
    });
    addEventListener("afterprint", () => {
      for (const details of opened) details.open = false;
    });
  }
})();
