#!/usr/bin/env bash
# The readiness script that operators write: fifteen reads, one after another. preflight.sh AWS ACCOUNT
set -euo pipefail
aws=$1
"$aws" sts get-caller-identity --query Account --output text
"$aws" ssm get-parameters --names /academy/api/env /academy/workers/env --query 'Parameters[].[Name,Type,Version]'
"$aws" ssm get-parameters --names /aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended
"$aws" iam get-role --role-name academy-video-batch-job-role
"$aws" iam get-role --role-name academy-batch-ecs-task-execution-role
"$aws" iam get-role --role-name academy-batch-ecs-instance-role
"$aws" iam get-instance-profile --instance-profile-name academy-batch-ecs-instance-role
"$aws" ecr batch-get-image --registry-id "$2" --repository-name academy-video-worker --image-ids imageTag=latest
"$aws" logs describe-log-groups --log-group-name-prefix /aws/batch/academy-video-worker
"$aws" batch describe-compute-environments
"$aws" batch describe-job-queues --job-queues academy-video-batch-queue
"$aws" batch describe-job-definitions --job-definition-name academy-video-batch-jobdef --status ACTIVE
"$aws" lambda get-function-configuration --function-name academy-video-delete-r2
"$aws" cloudwatch describe-alarms
"$aws" autoscaling describe-auto-scaling-groups
