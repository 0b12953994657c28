use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How the program runs, which it tells by where it lies and what it was given.
///
/// # Examples
///
/// ```
/// use liftgate_process::Mode;
///
/// let mode = Mode::of(vec!["node".into(), "server.js".into()]);
/// assert_eq!(mode, Mode::Supervise(vec!["node".into(), "server.js".into()]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It starts the app, and watches over it.
    Supervise(Vec<OsString>),
    /// Lambda has started it as the [external extension][extensions] of this name, and starts the app as
    /// the function's runtime.
    ///
    /// [extensions]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
    Extension(String),
    /// Somebody else has started the app.
    Beside,
}

/// Where Lambda looks for extensions.
const EXTENSIONS: &str = "/opt/extensions";

impl Mode {
    /// With the app's command, which may be empty.
    pub fn of(command: Vec<OsString>) -> Self {
        Mode::with(command, env::current_exe().ok().as_deref())
    }

    /// As `AWS_LAMBDA_EXEC_WRAPPER`, if that is this program.
    ///
    /// It is given the command of a managed runtime then, which the app [stands in for][wrapper]: the
    /// app's command is the function's handler, a file of its package, as `run.sh` is.
    ///
    /// [wrapper]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
    ///
    /// # Examples
    ///
    /// ```
    /// // It is not started by Lambda here.
    /// assert_eq!(liftgate_process::Mode::wrapper(), None);
    /// ```
    pub fn wrapper() -> Option<Self> {
        let program = env::current_exe().ok()?;
        Mode::wrapped(&program, |name| env::var_os(name))
    }

    fn wrapped(program: &Path, var: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let wrapper = PathBuf::from(var("AWS_LAMBDA_EXEC_WRAPPER")?);
        if wrapper.canonicalize().unwrap_or(wrapper) != program {
            return None;
        }
        let root = var("LAMBDA_TASK_ROOT").unwrap_or_else(|| "/var/task".into());
        let handler = Path::new(&root).join(var("_HANDLER")?);
        Some(Mode::Supervise(vec![handler.into()]))
    }

    fn with(command: Vec<OsString>, program: Option<&Path>) -> Self {
        if !command.is_empty() {
            return Mode::Supervise(command);
        }
        let name = program
            .filter(|program| program.parent() == Some(Path::new(EXTENSIONS)))
            .and_then(Path::file_name);
        match name {
            Some(name) => Mode::Extension(name.to_string_lossy().into_owned()),
            None => Mode::Beside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supervise(command: &[&str]) -> Mode {
        Mode::Supervise(command.iter().map(Into::into).collect())
    }

    #[test]
    fn it_knows_how_it_was_started() {
        let with = |command: &[&str], program: &str| {
            let command = command.iter().map(Into::into).collect();
            Mode::with(command, Some(Path::new(program)))
        };
        let extension = "/opt/extensions/lambda-adapter";
        assert_eq!(with(&["app", "-x"], extension), supervise(&["app", "-x"]));
        let name = "lambda-adapter".to_owned();
        assert_eq!(with(&[], extension), Mode::Extension(name));
        assert_eq!(with(&[], "/usr/bin/liftgate-process"), Mode::Beside);
    }

    #[test]
    fn the_handler_of_a_managed_runtime_is_the_command() {
        let vars = |name: &str| {
            let value = match name {
                "AWS_LAMBDA_EXEC_WRAPPER" => "/opt/bootstrap",
                "_HANDLER" => "run.sh",
                "LAMBDA_TASK_ROOT" => "/task",
                _ => return None,
            };
            Some(value.into())
        };
        let wrapped = Mode::wrapped(Path::new("/opt/bootstrap"), vars);
        assert_eq!(wrapped, Some(supervise(&["/task/run.sh"])));
        // Somebody else's wrapper.
        assert_eq!(Mode::wrapped(Path::new("/var/task/app"), vars), None);
    }
}
