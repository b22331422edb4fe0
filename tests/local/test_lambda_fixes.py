"""The fixes of Lambda change what they claim to change, and the emulator as shipped still needs them."""

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .conftest import FAILING, Emulator, get, http_api, invoke


def error_type(emulator: Emulator) -> str:
    emulator.function("fails", FAILING)
    return str(invoke(emulator, "fails")["errorType"])


def test_a_handlers_exception_keeps_its_name(fixed: Emulator, bare: Emulator) -> None:
    assert error_type(fixed) == "LookupError"
    assert error_type(bare) == "Runtime.HandlerError"


def failing_route(emulator: Emulator) -> tuple[int, str]:
    arn = emulator.function("fails-behind-api", FAILING)
    return get(f"{emulator.url}/_aws/execute-api/{http_api(emulator, arn)}/$default/any")


def test_the_api_answers_500_and_not_the_exceptions_text(fixed: Emulator, bare: Emulator) -> None:
    status, body = failing_route(fixed)
    assert (status, "no such area" in body) == (500, False)
    assert failing_route(bare)[0] == 502


def run_layer_program(emulator: Emulator) -> Any:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        info = zipfile.ZipInfo("tool/hello")
        info.external_attr = 0o755 << 16
        file.writestr(info, "print('hello from the layer')\n")
    layer = emulator.client("lambda").publish_layer_version(LayerName="tool", Content={"ZipFile": packed.getvalue()})
    source = (
        "import subprocess\ndef handler(event, context):\n"
        "    return subprocess.run(['/opt/tool/hello'], capture_output=True, text=True).stdout.strip()\n"
    )
    emulator.function("runs-program", source, Layers=[layer["LayerVersionArn"]])
    return invoke(emulator, "runs-program")


def test_programs_of_layers_are_found(fixed: Emulator, bare: Emulator) -> None:
    assert run_layer_program(fixed) == "hello from the layer"
    assert run_layer_program(bare)["errorType"] == "Runtime.HandlerError"


def processes_of_a_burst(emulator: Emulator) -> int:
    source = "import os, time\ndef handler(event, context):\n    time.sleep(0.7)\n    return os.getpid()\n"
    emulator.function("slow", source)
    with ThreadPoolExecutor(18) as pool:
        return len(set(pool.map(lambda _: invoke(emulator, "slow"), range(18))))


def test_a_burst_waits_for_workers(fixed: Emulator, bare: Emulator) -> None:
    assert processes_of_a_burst(fixed) <= 3
    assert processes_of_a_burst(bare) > 3


def test_a_function_that_waits_for_itself_gets_workers_over_the_limit(fixed: Emulator) -> None:
    source = (
        "import boto3, json, os\n"
        "functions = boto3.client('lambda', endpoint_url=os.environ['ENDPOINT'], region_name='us-east-1')\n"
        "def handler(event, context):\n"
        "    if event['depth'] == 0:\n"
        "        return 'bottom'\n"
        "    deeper = json.dumps({'depth': event['depth'] - 1})\n"
        "    return json.load(functions.invoke(FunctionName='deep', Payload=deeper)['Payload'])\n"
    )
    fixed.function("deep", source, Environment={"Variables": {"ENDPOINT": fixed.url}})
    answer = fixed.client("lambda").invoke(FunctionName="deep", Payload=b'{"depth": 4}')
    assert json.load(answer["Payload"]) == "bottom"


def throttled_task(emulator: Emulator) -> str:
    """Return the class of error with which a task fails that asks a disabled function."""
    arn = emulator.function("disabled", "def handler(event, context):\n    return 1\n")
    emulator.client("lambda").put_function_concurrency(FunctionName="disabled", ReservedConcurrentExecutions=0)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": arn},
        "End": True,
    }
    machines = emulator.client("stepfunctions")
    machine = machines.create_state_machine(
        name="asks-disabled",
        definition=json.dumps({"StartAt": "Ask", "States": {"Ask": task}}),
        roleArn="arn:aws:iam::000000000000:role/any",
    )["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    end = time.monotonic() + 20
    while (found := machines.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < end
        time.sleep(0.1)
    return str(found["error"])


def test_a_throttled_task_fails_by_its_name(fixed: Emulator, bare: Emulator) -> None:
    assert throttled_task(fixed) == "Lambda.TooManyRequestsException"
    assert throttled_task(bare) == "Lambda.Unknown"


def code_folder(emulator: Emulator, name: str) -> str:
    emulator.function(
        name, "import os\ndef handler(event, context):\n    return os.path.realpath(os.path.dirname(__file__))\n"
    )
    return str(invoke(emulator, name))


def test_a_package_is_unpacked_once(fixed: Emulator, bare: Emulator) -> None:
    assert code_folder(fixed, "place-a") == code_folder(fixed, "place-b")
    assert code_folder(bare, "place-a") != code_folder(bare, "place-b")
