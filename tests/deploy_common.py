"""What the checks of what deploy/ deploys share: a template, and what a program is for."""

import pathlib
import re
import subprocess

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from checks import same

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
ARCHITECTURES = {0x3E: "x86_64", 0xB7: "arm64"}
# Amazon Linux 2023's, https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html
GLIBC = (2, 34)


class Template:
    """A template as it is written, and what SAM makes of it."""

    def __init__(self, path):
        self.path, self.name = path, path.stem
        self.written = yaml_parse(path.read_text())
        ready = yaml_parse(path.read_text())
        # In place of what `sam package` would have uploaded.
        for resource in of_type(ready, "AWS::Serverless::Function").values():
            if resource["Properties"].get("PackageType") == "Image":
                resource["Properties"]["ImageUri"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"
            else:
                resource["Properties"]["CodeUri"] = "s3://bucket/key"
        for resource in of_type(ready, "AWS::Serverless::LayerVersion").values():
            resource["Properties"]["ContentUri"] = "s3://bucket/key"
        self.made = transform(ready, {"AWS::Region": "us-east-1"}, NoPolicies())

    def functions(self):
        """Those that are written, by name."""
        globals_ = self.written["Globals"]["Function"]
        written = of_type(self.written, "AWS::Serverless::Function")
        return {
            name: function | {"Properties": globals_ | function["Properties"]}
            for name, function in written.items()
        }

    def folder(self, function):
        """Where its sources are."""
        return (self.path.parent / function["Properties"]["CodeUri"]).resolve()

    def all(self, kind):
        """The properties of all that is made of a type."""
        return [resource["Properties"] for resource in of_type(self.made, kind).values()]

    def one(self, kind):
        found = self.all(kind)
        same(len(found), 1)
        return found[0]


class NoPolicies:
    """The managed policies that SAM would ask AWS for: no template names one."""

    def load(self):
        return {}


def of_type(template, kind):
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def integrations(api):
    for path in api["Body"]["paths"].values():
        for method in path.values():
            yield method["x-amazon-apigateway-integration"]


def architecture(program):
    assert program[:4] == b"\x7fELF", "it is no program"
    return ARCHITECTURES[int.from_bytes(program[18:20], "little")]


def glibc(program):
    """The newest version of glibc that a program asks for; none, if it is linked statically."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", program)
    return max(((int(major), int(minor)) for major, minor in versions), default=(0, 0))


def run(*command):
    result = subprocess.run(
        [str(each) for each in command], cwd=ROOT, text=True, timeout=120, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert result.returncode == 0, f"{command[0]} says\n{result.stdout}{result.stderr}"
    return result.stdout
