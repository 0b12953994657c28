use std::collections::BTreeMap;
use std::ffi::OsString;

use super::draft::Draft;
use super::values::Refused;
use super::{Config, ConfigError, Problem, Variable};

type Vars<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A variable that is set.
pub(super) struct Given<'a> {
    /// The name that it was found by.
    pub(super) name: &'static str,
    pub(super) value: &'a str,
}

/// Set by shells and images for reasons of their own: no warning, since nobody meant us.
const COMMON: &[&str] = &["HOST"];

/// Names that begin as ours do, and are the local gateway's.
const LOCAL: &[&str] = &["LIFTGATE_ADDR", "LIFTGATE_GATEWAY"];

pub(super) fn read(vars: Vars<'_>) -> Result<Config, ConfigError> {
    let mut draft = Draft::default();
    let (mut set, mut problems) = (BTreeMap::new(), Vec::new());
    for variable in Variable::all() {
        let Some((name, value)) = find(variable, vars, &mut draft) else {
            continue;
        };
        let Some(text) = value.to_str() else {
            let accepted = "it is not UTF-8".to_owned();
            problems.push(Problem::new(name, &value.to_string_lossy(), accepted));
            continue;
        };
        let value = text.trim();
        match (variable.read)(&mut draft, &Given { name, value }) {
            Ok(()) => drop(set.insert(variable.name, name)),
            Err(Refused::Ignored(reason)) => draft.warn(format!("{name} is ignored: {reason}")),
            Err(Refused::For(reason)) => problems.push(Problem::new(name, value, reason)),
            Err(Refused::Value) => {
                let accepted = variable.accepted.to_owned();
                problems.push(Problem::new(name, value, accepted));
            }
        }
    }
    if !problems.is_empty() {
        return Err(ConfigError::new(problems));
    }
    let initialization = vars("AWS_LAMBDA_INITIALIZATION_TYPE");
    let initialization = initialization.as_ref().and_then(|kind| kind.to_str());
    Ok(draft.finish(set, initialization))
}

/// The first name of a variable that is set, with its value.
fn find(
    variable: &Variable,
    vars: Vars<'_>,
    draft: &mut Draft,
) -> Option<(&'static str, OsString)> {
    let is_set = |name: &str| {
        let value = vars(name)?;
        let is_empty = value.to_str().is_some_and(|value| value.trim().is_empty());
        (!is_empty || variable.is_set_empty).then_some(value)
    };
    let given = |name: &&'static str| is_set(name).map(|value| (*name, value));
    let mut found = given(&variable.name).or_else(|| variable.also.iter().find_map(given));
    let meant = variable
        .deprecated
        .iter()
        .filter(|name| !COMMON.contains(name));
    for name in meant.filter(|name| is_set(name).is_some()) {
        let (warning, with) = match &found {
            None => ("deprecated: use", variable.name),
            Some((with, _)) => ("ignored beside", *with),
        };
        draft.warn(format!("{name} is {warning} {with}"));
        found = found.or_else(|| given(name));
    }
    found.or_else(|| variable.deprecated.iter().find_map(given))
}

/// What is said of a name that looks like ours and is not.
pub(super) fn unknown(name: &str) -> Option<String> {
    let is_like_ours = name.starts_with("AWS_LWA_") || name.starts_with("LIFTGATE_");
    if !is_like_ours || LOCAL.contains(&name) || names().any(|known| known == name) {
        return None;
    }
    let nearest = Variable::all().map(|variable| (distance(name, variable.name), variable.name));
    let (distance, nearest) = nearest.min()?;
    // So far off, it is another name.
    let hint = match distance <= name.len() / 3 {
        true => format!("; do you mean {nearest}?"),
        false => String::new(),
    };
    let shown: String = name.chars().take(100).collect();
    Some(format!("{} is unknown{hint}", shown.escape_debug()))
}

fn names() -> impl Iterator<Item = &'static str> {
    Variable::all().flat_map(|variable| {
        let others = variable.also.iter().chain(variable.deprecated).copied();
        [variable.name].into_iter().chain(others)
    })
}

/// How many bytes have to be added, removed or replaced (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.bytes().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (at, other) in right.bytes().enumerate() {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("AWS_LWA_PROT", "AWS_LWA_PORT"), 2);
    }

    #[test]
    fn a_name_nobody_knows_is_told_with_the_nearest() {
        for (name, hint) in [
            ("AWS_LWA_PROT", "; do you mean AWS_LWA_PORT?"),
            ("LIFTGATE_EVENT_PATH", "; do you mean LIFTGATE_EVENT_PATHS?"),
            (
                "LIFTGATE_READINESS_CHECK_PATH",
                "; do you mean AWS_LWA_READINESS_CHECK_PATH?",
            ),
            ("AWS_LWA_QUANTUM_FLUX_CAPACITOR", ""),
        ] {
            assert_eq!(unknown(name), Some(format!("{name} is unknown{hint}")));
        }
    }

    #[test]
    fn names_of_ours_and_of_others_are_none_of_these() {
        for name in [
            "LIFTGATE_ADDR",
            "LIFTGATE_GATEWAY",
            "AWS_LAMBDA_FUNCTION_NAME",
            "PATH",
        ] {
            assert_eq!(unknown(name), None, "{name}");
        }
        assert_eq!(
            unknown("AWS_LWA_READINESS_CHECK_MIN_UNHEALTHY_STATUS"),
            None
        );
        for name in names() {
            assert_eq!(unknown(name), None, "{name}");
        }
    }

    #[test]
    fn no_two_variables_share_a_name() {
        let mut all: Vec<_> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
