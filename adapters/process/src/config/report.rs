use std::fmt;

use super::{Config, Variable};

/// How wide a column of values gets; longer ones stick out.
const MAX_WIDTH: usize = 36;

/// All settings of a [`Config`], as a table for people. See [`Config::report`].
#[derive(Clone, Copy, Debug)]
pub struct Report<'a>(pub(super) &'a Config);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = self.0;
        let rows: Vec<_> = Variable::all()
            .map(|variable| {
                let value = (variable.show)(config);
                (variable.name, value, origin(config, variable))
            })
            .collect();
        let widest = |width: fn(&(&str, String, String)) -> usize| rows.iter().map(width).max();
        let name_width = widest(|row| row.0.len()).unwrap_or_default();
        let value_width = widest(|row| row.1.chars().count()).unwrap_or_default();
        let value_width = value_width.min(MAX_WIDTH);
        for (name, value, origin) in &rows {
            writeln!(f, "{name:name_width$}  {value:value_width$}  {origin}")?;
        }
        for warning in &config.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}

fn origin(config: &Config, variable: &Variable) -> String {
    match config.set.get(variable.name) {
        None => "default".to_owned(),
        Some(name) if variable.deprecated.contains(name) => format!("deprecated {name}"),
        Some(name) => (*name).to_owned(),
    }
}
