// The interactive chart of one indicator for one council, on request: nothing is loaded before the button is pressed.
"use strict";
for (const place of document.querySelectorAll("[data-chart]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Make the chart interactive";
  place.append(button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "Loading…";
    try {
      const library = new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = place.dataset.library;
        script.addEventListener("load", done);
        script.addEventListener("error", () => failed(new Error("library")));
        document.head.append(script);
      });
      const [answer] = await Promise.all([fetch(place.dataset.chart), library]);
      if (!answer.ok) throw new Error(String(answer.status));
      const spec = await answer.json();
      const chart = document.createElement("div");
      chart.className = "vega";
      place.append(chart);
      // The interpreter evaluates expressions without eval, which the content security policy forbids.
      await window.vegaEmbed(chart, spec, {
        actions: false, ast: true, defaultStyle: false, renderer: "canvas", tooltip: { disableDefaultStyle: true },
      });
      button.remove();
    } catch {
      button.disabled = false;
      button.textContent = "The chart could not be loaded; try again";
    }
  });
}
