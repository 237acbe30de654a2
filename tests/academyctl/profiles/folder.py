"""A profile folder to break: small valid files, and what the loader says of them."""

from dataclasses import dataclass
from pathlib import Path

from academyctl.model.role import Role
from academyctl.profiles.load import check_folder, load_contract

ROLE = """\
role: api
parameter: /academy/api/env
consumer: docker-env-file
keys:
  A:
  B: {required: true}
"""

STACK = """\
stack: production
account: "123456789012"
region: ap-northeast-2
ssm: {parameters: {api: /academy/api/env}}
batch:
  job_queue: {name: queue}
  compute_environment:
    name: ce-v1
    max_vcpus: 32
    instance_types: [c7g.xlarge]
    allocation_strategy: BEST_FIT_PROGRESSIVE
    ami: /aws/ami
  job_definition:
    {name: jobdef, image: image, vcpus: 4, memory_mib: 7168, attempts: 1, timeout_seconds: 14400, log_group: /logs}
iam: {job_role: job, execution_role: execution, instance_role: instance}
delete_r2: {queue: queue, function: function}
"""


@dataclass(frozen=True)
class Profiles:
    """Holds roles/api.yaml and stacks/production.yaml, both valid, until a test writes another text."""

    path: Path

    def write(self, name: str, text: str | bytes) -> None:
        """`name` is roles/NAME.yaml or stacks/NAME.yaml."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def faults(self) -> list[tuple[str, int, str, str]]:
        """(file, line, key path, what is wrong) of everything."""
        findings, _ = check_folder(self.path)
        assert {finding.code for finding in findings} <= {"profile.invalid"}
        return [
            (str(Path(at.path).relative_to(self.path)), at.line, finding.subject, finding.message)
            for finding in findings
            if (at := finding.location)
        ]

    def role_faults(self, text: str | bytes) -> list[tuple[int, str, str]]:
        """(line, key path, what is wrong) of roles/api.yaml."""
        self.write("roles/api.yaml", text)
        return [(line, path, message) for file, line, path, message in self.faults() if file == "roles/api.yaml"]

    def stack_faults(self, text: str | bytes) -> list[tuple[int, str, str]]:
        """(line, key path, what is wrong) of stacks/production.yaml."""
        self.write("stacks/production.yaml", text)
        return [(line, path, message) for file, line, path, message in self.faults() if file.startswith("stacks/")]

    def role(self, text: str) -> Role:
        """The role of roles/api.yaml."""
        self.write("roles/api.yaml", text)
        return load_contract(self.path).role("api")
