import { defineConfig } from "wxt";
import { MATCHES } from "./src/adapters/registry";
import { catalogue } from "./build/catalogue";

/** The loopback interface is always allowed: it is where `make run` serves. */
const LOCAL_SERVER = ["http://127.0.0.1/*", "http://localhost/*"];

export default defineConfig({
  srcDir: "src",
  outDir: process.env["EXTENSION_OUT"] ?? ".output",
  imports: false,
  manifestVersion: 3,
  vite: () => ({ plugins: [catalogue()], build: { sourcemap: false, chunkSizeWarningLimit: 900 } }),
  // Empty lists say nothing, and a store's check stumbles over them.
  hooks: {
    "build:manifestGenerated": (_, manifest) => {
      if (manifest.content_scripts?.length === 0) delete manifest.content_scripts;
    },
  },
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
              strict_min_version: "140.0",
              data_collection_permissions: { required: ["websiteContent"] },
            },
            gecko_android: { strict_min_version: "142.0" },
          },
        }
      : { minimum_chrome_version: "120" }),
  }),
});
