#!/usr/bin/env bash
# Start the production set-up from nothing, ask it a few questions, and remove it again.
# Needs Docker with the compose plugin, and free ports 80 and 443. Keeps no data.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment="$(mktemp)"
compose=(docker compose --project-name plumbline-smoketest --file docker/compose.yaml --env-file "$environment")
remove() {
  "${compose[@]}" down --volumes --timeout 20 >/dev/null 2>&1 || true
  rm -f "$environment"
}
trap remove EXIT

printf 'SITE_ADDRESS=localhost\nSECURITY_CONTACT=mailto:desk@localhost\nPOSTGRES_PASSWORD=%s\nDJANGO_SECRET_KEY=%s\n' \
  "$(openssl rand -hex 24)" "$(openssl rand -hex 48)" >"$environment"

"${compose[@]}" up --detach --build --wait --wait-timeout 600 database broker web worker beat proxy

ask() { # path, expected status
  local status
  status="$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' "https://localhost$1")"
  [ "$status" = "$2" ] || { echo "GET $1 gave $status instead of $2" >&2; exit 1; }
  echo "ok  $2  $1"
}
ask /healthz 200
ask /readyz 200
ask / 200
ask /api/v1/catalogue/ 200
ask /api/v1/receipts/ 404
"${compose[@]}" exec -T worker celery --app=backend.celery inspect ping --timeout 20 >/dev/null
echo "ok  the worker answers"
if "${compose[@]}" logs proxy | grep -q remote_ip; then
  echo "The proxy's log names addresses" >&2; exit 1
fi
echo "ok  the proxy's log names no address"
