// example-hello behind a function URL and an HTTP API. It is deployed as `cargo lambda build` leaves it
// in `target/lambda`.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { App, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { HttpApi, PayloadFormatVersion } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Architecture, Code, Function, FunctionUrlAuthType, InvokeMode, Runtime } from "aws-cdk-lib/aws-lambda";

const folder = resolve(process.env.CARGO_TARGET_DIR ?? "../../target", "lambda", "example-hello");

// The function's architecture is the program's. It is at byte 18 of an ELF file, as two bytes.
function architectureOf(program: string): Architecture {
  const machine = readFileSync(program).readUInt16LE(18);
  switch (machine) {
    case 0x3e:
      return Architecture.X86_64;
    case 0xb7:
      return Architecture.ARM_64;
    default:
      throw new Error(`Lambda does not run ${program}: it is for machine ${machine}`);
  }
}

const stack = new Stack(new App(), "LiftgateHello");

const hello = new Function(stack, "Hello", {
  // Beside it there may be an archive of it.
  code: Code.fromAsset(folder, { exclude: ["*", "!bootstrap"] }),
  handler: "bootstrap",
  runtime: Runtime.PROVIDED_AL2023,
  architecture: architectureOf(join(folder, "bootstrap")),
  memorySize: 256,
  timeout: Duration.seconds(10),
});

// Open to all. A program with `Options::streaming(true)` has to have InvokeMode.RESPONSE_STREAM.
const url = hello.addFunctionUrl({
  authType: FunctionUrlAuthType.NONE,
  invokeMode: InvokeMode.BUFFERED,
});

const api = new HttpApi(stack, "Api", {
  defaultIntegration: new HttpLambdaIntegration("Any", hello, {
    payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
  }),
});

new CfnOutput(stack, "FunctionUrl", { value: url.url });
new CfnOutput(stack, "ApiUrl", { value: api.apiEndpoint });
