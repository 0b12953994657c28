"""Looks at how deploy/ deploys apps in other languages, which run behind liftgate-process: in an image, whose
Dockerfile is read and not built, and in a zip package with a layer, which is built and run.
"""

import json
import os
import platform
import re

from checks import Response, load, same, to
from container_apps import SOURCES
from container_lifted import app_port
from deploy_common import DEPLOY, ROOT, architecture, glibc, integrations, of_type, run
from rie import Emulator

DOCKERFILE = DEPLOY / "process" / "Dockerfile"
# Where liftgate-process takes an app to listen that is not said to listen elsewhere.
PORT = "8080"


def checks(checks, image, layer):
    for path in (DEPLOY / "Dockerfile", DOCKERFILE):
        with checks.one(f"{path.relative_to(ROOT)}: what it copies is there"):
            copied(path)
    with checks.one("deploy/process/Dockerfile: the app listens where it is asked, in each way to start it"):
        found = stages(DOCKERFILE)
        same(json.loads(found["supervised"]["ENTRYPOINT"][0]), ["liftgate-process", "--"])
        assert "ENTRYPOINT" not in found["extension"] and "CMD" not in found["extension"], "it is not the app's image"
        for name in ("app", "supervised"):
            command = json.loads(found[name]["CMD"][0])
            same((command[0], command[command.index("--port") + 1]), ("uvicorn", PORT))
    with checks.one("sam/image: is of a stage of the Dockerfile, from the root of the project"):
        [function] = image.functions().values()
        metadata = function["Metadata"]
        context = (image.path.parent / metadata["DockerContext"]).resolve()
        same((context, context / metadata["Dockerfile"]), (ROOT, DOCKERFILE))
        assert metadata["DockerBuildTarget"] in stages(DOCKERFILE), metadata
        same(image.one("AWS::Lambda::Function")["PackageType"], "Image")
    with checks.one("sam/image: a function URL that streams as the program does, and an HTTP API"):
        variables = image.one("AWS::Lambda::Function")["Environment"]["Variables"]
        same(variables, {"AWS_LWA_INVOKE_MODE": image.one("AWS::Lambda::Url")["InvokeMode"].lower()})
        same(variables, {"AWS_LWA_INVOKE_MODE": "response_stream"})
        api = image.one("AWS::ApiGatewayV2::Api")
        same(list(api["Body"]["paths"]), ["$default"])
        [method] = api["Body"]["paths"]["$default"].values()
        same(method["x-amazon-apigateway-integration"]["payloadFormatVersion"], "2.0")
        public = [each["Action"] for each in image.all("AWS::Lambda::Permission") if each["Principal"] == "*"]
        same(sorted(public), ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"])
    with checks.one("sam/layer: the runtime is started by what the layer has, and that starts the package's script"):
        [function] = layer.functions().values()
        made = layer.one("AWS::Lambda::Function")
        assert re.fullmatch(r"nodejs\d+\.x", made["Runtime"]), made["Runtime"]
        same(made["Layers"], [{"Ref": name} for name in of_type(layer.made, "AWS::Lambda::LayerVersion")])
        same(made["Environment"]["Variables"], {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bootstrap", "PORT": PORT})
        assert os.access(layer.folder(function) / made["Handler"], os.X_OK), "the handler may not be run"
    with checks.one("sam/layer: every path, and bodies are binary and whole"):
        api = layer.one("AWS::ApiGateway::RestApi")
        same(sorted(api["Body"]["paths"]), ["/", "/{proxy+}"])
        same(api["BinaryMediaTypes"], ["*/*"])
        same(api["Body"]["x-amazon-apigateway-binary-media-types"], ["*/*"])
        same({integration.get("responseTransferMode") for integration in integrations(api)}, {None})


def stages(path):
    """The instructions of each stage by their names, in order; a stage without a name has its number."""
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", path.read_text()))
    found = {}
    for line in text.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        if instruction == "FROM":
            name = rest.partition(" AS ")[2] or str(len(found))
            found[name] = {}
        if instruction:
            found[name].setdefault(instruction, []).append(rest.strip())
    return found


def copied(path):
    ignored = (ROOT / ".dockerignore").read_text().split()
    earlier = []
    for name, instructions in stages(path).items():
        for copy in instructions.get("COPY", []):
            *sources, _ = [word for word in copy.split() if not word.startswith("--")]
            stage = re.search(r"--from=(\S+)", copy)
            if stage:
                assert stage[1] in earlier, f"{copy}: there is no such stage before it"
                continue
            for source in sources:
                assert (ROOT / source).exists(), f"{source} is not there"
                assert source not in ignored, f"{source} is not sent to the engine"
        earlier.append(name)


def built(checks, layer, build, emulator):
    """What `sam build` has made."""
    [(name, function)] = layer.functions().items()
    [layer_name] = of_type(layer.written, "AWS::Serverless::LayerVersion")
    opt, task = build / layer_name, build / name
    bootstrap = opt / "bootstrap"
    with checks.one("sam build, layer: has the program alone, as the wrapper that the function names"):
        same([each.name for each in opt.iterdir()], ["bootstrap"])
        assert os.access(bootstrap, os.X_OK), "it may not be run"
    with checks.one("sam build, layer: the program is for this machine, needs no glibc, and compresses"):
        program = bootstrap.read_bytes()
        same(architecture(program), platform.machine().replace("aarch64", "arm64"))
        same(glibc(program), (0, 0))
        run("env", "AWS_LWA_ENABLE_COMPRESSION=true", bootstrap, "--check")
    with checks.one("sam build, layer: the package has the app, what it needs, and a script that may be run"):
        assert os.access(task / function["Properties"]["Handler"], os.X_OK), "the script may not be run"
        assert (task / "node_modules/express/package.json").exists(), "Express is not there"
    with Wrapped(checks, emulator, function, bootstrap, task) as rie:
        for path, kind, body in [
            ("/", "text/html; charset=utf-8", "<!doctype html>\n<title>Größe</title>\n<p>hello\n".encode()),
            ("/robots.txt", "text/plain; charset=utf-8", (task / "public/robots.txt").read_bytes()),
        ]:
            with checks.one(f"sam build, layer: {path} is answered on the emulator"):
                response = Response("rest_api", rie.invoke(to(load("get_rest_api"), path)))
                same((response.status, response.values("content-type"), response.body), (200, [kind.encode()], body))


class Wrapped(Emulator):
    """The emulator, with what was built for a managed runtime: the layer's program is its wrapper."""

    def __init__(self, checks, emulator, function, bootstrap, task):
        super().__init__(checks, emulator, str(SOURCES / "runtime.sh"))
        self.environment |= function["Properties"]["Environment"]["Variables"] | {
            # It is not in /opt here.
            "AWS_LAMBDA_EXEC_WRAPPER": str(bootstrap),
            "LAMBDA_TASK_ROOT": str(task),
            "_HANDLER": function["Properties"]["Handler"],
        }

    def command(self):
        self.environment["PORT"] = str(app_port())
        return super().command()
