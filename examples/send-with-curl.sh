#!/bin/sh
set -eu
api=${1:-http://localhost:8080/api}
json='Content-Type: application/json'

# Somebody to be. Accounts work alike: POST /v1/accounts, later POST /v1/sessions.
token=$(curl -fsS "$api/v1/guests" -H "$json" -d '{"displayName":"Curl"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')

# The same clientMsgId again is the same message, so a retry never doubles it.
curl -fsS "$api/v1/conversations/1/messages" -H "Authorization: Bearer $token" -H "$json" \
  -d '{"clientMsgId":"hello-1","content":{"type":"text","text":"Hello from curl"}}'
echo
curl -fsS "$api/v1/conversations/1/messages?limit=1" -H "Authorization: Bearer $token"
echo
