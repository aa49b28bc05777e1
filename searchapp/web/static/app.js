/* With JavaScript, better: each module improves pages that work without it. Later modules see clicks that earlier ones
   did not take. */

import "./theme.js";
import "./suggest.js";
import "./chart.js";
import "./unfold.js";
import "./navigation.js";
import "./keys.js";

if (document.querySelector("[data-advanced]")) import("./advanced.js");
