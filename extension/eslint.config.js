import js from "@eslint/js";
import ts from "typescript-eslint";

const noMarkup = {
  selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]",
  message: "Text only: markup from a page must never become ours.",
};

/** Forbids globals outside the one file that may use them. */
const only = (name, file) => ({
  files: ["src/**/*.ts"],
  ignores: [`src/${file}`],
  rules: { "no-restricted-globals": ["error", { name, message: `Only ${file} uses ${name}.` }] },
});

export default ts.config(
  { ignores: [".output/**", ".wxt/**", "node_modules/**", "eslint.config.js", "build/*.mjs"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Code points are what is meant: the server counts them too.
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  only("fetch", "api.ts"),
  { files: ["tests/**/*.ts"], rules: { "@typescript-eslint/unbound-method": "off" } },
  { files: ["src/storage.ts"], rules: { "no-restricted-syntax": ["error", noMarkup] } },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/storage.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        noMarkup,
        {
          selector: "MemberExpression[object.name='browser'][property.name='storage']",
          message: "Only storage.ts stores.",
        },
      ],
    },
  },
  {
    files: ["src/adapters/*.ts"],
    ignores: ["src/adapters/registry.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(?!\\./(types|dom|circumstances|messages)$)",
              message: "Adapters import ./types, ./dom, ./circumstances and ./messages.",
            },
          ],
        },
      ],
    },
  },
);
