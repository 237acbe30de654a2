"""The reads of a preflight of the sandbox stack, one after another, with boto3 as it comes."""

import boto3

NAME = "academy-video"
ROLES = [f"{NAME}-batch-job-role", "academy-batch-ecs-task-execution-role", "academy-batch-ecs-instance-role"]
DELETE = f"{NAME}-delete-r2"


def main() -> None:
    session = boto3.Session()
    batch, ssm, iam, ec2 = (session.client(name) for name in ("batch", "ssm", "iam", "ec2"))
    sts, ecr, logs, sqs = (session.client(name) for name in ("sts", "ecr", "logs", "sqs"))
    functions, alarms, groups = (session.client(name) for name in ("lambda", "cloudwatch", "autoscaling"))
    account = sts.get_caller_identity()["Account"]
    environments = batch.describe_compute_environments()["computeEnvironments"]
    batch.describe_job_queues(jobQueues=[f"{NAME}-batch-queue"])
    batch.describe_job_definitions(jobDefinitionName=f"{NAME}-batch-jobdef", status="ACTIVE")
    ssm.get_parameters(Names=["/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended"])
    stored = ["/academy/api/env", "/academy/workers/env"]
    ssm.get_parameters(Names=stored, WithDecryption=True)
    ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": stored}])
    for role in (*ROLES, "AWSServiceRoleForBatch", f"{DELETE}-role"):
        iam.get_role(RoleName=role)
    for role in ROLES[1:]:
        iam.list_attached_role_policies(RoleName=role)
    iam.get_role_policy(RoleName=ROLES[0], PolicyName="academyctl-env")
    iam.get_role_policy(RoleName=f"{DELETE}-role", PolicyName="academyctl-delete-r2")
    iam.get_instance_profile(InstanceProfileName=ROLES[2])
    image = environments[0]["computeResources"]["ec2Configuration"][0]["imageIdOverride"]
    ec2.describe_images(Filters=[{"Name": "image-id", "Values": [image]}], IncludeDeprecated=True)
    ecr.batch_get_image(registryId=account, repositoryName=f"{NAME}-worker", imageIds=[{"imageTag": "latest"}])
    for group in (f"/aws/batch/{NAME}-worker", f"/aws/lambda/{DELETE}"):
        logs.describe_log_groups(logGroupNamePrefix=group)
    functions.get_function_configuration(FunctionName=DELETE)
    functions.list_event_source_mappings(FunctionName=DELETE)
    for queue in (DELETE, f"{DELETE}-dlq"):
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    sqs.list_queues()
    alarms.describe_alarms()
    groups.describe_auto_scaling_groups()


if __name__ == "__main__":
    main()
