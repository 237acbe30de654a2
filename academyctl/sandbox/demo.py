"""The guided tour, as data: what each step shows, what is done before it, its command and how it must end."""

from academyctl.model.exit import ExitCode
from academyctl.sandbox.demo_env import WORKERS, filled, write_env
from academyctl.sandbox.demo_fleet import STEPS as FLEET
from academyctl.sandbox.demo_scene import Scene, Step


def one_env_into_both(scene: Scene) -> None:
    """What upload_env_to_ssm.ps1 did."""
    text = filled(WORKERS)
    for name in scene.parameters:
        scene.ssm.put_parameter(Name=name, Value=text, Type="SecureString", Overwrite=True)


def start_clean(scene: Scene) -> None:
    scene.ssm.delete_parameters(Names=list(scene.parameters))
    write_env(scene.folder, scene.legacy)


def lose_r2_keys(scene: Scene) -> None:
    lines = scene.legacy.splitlines(keepends=True)
    write_env(scene.folder, (line for line in lines if not line.startswith("CLOUDFLARE_R2_")))


ENV = (
    Step(
        title="The incident",
        says="The old script wrote one .env into both parameters. This time it was the worker's, so the API lost its "
        "R2 keys and answered every upload with 503. Nobody was told. Now one command tells, before a user does:",
        aside="as the old script did: PutParameter of the worker's .env to both parameters",
        before=one_env_into_both,
        command="env validate --ssm --role api",
        expected=ExitCode.FINDINGS,
    ),
    Step(
        title="Which key belongs where",
        says="Both parameters are deleted, for a clean start. The operators' .env mixes everything: quotes, an export, "
        "and names the code never reads (CLOUDFLARE_R2_*, VIDEO_BUCKET_NAME, REDIS_URL). Each key finds its role, and "
        "old names are mapped:",
        aside="DeleteParameters; a legacy .env (0600) in a temporary folder",
        before=start_clean,
        command="env split --file .env",
    ),
    Step(
        title="The plan",
        says="A push shows what it would do, key by key, before it does anything:",
        command="ssm push --role all --file .env --dry-run",
    ),
    Step(
        title="The push",
        says="Each parameter gets its own keys only, all or nothing, and is read back:",
        command="ssm push --role all --file .env --yes -q",
    ),
    Step(
        title="Once more",
        says="The same keys and values make no new version:",
        command="ssm push --role all --file .env --yes -q",
    ),
    Step(
        title="A file that lost keys",
        says="Someone pushes a .env without the R2 keys, as in the incident. It is refused before anything is written:",
        aside="the CLOUDFLARE_R2_* lines are cut from .env",
        before=lose_r2_keys,
        command="ssm push --role api --file .env --yes -q",
        expected=ExitCode.FINDINGS,
    ),
    Step(
        title="A wrong value",
        says="No check can know that a sound host name is the wrong one. A value comes from stdin or a hidden prompt, "
        "never from the command line:",
        stdin="old-redis.internal",
        command="ssm set --role api REDIS_HOST --yes -q",
    ),
    Step(
        title="Who changed what",
        says="Each version names who wrote it and which keys it changed:",
        command="ssm history --role api",
    ),
    Step(
        title="The way back",
        says="The former content is checked against today's schema and put as a new version; no history is lost:",
        command="ssm rollback --role api --yes -q",
    ),
    Step(
        title="All is well: what the processes will read",
        says="The command of step 1, for both roles:",
        command="env validate --ssm",
    ),
    Step(
        title="All is well: what is stored",
        says="And the parameters themselves: SecureString, with room, readable by their consumers:",
        command="ssm verify --role all",
    ),
)

STEPS = (*ENV, *FLEET)
