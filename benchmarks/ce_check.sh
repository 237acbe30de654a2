#!/usr/bin/env bash
# The script that operators write: the serving environment, the queue, the wanted AMI and the AMI's age.
# ce_check.sh AWS QUEUE PARAMETER
set -euo pipefail
"$1" batch describe-compute-environments --output json >environments.json
"$1" batch describe-job-queues --job-queues "$2" --query 'jobQueues[0].computeEnvironmentOrder' --output text
"$1" ssm get-parameters --names "$3" --query 'Parameters[0].Value' --output text
amis=$(grep -o '"imageIdOverride": "[^"]*"' environments.json | cut -d'"' -f4 | sort -u | paste -sd,)
"$1" ec2 describe-images --include-deprecated --filters "Name=image-id,Values=$amis" --query 'Images[].CreationDate'
