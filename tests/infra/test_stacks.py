"""What the templates promise: state is kept and protected, functions are alike, the environment is the model's."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from quietline.kernel.settings.base import PREFIX
from quietline.kernel.settings.functions import FUNCTION_SETTINGS
from syrupy.assertion import SnapshotAssertion

from tests.infra.conftest import Synthesized

STATEFUL = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool")


def functions(made: Synthesized) -> dict[str, dict[str, Any]]:
    found = {}
    for _, resource in made.of_type("AWS::Lambda::Function", "Service"):
        handler = resource["Properties"]["Handler"]
        found[handler.split(".")[1]] = resource["Properties"]
    return found


def test_state_lies_only_in_the_data_stack(production: Synthesized) -> None:
    for kind in STATEFUL:
        everywhere = {name for name, _ in production.of_type(kind)}
        in_data = {name for name, _ in production.of_type(kind, "Data")}

        assert everywhere == in_data
        assert in_data


def test_production_keeps_what_people_entrusted(production: Synthesized) -> None:
    for kind in (*STATEFUL, "AWS::S3::Bucket"):
        for name, resource in production.of_type(kind, "Data"):
            assert resource["DeletionPolicy"] == "Retain", name
            assert resource["UpdateReplacePolicy"] == "Retain", name


def test_throwaway_stages_leave_nothing(local: Synthesized) -> None:
    for kind in STATEFUL:
        assert {resource["DeletionPolicy"] for _, resource in local.of_type(kind)} == {"Delete"}


def test_tables_can_be_recovered_and_are_encrypted(production: Synthesized) -> None:
    tables = dict(production.of_type("AWS::DynamoDB::Table"))

    assert len(tables) == 4
    for table in tables.values():
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert properties["SSESpecification"]["SSEEnabled"] is True
        assert properties["DeletionProtectionEnabled"] is True
        assert properties["TimeToLiveSpecification"]["Enabled"] is True


def test_buckets_are_closed(production: Synthesized) -> None:
    for _, bucket in production.of_type("AWS::S3::Bucket"):
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["BucketEncryption"]
    assert sum("VersioningConfiguration" in b["Properties"] for _, b in production.of_type("AWS::S3::Bucket")) >= 1


def test_the_operators_files_are_private_and_expire(production: Synthesized) -> None:
    [bucket] = [b["Properties"] for name, b in production.of_type("AWS::S3::Bucket", "Data") if "Operations" in name]

    rules = bucket["LifecycleConfiguration"]["Rules"]
    # an export holds the whole registry: it is not kept longer than it is read
    assert [(rule.get("Prefix"), rule["ExpirationInDays"]) for rule in rules] == [(None, 30), ("exports/", 1)]
    assert "VersioningConfiguration" not in bucket  # a version that lingers would outlive the month
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == "operations/"


def test_logical_ids_of_state_do_not_change(production: Synthesized, snapshot: SnapshotAssertion) -> None:
    # a changed id means that CloudFormation replaces the resource: lost data
    kinds = (*STATEFUL, "AWS::S3::Bucket")

    assert sorted(f"{kind} {name}" for kind in kinds for name, _ in production.of_type(kind, "Data")) == snapshot


def test_there_is_one_function_for_each_settings_model(production: Synthesized) -> None:
    assert set(functions(production)) == set(FUNCTION_SETTINGS)


@pytest.mark.parametrize("name", sorted(FUNCTION_SETTINGS))
def test_every_function_is_made_alike(name: str, production: Synthesized) -> None:
    properties = functions(production)[name]

    assert properties["Architectures"] == ["arm64"]
    assert properties["Runtime"] == "python3.13"
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"
    assert "LogGroup" in properties["LoggingConfig"]
    assert properties["DeadLetterConfig"]["TargetArn"]


@pytest.mark.parametrize("name", sorted(FUNCTION_SETTINGS))
def test_the_environment_is_what_the_model_reads(name: str, production: Synthesized) -> None:
    variables = functions(production)[name]["Environment"]["Variables"]
    ours = {key: "1" for key in variables if key.startswith(PREFIX)}

    settings = FUNCTION_SETTINGS[name].from_environment(ours)

    assert set(settings.to_env()) == set(ours)


def test_a_failed_publication_and_a_missing_one_raise_an_alarm_that_somebody_gets(production: Synthesized) -> None:
    found = {name: alarm["Properties"] for name, alarm in production.of_type("AWS::CloudWatch::Alarm", "Operations")}
    machines = {name for name, _ in production.of_type("AWS::StepFunctions::StateMachine")}

    def watching(metric: str) -> list[dict[str, Any]]:
        return [alarm for alarm in found.values() if alarm.get("MetricName") == metric]

    for metric in ("ExecutionsFailed", "ExecutionsTimedOut"):
        assert len(watching(metric)) == len(machines)
        for alarm in watching(metric):
            assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
    (missing,) = watching("ExecutionsSucceeded")
    assert (missing["Period"], missing["Threshold"], missing["ComparisonOperator"]) == (86400, 1, "LessThanThreshold")
    assert missing["TreatMissingData"] == "breaching"
    (late,) = watching("DailyFilesMissing")
    assert (late["Period"], late["Threshold"], late["Statistic"]) == (86400, 1, "Maximum")
    assert late["TreatMissingData"] == "breaching"
    for alarm in found.values():
        assert alarm["AlarmActions"], alarm["AlarmDescription"]


def test_every_function_has_its_own_role_and_alarms(production: Synthesized) -> None:
    made = functions(production)
    roles = {json.dumps(properties["Role"]) for properties in made.values()}
    alarms = [a["Properties"]["AlarmDescription"] for _, a in production.of_type("AWS::CloudWatch::Alarm")]

    assert len(roles) == len(made)
    for name in made:
        assert sum(text.startswith(f"{name}: ") for text in alarms) == 3
    assert all(a["Properties"]["AlarmActions"] for _, a in production.of_type("AWS::CloudWatch::Alarm"))


def test_logs_are_kept_for_a_time(production: Synthesized) -> None:
    groups = [group["Properties"] for _, group in production.of_type("AWS::Logs::LogGroup")]

    assert groups
    assert all(group["RetentionInDays"] == 365 for group in groups)


def test_streams_end_in_a_queue_and_batches_fail_in_part(production: Synthesized) -> None:
    sources = [source["Properties"] for _, source in production.of_type("AWS::Lambda::EventSourceMapping")]
    streams = [source for source in sources if "StartingPosition" in source]

    assert len(streams) == 3
    assert len(sources) == 9
    for source in sources:
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    for source in streams:
        assert source["BisectBatchOnFunctionError"] is True
        assert source["DestinationConfig"]["OnFailure"]["Destination"]
        assert "META" in json.dumps(source["FilterCriteria"])


def test_working_queues_have_dead_letters(production: Synthesized) -> None:
    queues = dict(production.of_type("AWS::SQS::Queue"))

    assert sum("RedrivePolicy" in queue["Properties"] for queue in queues.values()) == 6


def test_call_lists_and_answers_do_not_stay(production: Synthesized) -> None:
    [(name, bucket)] = [found for found in production.of_type("AWS::S3::Bucket") if found[0].startswith("Washes")]
    properties = bucket["Properties"]
    rules = {rule.get("Prefix", ""): rule for rule in properties["LifecycleConfiguration"]["Rules"]}

    assert rules["uploads/"]["ExpirationInDays"] == 2
    assert rules["answers/"]["ExpirationInDays"] == 31
    assert "VersioningConfiguration" not in properties, name
    assert properties["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True


def test_an_upload_reaches_the_queue_of_washes_and_fails_into_its_dead_letters(production: Synthesized) -> None:
    [(_, rule)] = [found for found in production.of_type("AWS::Events::Rule") if found[0].startswith("WashUploads")]
    detail = rule["Properties"]["EventPattern"]["detail"]
    [target] = rule["Properties"]["Targets"]
    wash = functions(production)["wash"]
    queues = {name: queue["Properties"] for name, queue in production.of_type("AWS::SQS::Queue")}

    assert detail["object"] == {"key": [{"prefix": "uploads/"}]}
    assert target["Arn"]["Fn::GetAtt"][0].startswith("WashesQueue")
    assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("WashesDeadLetters")
    [queue] = [queue for name, queue in queues.items() if name.startswith("WashesQueue")]
    assert queue["VisibilityTimeout"] > wash["Timeout"] == 900
    tries = wash["Environment"]["Variables"]["QUIETLINE_MAX_RECEIVES"]
    assert str(queue["RedrivePolicy"]["maxReceiveCount"]) == tries


def test_routes_that_need_an_identity_have_the_authorizer(production: Synthesized) -> None:
    routes = {r["Properties"]["RouteKey"]: r["Properties"] for _, r in production.of_type("AWS::ApiGatewayV2::Route")}
    guarded = {key for key, route in routes.items() if route["AuthorizationType"] == "CUSTOM"}
    prefixes = [
        "organizations",
        "certifications",
        "quotes",
        "orders",
        "entitlements",
        "invoices",
        "ledger",
        "clients",
        "me",
        "members",
        "invitations",
        "agents",
        "agencies",
        "downloads",
        "lookups",
        "washes",
        "stop-requests",
        "accusations",
        "cases",
        "investigators",
        "views",
        "audit",
        "carriers",
        "reported-calls",
        "notices",
        "calendars",
        "webhooks/endpoints",
        "webhooks/deliveries",
    ]

    single = {"ANY /v1/complaints/batch"}  # below a public prefix
    assert guarded == single | {f"ANY /v1/{p}{tail}" for p in prefixes for tail in ("", "/{proxy+}")}
    assert routes["GET /v1/calendars/{feed}"]["AuthorizationType"] == "NONE"
    assert routes["$default"]["AuthorizationType"] == "NONE"
    assert routes["ANY /v1/webhooks/stripe"]["AuthorizationType"] == "NONE"


def test_the_access_log_holds_no_path_query_or_address(production: Synthesized) -> None:
    [(_, stage)] = production.of_type("AWS::ApiGatewayV2::Stage")
    text = stage["Properties"]["AccessLogSettings"]["Format"]

    assert "$context.routeKey" in text
    assert not re.search(r"\$context\.(path|identity|extendedRequestId)", text)


def test_what_the_local_cloud_lacks_changes_only_the_local_template(
    production: Synthesized, local: Synthesized
) -> None:
    def viewer(made: Synthesized) -> str:
        [(_, distribution)] = made.of_type("AWS::CloudFront::Distribution")
        return str(distribution["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]["ViewerProtocolPolicy"])

    assert (viewer(production), viewer(local)) == ("redirect-to-https", "allow-all")
    played = "QUIETLINE_STRIPE_PLAYED"
    both = (production, local)
    assert functions(production)["payment_worker"]["Environment"]["Variables"][played] == "0"
    assert functions(local)["payment_worker"]["Environment"]["Variables"][played] == "1"
    for name in ("seller_api", "webhook_sender"):
        loopback = [functions(made)[name]["Environment"]["Variables"]["QUIETLINE_WEBHOOK_LOOPBACK"] for made in both]
        assert loopback == ["0", "1"]
    assert functions(production)["webhook_sender"]["Environment"]["Variables"]["QUIETLINE_WEBHOOK_RETRY_SECONDS"] == ""


def test_links_in_mails_point_to_the_domain(production: Synthesized) -> None:
    variables = functions(production)["mailer"]["Environment"]["Variables"]

    assert variables["QUIETLINE_SITE_URL"] == "https://registry.example.test"


def test_each_function_zip_holds_only_its_own_folder(production: Synthesized) -> None:
    assets = json.loads((production.folder / "Quietline-production-Service.assets.json").read_text())
    seen = []
    for file in assets["files"].values():
        folder = production.folder / file["source"]["path"]
        if (folder / "functions").is_dir():
            seen.append(sorted(path.name for path in (folder / "functions").iterdir()))

    assert sorted(seen) == sorted(["__init__.py", name] for name in FUNCTION_SETTINGS)


def test_every_alarm_names_a_runbook_and_every_runbook_has_an_alarm(production: Synthesized) -> None:
    folder = Path(__file__).parents[2] / "docs/runbooks"
    texts = [alarm["Properties"]["AlarmDescription"] for _, alarm in production.of_type("AWS::CloudWatch::Alarm")]
    named = {re.search(r"\(docs/runbooks/([a-z-]+\.md)\)", text) for text in texts}

    assert None not in named, "an alarm's description ends in (docs/runbooks/<page>.md)"
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert {found.group(1) for found in named if found} == pages


def test_every_runbook_says_what_an_operator_needs_at_night() -> None:
    for path in (Path(__file__).parents[2] / "docs/runbooks").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for part in ("**Who notices**", "**First three commands**", "**What helps**", "**Whom to tell**"):
            assert path.name == "README.md" or part in text, f"{path.name} lacks {part}"


def test_the_mail_with_a_code_speaks_all_languages_and_its_sender_is_chosen(
    production: Synthesized, local: Synthesized
) -> None:
    [(_, pool)] = production.of_type("AWS::Cognito::UserPool")
    message = pool["Properties"]["VerificationMessageTemplate"]

    assert message["EmailSubject"] == "Your code / Su código"
    assert message["EmailMessage"].count("{####}") == 2
    assert '<div lang="es"><p>Su código es' in message["EmailMessage"]
    assert "EmailConfiguration" not in pool["Properties"], "Cognito's own sender until SES knows the domain"
    [(_, ours)] = local.of_type("AWS::Cognito::UserPool")
    assert ours["Properties"]["EmailConfiguration"]["From"] == "no-reply@quietline.example"
