import { test } from "@playwright/test";
import * as media from "../fixtures/media";
test("x", () => { console.log(media); });
