import { defineConfig } from "wxt";
import { MATCHES } from "./src/adapters/registry";
import { catalogue } from "./build/catalogue";

/** The loopback interface is always allowed: it is where `make run` serves. */
const LOCAL_SERVER = ["http://127.0.0.1/*", "http://localhost/*"];

export default defineConfig({
  srcDir: "src",
  imports: false,
  manifestVersion: 3,
  vite: () => ({ plugins: [catalogue()], build: { sourcemap: false } }),
  zip: { name: "plumbline" },
  manifest: ({ browser }) => ({
    name: "__MSG_extension_name__",
    description: "__MSG_extension_description__",
    default_locale: "en",
    permissions: [
      "storage",
      "alarms",
      "contextMenus",
      "activeTab",
      "scripting",
      "declarativeNetRequestWithHostAccess",
    ],
    host_permissions: LOCAL_SERVER,
    // Asked for one at a time: a chat site when it is turned on, a server when it is chosen.
    optional_host_permissions: [...MATCHES, "https://*/*", "http://*/*"],
    incognito: "not_allowed",
    action: { default_title: "Plumbline" },
    icons: { 16: "icon/16.png", 48: "icon/48.png", 128: "icon/128.png" },
    ...(browser === "firefox"
      ? {
          browser_specific_settings: {
            gecko: {
              id: "extension@plumbline.example",
              strict_min_version: "128.0",
              data_collection_permissions: { required: ["websiteContent"] },
            },
          },
        }
      : { minimum_chrome_version: "120" }),
  }),
});
