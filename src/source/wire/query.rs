//! The query, put together where it comes in pieces.

use std::collections::HashSet;

use super::percent::{COMPONENT, percent_encode, query_set};
use super::{Text, Value};
use crate::Error;

/// What a gateway did to the query.
pub(crate) enum Query<'a> {
    /// It is there as the client wrote it.
    Verbatim(Text<'a>),
    /// It is split into names and values. `multi` has all the values of a name, `single`
    /// only one.
    Split {
        multi: Value<'a>,
        single: Value<'a>,
        is_decoded: bool,
    },
}

impl Query<'_> {
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Query::Verbatim(text) => text.is_empty(),
            Query::Split { multi, single, .. } => multi.is_empty() && single.is_empty(),
        }
    }

    /// How long the query is, with its question mark: exactly, if it is there as the client wrote
    /// it and needs no escape.
    pub(super) fn len_hint(&self, event: &[u8]) -> usize {
        match self {
            _ if self.is_absent() => 0,
            Query::Verbatim(text) => 1 + text.len(),
            // It is one of several members, and cannot be longer than the event.
            Query::Split { .. } => event.len().min(256),
        }
    }

    pub(super) fn write(&self, event: &[u8], target: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Query::Verbatim(text) => {
                if !text.is_empty() {
                    target.push(b'?');
                    percent_encode(text, query_set(text), target);
                }
            }
            &Query::Split {
                multi,
                single,
                is_decoded,
            } => {
                let mut pairs = Pairs {
                    target,
                    separator: b'?',
                    is_decoded,
                };
                // The gateway writes both objects with the same names.
                let is_both = multi.is_present() && single.is_present();
                let has_more = is_both && !have_same_names(event, multi, single)?;
                let known = pairs.read(event, multi, has_more, &HashSet::new())?;
                if has_more || !is_both {
                    pairs.read(event, single, false, &known)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether two objects have the same names in the same order.
fn have_same_names<'a>(event: &'a [u8], one: Value<'a>, other: Value<'a>) -> Result<bool, Error> {
    let (Some(mut one), Some(mut other)) = (one.scan(event), other.scan(event)) else {
        return Ok(false);
    };
    one.enter_object(EXPECTED)?;
    other.enter_object(EXPECTED)?;
    let (mut is_first, mut is_first_too) = (true, true);
    loop {
        let name = one.member(&mut is_first)?;
        if name != other.member(&mut is_first_too)? {
            return Ok(false);
        }
        if name.is_none() {
            return Ok(true);
        }
        one.skip()?;
        other.skip()?;
    }
}

const EXPECTED: &str = "an object of query parameters";

/// Names and values, written one after the other.
struct Pairs<'t> {
    target: &'t mut Vec<u8>,
    separator: u8,
    is_decoded: bool,
}

impl Pairs<'_> {
    /// Reads an object of parameters, without the names that are known already. Gives the
    /// names it has read, if they are to be noted.
    fn read<'a>(
        &mut self,
        event: &'a [u8],
        parameters: Value<'a>,
        notes_names: bool,
        known: &HashSet<Text<'a>>,
    ) -> Result<HashSet<Text<'a>>, Error> {
        let mut names = HashSet::new();
        let Some(mut scanner) = parameters.scan(event) else {
            return Ok(names);
        };
        scanner.enter_object(EXPECTED)?;
        let mut is_first = true;
        let all_count = !notes_names && known.is_empty();
        while let Some(pair) = scanner.plain_pair(is_first).filter(|_| all_count) {
            self.write(pair.name, Some(&event[pair.value.clone()]));
            scanner.go_past(&pair);
            is_first = false;
        }
        while let Some(name) = scanner.member(&mut is_first)? {
            if known.contains(&name) {
                scanner.skip()?;
                continue;
            }
            scanner.each_string(|value| {
                self.write(&name, value.as_deref());
                Ok(())
            })?;
            if notes_names {
                names.insert(name);
            }
        }
        Ok(names)
    }

    /// Writes `name=value`, or the name alone where the gateway has a name without a value.
    fn write(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.target.push(self.separator);
        self.separator = b'&';
        self.write_text(name);
        if let Some(value) = value {
            self.target.push(b'=');
            self.write_text(value);
        }
    }

    fn write_text(&mut self, text: &[u8]) {
        let refused = match self.is_decoded {
            true => &COMPONENT,
            false => query_set(text),
        };
        percent_encode(text, refused, self.target);
    }
}
