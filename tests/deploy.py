"""Looks at what deploy/ deploys, and at the programs and packages that tests/deploy.sh has made: one
line for each check.

Usage: deploy.py TARGET EMULATOR QEMU, as tests/deploy.sh does, which has cfn-lint, hadolint and sam in
its path. QEMU is the program that runs those for ARM, or nothing.
"""

import functools
import hashlib
import json
import logging
import pathlib
import platform
import re
import sys
import zipfile

import deploy_process
from checks import Checks, Response, end_after, load, same, to
from deploy_common import ARCHITECTURES, DEPLOY, GLIBC, ROOT, Template, architecture, glibc, integrations, of_type, run
from rie import Emulator

# Examples without a template, and why.
WITHOUT = {}


def main():
    target, emulator = pathlib.Path(sys.argv[1]), sys.argv[2]
    end_after(300)
    # SAM's translator speaks of itself.
    logging.disable(logging.WARNING)
    checks = Checks()
    templates = {path.stem: Template(path) for path in sorted((DEPLOY / "sam").glob("*.yaml"))}
    lints(checks, templates)
    for template in templates.values():
        architectures(checks, template)
    # Those of apps in other languages.
    others = {name: templates.pop(name) for name in ("image", "layer")}
    for template in templates.values():
        functions(checks, template)
    every_example(checks, templates)
    gateways(checks, templates)
    packages(checks, target)
    programs(checks, target, emulator, sys.argv[3])
    deploy_process.checks(checks, others["image"], others["layer"])
    if (target / "deploy-test/layer").exists():
        deploy_process.built(checks, others["layer"], target / "deploy-test/layer/build", emulator)
    return checks.end()


def lints(checks, templates):
    for template in templates.values():
        with checks.one(f"sam/{template.name}: SAM and cfn-lint find no fault in it"):
            run("sam", "validate", "--lint", "--template", template.path)
    with checks.one("hadolint finds no fault in the Dockerfiles"):
        run("hadolint", DEPLOY / "Dockerfile", deploy_process.DOCKERFILE)


def architectures(checks, template):
    parameter = template.written["Parameters"]["Architecture"]
    with checks.one(f"sam/{template.name}: the architecture is a parameter"):
        same(sorted(parameter["AllowedValues"]), sorted(ARCHITECTURES.values()))
        for made in template.all("AWS::Lambda::Function"):
            same(made["Architectures"], [{"Ref": "Architecture"}])


def functions(checks, template):
    for name, function in template.functions().items():
        with checks.one(f"sam/{template.name}, {name}: is the program of an example"):
            properties = function["Properties"]
            same(properties["Runtime"], "provided.al2023")
            same(properties["Handler"], "bootstrap")
            same(function["Metadata"]["BuildMethod"], "rust-cargolambda")
            # `sam build` takes the program of the folder's manifest, which has to have just one.
            [program] = binaries().get(template.folder(function), [])
            # Only where it is named does cargo-lambda read the package's metadata.
            named = function["Metadata"].get("BuildProperties", {}).get("Binary")
            manifest = (template.folder(function) / "Cargo.toml").read_text()
            same(named, program if "[package.metadata.lambda" in manifest else None)
    streams = {name: streamed(template, function) for name, function in template.functions().items()}
    with checks.one(f"sam/{template.name}: the programs stream that the gateway lets stream"):
        same({name: name in streaming(template) for name in streams}, streams)


def streamed(template, function):
    """Whether the program streams: it says so itself, or is told to."""
    variables = function["Properties"].get("Environment", {}).get("Variables", {})
    main = (template.folder(function) / "src/main.rs").read_text()
    return ".streaming(true)" in main or variables.get("LIFTGATE_STREAMING") == "1"


def streaming(template):
    """The functions that the gateway takes streams from."""
    urls = [url for url in template.all("AWS::Lambda::Url") if url["InvokeMode"] == "RESPONSE_STREAM"]
    found = {url["TargetFunctionArn"]["Ref"] for url in urls}
    for api in template.all("AWS::ApiGateway::RestApi"):
        for integration in integrations(api):
            if integration.get("responseTransferMode") == "STREAM":
                found |= set(re.findall(r"\$\{(\w+)\.Arn\}", integration["uri"]["Fn::Sub"]))
    return found


def every_example(checks, templates):
    deployed = {
        template.folder(function)
        for template in templates.values() for function in template.functions().values()
    }
    examples = {path for path, names in binaries().items() if names and path.parent == ROOT / "examples"}
    with checks.one("every example is in a template, or said not to be"):
        same({path.name for path in examples - deployed}, set(WITHOUT))


def gateways(checks, templates):
    for name, security in (("http-api", None), ("queue", None), ("database", None), ("jwt", [{"Users": []}])):
        with checks.one(f"{name}: events are of payload format 2.0, of every path"):
            api = templates[name].one("AWS::ApiGatewayV2::Api")
            same(list(api["Body"]["paths"]), ["$default"])
            [method] = api["Body"]["paths"]["$default"].values()
            same(method["x-amazon-apigateway-integration"]["payloadFormatVersion"], "2.0")
            same(method.get("security"), security)
    with checks.one("jwt: tokens are verified by the issuer and the audience that are given"):
        scheme = templates["jwt"].one("AWS::ApiGatewayV2::Api")["Body"]["components"]["securitySchemes"]["Users"]
        authorizer = scheme["x-amazon-apigateway-authorizer"]
        same(authorizer["type"], "jwt")
        same(authorizer["jwtConfiguration"], {"issuer": {"Ref": "Issuer"}, "audience": {"Ref": "Audience"}})
    with checks.one("rest-api: every path is streamed, and bodies are binary"):
        api = templates["rest-api"].one("AWS::ApiGateway::RestApi")
        same(sorted(api["Body"]["paths"]), ["/", "/{proxy+}"])
        for integration in integrations(api):
            same(integration["type"], "aws_proxy")
            same(integration["responseTransferMode"], "STREAM")
            uri = integration["uri"]["Fn::Sub"]
            streamed = r":lambda:path/2021-11-15/functions/.*/response-streaming-invocations$"
            assert re.search(streamed, uri), uri
        same(api["BinaryMediaTypes"], ["*/*"])
        same(api["Body"]["x-amazon-apigateway-binary-media-types"], ["*/*"])
    for name, modes in (("function-url", {"BUFFERED", "RESPONSE_STREAM"}), ("frameworks", {"RESPONSE_STREAM"})):
        with checks.one(f"{name}: every function has a URL, and both permissions for it"):
            count = len(templates[name].functions())
            urls = templates[name].all("AWS::Lambda::Url")
            same((len(urls), {url["InvokeMode"] for url in urls}), (count, modes))
            actions = [each["Action"] for each in templates[name].all("AWS::Lambda::Permission")]
            same(sorted(actions), ["lambda:InvokeFunction"] * count + ["lambda:InvokeFunctionUrl"] * count)
    with checks.one("queue: messages that fail come again, and in the end to a queue of their own"):
        queue(templates["queue"])
    with checks.one("database: the address is a secret, and in a VPC the function is only if it has subnets"):
        parameter = templates["database"].written["Parameters"]["DatabaseUrl"]
        same((parameter["NoEcho"], "Default" in parameter), (True, False))
        made = templates["database"].one("AWS::Lambda::Function")
        same(made["Environment"]["Variables"], {"DATABASE_URL": {"Ref": "DatabaseUrl"}})
        same(made["VpcConfig"]["Fn::If"][0::2], ["InVpc", {"Ref": "AWS::NoValue"}])
    with checks.one("alb: headers have all of their values, and the load balancer may invoke"):
        targets = templates["alb"].one("AWS::ElasticLoadBalancingV2::TargetGroup")
        same(targets["TargetType"], "lambda")
        same(targets["TargetGroupAttributes"], [{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}])
        permission = templates["alb"].one("AWS::Lambda::Permission")
        same(permission["Principal"], "elasticloadbalancing.amazonaws.com")
    with checks.one("websocket: the routes are those of the app"):
        routes = {each["RouteKey"] for each in templates["websocket"].all("AWS::ApiGatewayV2::Route")}
        app = (ROOT / "examples/chat/src/main.rs").read_text()
        same(routes, set(re.findall(r'\.route\("/([^"]+)"', app)))


def queue(template):
    source = template.one("AWS::Lambda::EventSourceMapping")
    same(source["FunctionResponseTypes"], ["ReportBatchItemFailures"])
    same(source["EventSourceArn"], {"Fn::GetAtt": ["Orders", "Arn"]})
    queues = of_type(template.made, "AWS::SQS::Queue")
    orders = queues["Orders"]["Properties"]
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    timeout = template.one("AWS::Lambda::Function")["Timeout"]
    assert orders["VisibilityTimeout"] >= 6 * timeout, "a batch may be delivered while it is worked on"
    redrive = orders["RedrivePolicy"]
    assert redrive["maxReceiveCount"] >= 5, "a throttled message may end among those that failed"
    same(redrive["deadLetterTargetArn"], {"Fn::GetAtt": ["FailedOrders", "Arn"]})
    same(set(queues), {"Orders", "FailedOrders"})


def packages(checks, target):
    work, lambda_dir = target / "deploy-test", target / "lambda" / "example-hello"
    zipped = zipfile.ZipFile(lambda_dir / "bootstrap.zip")
    with checks.one("cargo lambda: the archive has the program alone, and it may be run"):
        same(zipped.namelist(), ["bootstrap"])
        assert zipped.getinfo("bootstrap").external_attr >> 16 & 0o111, "the program may not be run"
    built = zipped.read("bootstrap")
    with checks.one("sam build: the package has the same program, for the architecture asked for"):
        same(digest((work / "sam/build/HelloFunction/bootstrap").read_bytes()), digest(built))
    if (work / "cdk.out").exists():
        cdk(checks, work / "cdk.out", built)
        serverless(checks, work / "serverless", built)


def cdk(checks, out, built):
    path = out / "LiftgateHello.template.json"
    with checks.one("cdk: cfn-lint finds no fault in what it makes"):
        # CDK names dependencies that CloudFormation would find.
        run("cfn-lint", "--ignore-checks", "W3005", "--template", path)
    template = json.loads(path.read_text())
    [function] = of_type(template, "AWS::Lambda::Function").values()
    with checks.one("cdk: the asset is the program, for its architecture"):
        same(function["Properties"]["Runtime"], "provided.al2023")
        same(function["Properties"]["Architectures"], [architecture(built)])
        asset = out / function["Metadata"]["aws:asset:path"]
        same([each.name for each in asset.iterdir()], ["bootstrap"])
        same(digest((asset / "bootstrap").read_bytes()), digest(built))
    entrances(checks, "cdk", template)


def serverless(checks, out, built):
    path = out / "cloudformation-template-update-stack.json"
    with checks.one("osls: cfn-lint finds no fault in what it makes"):
        run("cfn-lint", "--ignore-checks", "W3005", "--template", path)
    template = json.loads(path.read_text())
    [function] = of_type(template, "AWS::Lambda::Function").values()
    with checks.one("osls: the artefact is the program's archive, for its architecture"):
        same(function["Properties"]["Runtime"], "provided.al2023")
        same(function["Properties"]["Handler"], "bootstrap")
        same(function["Properties"]["Architectures"], [architecture(built)])
        state = json.loads((out / "serverless-state.json").read_text())
        artifact = state["service"]["functions"]["hello"]["package"]["artifact"]
        same(digest(zipfile.ZipFile(DEPLOY / "serverless" / artifact).read("bootstrap")), digest(built))
    entrances(checks, "osls", template)


def entrances(checks, name, template):
    with checks.one(f"{name}: an HTTP API of payload format 2.0, and a function URL with both permissions"):
        [integration] = of_type(template, "AWS::ApiGatewayV2::Integration").values()
        same(integration["Properties"]["PayloadFormatVersion"], "2.0")
        [route] = of_type(template, "AWS::ApiGatewayV2::Route").values()
        same(route["Properties"]["RouteKey"], "$default")
        same(len(of_type(template, "AWS::Lambda::Url")), 1)
        permissions = of_type(template, "AWS::Lambda::Permission").values()
        public = [each["Properties"] for each in permissions if each["Properties"]["Principal"] == "*"]
        same(sorted(each["Action"] for each in public), ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"])


def programs(checks, target, emulator, qemu):
    here = platform.machine()
    built = {
        "sam build": (target / "deploy-test/sam/build/HelloFunction/bootstrap", here),
        f"{here}-unknown-linux-gnu": (target / f"{here}-unknown-linux-gnu/release/example-hello", here),
    }
    for machine in ("x86_64", "aarch64"):
        musl = f"{machine}-unknown-linux-musl"
        path = target / musl / "debug/example-hello"
        if path.exists():
            built[musl] = (path, machine)
    for name, (path, machine) in built.items():
        program = path.read_bytes()
        wanted = machine.replace("aarch64", "arm64")
        with checks.one(f"{name}: is for {wanted}, and leaves the local gateway out"):
            same(architecture(program), wanted)
            assert b"LIFTGATE_GATEWAY" not in program, "it has the local gateway"
        # Cargo by itself links the glibc of this machine.
        if not name.endswith("linux-gnu"):
            with checks.one(f"{name}: asks for no newer glibc than Amazon Linux 2023 has"):
                assert glibc(program) <= GLIBC, f"it asks for {glibc(program)}"
        if machine == here or qemu:
            answers(checks, name, emulator, path, "" if machine == here else qemu)


def answers(checks, name, emulator, program, qemu):
    with Packaged(checks, emulator, str(program), qemu) as rie:
        for gateway in ("http_api", "rest_api", "function_url", "alb_multi"):
            with checks.one(f"{name}: says hello to {gateway} on the emulator"):
                response = Response(gateway, rie.invoke(to(load(f"get_{gateway}"), "/")))
                same((response.status, response.body), (200, b"hello world"))


class Packaged(Emulator):
    """The emulator, with a program that may be for another processor."""

    def __init__(self, checks, emulator, program, qemu):
        super().__init__(checks, emulator, program)
        self.qemu = qemu

    def command(self):
        *emulator, program = super().command()
        return [*emulator, self.qemu, program] if self.qemu else [*emulator, program]


@functools.cache
def binaries():
    """The programs of each package of the workspace, by the package's folder."""
    metadata = json.loads(run("cargo", "metadata", "--no-deps", "--locked", "--format-version", "1"))
    return {
        pathlib.Path(package["manifest_path"]).parent:
            [target["name"] for target in package["targets"] if "bin" in target["kind"]]
        for package in metadata["packages"]
    }


def digest(program):
    # A failure prints what is compared.
    return hashlib.sha256(program).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
