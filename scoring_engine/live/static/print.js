import { $ } from "./base.js";

$("print").addEventListener("click", () => print());
