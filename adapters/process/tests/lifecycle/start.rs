use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{api_of, posts_to};
use crate::support::app::{App, ok};
use crate::support::event;
use crate::support::program::{Program, Socket, app, free_port};
use crate::support::runtime_api::{Answer, RuntimeApi, invocation};

#[tokio::test]
async fn the_app_has_the_function_s_environment() {
    let api = api_of(&["/env"]).await;
    let _program = Program::start(&api, &[], &[("OF_THE_USER", "é")]);
    let posts = api.posts().await;
    let reply = posts_to(&posts, &["r-1/response"])[0].json();
    let env = reply["body"].as_str().unwrap();
    for line in ["OF_THE_USER=é", "AWS_LAMBDA_FUNCTION_NAME=app"] {
        assert!(env.lines().any(|known| known == line), "{env}");
    }
}

#[tokio::test]
async fn a_wrapper_starts_the_handler() {
    let api = api_of(&["/"]).await;
    let app = app();
    let root = app.parent().and_then(Path::to_str).unwrap();
    let program = env!("CARGO_BIN_EXE_liftgate-process");
    let port = free_port();
    let vars = [
        ("AWS_LAMBDA_EXEC_WRAPPER", program),
        ("LAMBDA_TASK_ROOT", root),
        ("_HANDLER", "app"),
        ("PORT", port.as_str()),
    ];
    let _program = Program::run(
        &api,
        &["/var/lang/bin/node", "/var/runtime/index.mjs"],
        &vars,
    );
    let posts = api.posts().await;
    posts_to(&posts, &["r-1/response"]);
}

#[tokio::test]
async fn a_script_needs_not_name_its_shell() {
    let api = api_of(&["/"]).await;
    let (socket, script) = (Socket::new(), Socket::new());
    let text = format!("exec {} \"$@\"\n", app().display());
    std::fs::write(&script.0, text).unwrap();
    std::fs::set_permissions(&script.0, Permissions::from_mode(0o755)).unwrap();
    let vars = [("LIFTGATE_SOCKET", socket.0.to_str().unwrap())];
    let command = ["--", script.0.to_str().unwrap(), "--say", "a b"];
    let program = Program::run(&api, &command, &vars);
    let posts = api.posts().await;
    posts_to(&posts, &["r-1/response"]);
    program.says("a b").await;
    // A program of another architecture is no script.
    std::fs::write(&script.0, b"\x7fELF\x02\x01\x01\0").unwrap();
    let (status, log) = Program::run(&api, &command, &vars).end().await;
    assert!(!status.success());
    assert!(log.contains("Exec format error"), "{log}");
}

#[tokio::test]
async fn somebody_else_may_start_the_app() {
    let scripted = App::answering([ok("hello")]).await;
    let api = api_of(&["/"]).await;
    let port = scripted.port();
    let _program = Program::run(&api, &[], &[("AWS_LWA_PORT", port.as_str())]);
    let posts = api.posts().await;
    assert_eq!(
        posts_to(&posts, &["r-1/response"])[0].json()["body"],
        "hello"
    );
}

#[tokio::test]
async fn a_proxy_of_the_runtime_api_is_none_of_the_extensions_api() {
    let lambda = api_of(&[]).await;
    let proxy = RuntimeApi::start([invocation("r-1", event("/"))]).await;
    let address = format!("http://{}/.rt/", proxy.address);
    let vars = [("AWS_LWA_LAMBDA_RUNTIME_API_PROXY", address.as_str())];
    let _program = Program::start(&lambda, &[], &vars);
    let posts = proxy.posts().await;
    assert_eq!(
        posts[0].path,
        "/.rt/2018-06-01/runtime/invocation/r-1/response"
    );
    let told = lambda.told();
    assert!(
        told.iter()
            .all(|post| post.path == "/2020-01-01/extension/register"),
        "{told:?}"
    );
    assert_eq!(told.len(), 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_the_configuration_is_told_at_once() {
    let api = RuntimeApi::start([] as [Answer; 0]).await;
    let vars = [
        ("AWS_LWA_PORT", "80a"),
        ("AWS_LWA_READINESS_CHECK_PROTOCOL", "htp"),
        ("AWS_LWA_INVOKE_MODE", "stream"),
        ("LIFTGATE_ON_EXIT", "retsart"),
        ("AWS_LWA_PROT", "8080"),
    ];
    let mut program = Program::run(&api, &["--", "/bin/true"], &vars);
    let (status, log) = program.end().await;
    assert!(!status.success());
    let told = api.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/2018-06-01/runtime/init/error");
    let (_, message) = told[0].error();
    for (name, value) in &vars[..4] {
        for text in [&message, &log] {
            assert!(text.contains(&format!("{name} is `{value}`: ")), "{text}");
        }
    }
}
