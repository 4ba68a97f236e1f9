"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      // Each body is one row, and what is folded below it.
      const bodies = [...table.tBodies];
      const cell = (body) => body.rows[0].cells[column];
      const figures = bodies.some((body) => "value" in cell(body).dataset);
      const before = head.getAttribute("aria-sort");
      const rising = before ? before === "descending" : !figures;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const known = (body) => !figures || cell(body).dataset.value !== "";
      const compare = (a, b) =>
        figures
          ? Number(cell(a).dataset.value) - Number(cell(b).dataset.value)
          : order.compare(cell(a).textContent, cell(b).textContent);
      table.append(...bodies.sort((a, b) => known(b) - known(a) || (known(a) ? (rising ? 1 : -1) * compare(a, b) : 0)));
    });
  });
}
