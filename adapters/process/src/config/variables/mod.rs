//! The variables, as data: errors, `--check` and the README's table are made of them.

mod app;
mod lifecycle;
mod requests;

use std::fmt::Write as _;

use super::Config;
use super::draft::Draft;
use super::reader::Given;
use super::values::Refused;

/// A variable that [`Config`] is read from.
///
/// # Examples
///
/// ```
/// use liftgate_process::Variable;
///
/// let port = Variable::all().find(|variable| variable.name == "AWS_LWA_PORT").unwrap();
/// assert_eq!(port.also, ["PORT"]);
/// assert_eq!(port.default, "`8080`");
/// assert_eq!(port.accepted, "a port is 1 to 65535");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Other names that count where this one is not set.
    pub also: &'static [&'static str],
    /// Former names, which count where no other is set.
    pub deprecated: &'static [&'static str],
    /// What counts where it is not set, in Markdown.
    pub default: &'static str,
    /// What it may be, in Markdown.
    pub accepted: &'static str,
    /// What it means, in Markdown.
    pub meaning: &'static str,
    /// The page that documents it, if it is not of our own.
    pub source: Option<&'static str>,
    /// Whether an empty value says something.
    pub(super) is_set_empty: bool,
    pub(super) read: fn(&mut Draft, &Given<'_>) -> Result<(), Refused>,
    pub(super) show: fn(&Config) -> String,
}

impl Variable {
    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static Variable> {
        let groups = [app::VARIABLES, requests::VARIABLES, lifecycle::VARIABLES];
        groups.into_iter().flatten()
    }

    /// All of them, as a table in Markdown.
    ///
    /// # Examples
    ///
    /// ```
    /// use liftgate_process::Variable;
    ///
    /// assert!(Variable::table().starts_with("| variable | default | accepted | meaning |\n"));
    /// ```
    pub fn table() -> String {
        let mut table =
            String::from("| variable | default | accepted | meaning |\n|---|---|---|---|\n");
        for variable in Variable::all() {
            let mut names = match variable.source {
                Some(source) => format!("[`{}`]({source})", variable.name),
                None => format!("`{}`", variable.name),
            };
            for name in variable.also {
                let _ = write!(names, ", `{name}`");
            }
            for name in variable.deprecated {
                let _ = write!(names, ", `{name}` (deprecated)");
            }
            let Variable {
                default,
                accepted,
                meaning,
                ..
            } = variable;
            let _ = writeln!(table, "| {names} | {default} | {accepted} | {meaning} |");
        }
        table
    }
}

/// A page of the guide to AWS Lambda Web Adapter.
macro_rules! guide {
    ($page:literal) => {
        Some(concat!(
            "https://github.com/aws/aws-lambda-web-adapter/blob/main/docs/guide/src/",
            $page,
            ".md"
        ))
    };
}
use guide;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_an_empty_environment() {
        let config = Config::from_vars(|_| None).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
        for variable in Variable::all() {
            let shown = (variable.show)(&config);
            // Without backticks it is prose.
            if let Some(default) = variable.default.strip_prefix('`') {
                assert_eq!(default, format!("{shown}`"), "{}", variable.name);
            }
        }
    }

    #[test]
    fn a_row_is_a_line_of_four_cells() {
        for line in Variable::table().lines() {
            assert_eq!(line.matches('|').count(), 5, "{line}");
        }
        let rows = Variable::table().lines().count();
        assert_eq!(rows, Variable::all().count() + 2);
    }
}
