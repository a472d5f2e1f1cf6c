// The element <rnnviz-figure>, which steps through a figure.

import { mountFigure } from "./figure.js";
import { beatAddress, visitBeat } from "./figure_session.js";
import { defineElement } from "./hosting.js";

defineElement("rnnviz-figure", { mount: mountFigure, addressOf: beatAddress, visit: visitBeat });
