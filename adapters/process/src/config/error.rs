use std::error::Error;
use std::fmt;

/// How much of a value is told, in characters.
const MAX_SHOWN: usize = 200;

/// All that is wrong with an environment.
///
/// It is written as a line for each problem.
///
/// # Examples
///
/// ```
/// use liftgate_process::Config;
///
/// let vars = |name: &str| match name {
///     "AWS_LWA_PORT" => Some("80a".into()),
///     "LIFTGATE_ON_EXIT" => Some("retsart".into()),
///     _ => None,
/// };
/// let error = Config::from_vars(vars).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "AWS_LWA_PORT is `80a`: a port is 1 to 65535\n\
///      LIFTGATE_ON_EXIT is `retsart`: `restart` or `end`",
/// );
/// assert_eq!(error.problems()[1].variable(), "LIFTGATE_ON_EXIT");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        ConfigError { problems }
    }

    /// What is wrong, one by one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl Error for ConfigError {}

/// What is wrong with one variable. See [`ConfigError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    variable: &'static str,
    value: String,
    accepted: String,
}

impl Problem {
    #[cold]
    pub(super) fn new(variable: &'static str, value: &str, accepted: String) -> Self {
        let value = shown(value);
        Problem {
            variable,
            value,
            accepted,
        }
    }

    /// The variable, by the name that is set.
    pub fn variable(&self) -> &str {
        self.variable
    }

    /// Its value, as far as it is shown: a long one in part, and without a user's name and password.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What is accepted in its place, or why it is not.
    pub fn accepted(&self) -> &str {
        &self.accepted
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem {
            variable,
            value,
            accepted,
        } = self;
        write!(f, "{variable} is `{value}`: {accepted}")
    }
}

/// A value on one line, without what may be a password: all before the last `@`.
fn shown(value: &str) -> String {
    let bare = match value.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => value.to_owned(),
    };
    let mut shown = String::with_capacity(bare.len());
    for (index, character) in bare.chars().enumerate() {
        if index == MAX_SHOWN {
            shown.push('…');
            break;
        }
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// What is accepted in the place of some text that does not parse.
///
/// # Examples
///
/// ```
/// use liftgate_process::EventSource;
///
/// let error = "sqz".parse::<EventSource>().unwrap_err();
/// assert!(error.to_string().starts_with("`sqz` is none of "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    #[cold]
    pub(crate) fn new(message: String) -> Self {
        ParseError(message)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_on_one_line_and_without_passwords() {
        assert_eq!(shown("a\nb\tü"), "a\\nb\\tü");
        assert_eq!(shown("http://user:p@ss@host:1"), "…@host:1");
        let long = shown(&"é".repeat(1000));
        assert_eq!(long.chars().count(), MAX_SHOWN + 1);
    }
}
