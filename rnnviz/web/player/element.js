// The element <rnnviz-player>, which steps through a cell.

import { defineElement } from "./hosting.js";
import { addressOf, visit } from "./places.js";
import { mount } from "./player.js";

defineElement("rnnviz-player", { mount, addressOf, visit });
