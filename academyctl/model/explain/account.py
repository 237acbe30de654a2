"""The codes of what the encoders stand on: account, IAM, ECR, logs, network."""

from academyctl.model.explain.article import Article

SETUP = ("academyctl batch setup --dry-run", "academyctl batch setup")

ACCOUNT = {
    "account.mismatch": Article(
        what="sts:GetCallerIdentity answers another account than the stack file declares.",
        why="A write would go to the wrong account, where a parameter of the same name may exist. Nothing was written.",
        repair=(
            "academyctl doctor  # who you are, and where these credentials come from",
            "aws sts get-caller-identity --profile NAME",
            "Choose the right AWS_PROFILE, or the right --stack. Keys in AWS_ACCESS_KEY_ID win over AWS_PROFILE.",
        ),
        source="AWS STS API Reference, GetCallerIdentity (it needs no permission)",
    ),
    "iam.role-absent": Article(
        what="A role that the stack names does not exist.",
        why="Without the job or execution role no container starts; without the instance role no instance joins the "
        "cluster; a deleted service role makes an environment that cannot even be deleted.",
        repair=SETUP,
        source="AWS Batch User Guide, INVALID compute environment (invalid_compute_environment)",
    ),
    "iam.trust": Article(
        what="The role exists, but its trust policy does not let its service assume it.",
        why="ecs-tasks.amazonaws.com assumes the job and the execution role, ec2.amazonaws.com the instance role, "
        'lambda.amazonaws.com the Lambda\'s. Otherwise jobs fail with "unable to assume the role".',
        repair=("aws iam get-role --role-name NAME --query Role.AssumeRolePolicyDocument", *SETUP),
        source="AWS Batch User Guide, AWS Batch IAM policies, roles, and permissions",
    ),
    "iam.policy": Article(
        what="The role lacks a policy or a right that its job needs.",
        why="The failure comes late and elsewhere: an image that cannot be pulled, a log that stays empty, a worker "
        "that may not read its parameter.",
        repair=("aws iam list-attached-role-policies --role-name NAME", *SETUP),
        source="AWS managed policies AmazonECSTaskExecutionRolePolicy and AmazonEC2ContainerServiceforEC2Role",
    ),
    "iam.instance-profile": Article(
        what="The instance profile does not exist, is empty, or holds another role.",
        why="EC2 takes a profile, not a role. Instances start without rights, never join the cluster, and Batch ends "
        "them: jobs stay RUNNABLE. A profile holds one role, so a wrong one has to be taken out first.",
        repair=(
            "aws iam get-instance-profile --instance-profile-name academy-batch-ecs-instance-role",
            "aws iam remove-role-from-instance-profile --instance-profile-name NAME --role-name WRONG_ROLE",
            *SETUP,
        ),
        source="AWS Batch User Guide, Amazon ECS instance role",
    ),
    "ecr.image-absent": Article(
        what="The image that the stack names is not in its repository: no such repository, tag or digest.",
        why="Every job fails with CannotPullContainerError. A lifecycle policy that keeps the last N images deletes "
        "a tag's image without a word.",
        repair=(
            "aws ecr describe-images --repository-name academy-video-worker --query 'imageDetails[].imageTags'",
            "docker buildx build --platform linux/arm64 -f worker/Dockerfile -t IMAGE --push .",
            "Or correct job_definition.image in stacks/STACK.yaml, then: academyctl batch jobdef-register",
        ),
        source="Amazon ECR API Reference, DescribeImages",
    ),
    "ecr.architecture": Article(
        what="The image has no linux/arm64 variant.",
        why="The encoders are Graviton: the container ends at once with exec format error. An image that was built "
        "on a laptop with an Intel processor is the usual cause.",
        repair=(
            "docker buildx imagetools inspect IMAGE  # which platforms it has",
            "docker buildx build --platform linux/arm64 -f worker/Dockerfile -t IMAGE --push .",
        ),
        source="OCI image index and image config (platform); AWS Batch User Guide, Compute environment",
    ),
    "logs.absent": Article(
        what="The log group that the job definition writes to does not exist.",
        why="The awslogs driver does not create it, so the container does not start: ResourceInitializationError.",
        repair=SETUP,
        source="AWS Batch User Guide, Using the awslogs log driver",
    ),
    "logs.retention": Article(
        what="The log group has no retention: it keeps everything.",
        why="Storage is charged each month and only grows. It is left as it is: deleting logs is your decision.",
        repair=(
            "aws logs put-retention-policy --log-group-name /aws/batch/academy-video-worker --retention-in-days 90",
        ),
        source="Amazon CloudWatch Logs User Guide, Working with log groups and log streams",
    ),
    "network.ambiguous": Article(
        what="The subnets or the security group for the encoders cannot be told: none fits, or several do.",
        why="Instances in a subnet without a way to ECS, ECR and SSM start, cost money and never take a job. A guess "
        "would look fine for ten minutes.",
        repair=(
            "academyctl batch setup --subnet subnet-0a --subnet subnet-0b --security-group sg-0c --dry-run",
            "Write them into `network` of stacks/STACK.yaml, so that nobody has to name them again.",
            "A subnet needs a default route: a NAT gateway, or an internet gateway and public addresses.",
        ),
        source="AWS Batch User Guide, Virtual private clouds for AWS Batch",
    ),
}
