import config from "./playwright.config";
export default { ...config, expect: { timeout: 8_000 }, use: { ...config.use, trace: "off" } };
