#!/usr/bin/env bash
# The script that operators write: two parameters, each read and then written.  push.sh AWS PREFIX
set -euo pipefail
for role in api worker; do
    "$1" ssm get-parameter --name "$2/$role" --with-decryption --query Parameter.Version --output text
    "$1" ssm put-parameter --name "$2/$role" --type SecureString --overwrite --value "file://$role.env"
done
