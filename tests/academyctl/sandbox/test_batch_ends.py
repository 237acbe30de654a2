"""How compute environments end, over HTTP: what AWS deletes, and what it refuses to."""

from tests.support.strict import Strict, refused

NAME = "encoder-v1"


def test_only_a_disabled_detached_environment_is_deleted(strict: Strict) -> None:
    """API reference, DeleteComputeEnvironment; terraform-provider-aws#46925: the relationship outlasts the update."""
    batch, pace = strict.batch, strict.control.pace
    strict.valid(NAME, "encoder-v2")
    strict.queue(NAME, "encoder-v2")
    assert "must be DISABLED" in refused(batch.delete_compute_environment, computeEnvironment=NAME)[2]
    batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    strict.control.advance(pace.updating)
    relationship = "Cannot delete, found existing JobQueue relationship"
    assert refused(batch.delete_compute_environment, computeEnvironment=NAME)[2] == relationship
    order = [{"order": 1, "computeEnvironment": "encoder-v2"}]
    batch.update_job_queue(jobQueue=strict.job_queue()["jobQueueName"], computeEnvironmentOrder=order)
    strict.control.advance(pace.updating)
    assert strict.job_queue()["status"] == "VALID"
    assert refused(batch.delete_compute_environment, computeEnvironment=NAME)[2] == relationship
    strict.control.advance(pace.lingering)
    batch.delete_compute_environment(computeEnvironment=NAME)
    assert strict.environment(NAME)["status"] == "DELETING"
    strict.control.advance(pace.deleting)
    assert strict.environment(NAME) == {}


def test_an_environment_whose_role_is_gone_does_not_delete(strict: Strict) -> None:
    """terraform-provider-aws#8549: the deletion uses the role; made again, the deletion succeeds."""
    iam, batch, pace = strict.client("iam"), strict.batch, strict.control.pace
    iam.create_role(RoleName="own", AssumeRolePolicyDocument="{}")
    strict.valid(NAME, serviceRole="own")
    batch.update_compute_environment(computeEnvironment=NAME, state="DISABLED")
    strict.control.advance(pace.updating)
    iam.delete_role(RoleName="own")
    batch.delete_compute_environment(computeEnvironment=NAME)
    strict.control.advance(pace.deleting)
    assert strict.environment(NAME)["status"] == "INVALID"
    iam.create_role(RoleName="own", AssumeRolePolicyDocument="{}")
    batch.delete_compute_environment(computeEnvironment=NAME)
    strict.control.advance(pace.deleting)
    assert strict.environment(NAME) == {}
