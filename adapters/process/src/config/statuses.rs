use std::fmt;
use std::str::FromStr;

use http::StatusCode;

use super::ParseError;

const FORM: &str = "statuses are like `200-399` or `500,502-504`, from 100 to 999";

/// A set of statuses, written as `500,502-504`.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use liftgate_process::Statuses;
///
/// let statuses: Statuses = "500, 502-504".parse().unwrap();
/// assert!(statuses.contains(StatusCode::BAD_GATEWAY));
/// assert!(!statuses.contains(StatusCode::NOT_IMPLEMENTED));
/// assert_eq!(statuses.to_string(), "500,502-504");
/// assert!("5xx".parse::<Statuses>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    pub(super) fn range(first: u16, last: u16) -> Self {
        Statuses(vec![(first, last)])
    }

    /// Whether a status is in it.
    pub fn contains(&self, status: StatusCode) -> bool {
        let status = status.as_u16();
        let mut ranges = self.0.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&status))
    }

    /// Whether there is none in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Statuses {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut ranges = Vec::new();
        for part in super::values::parts(text) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range = status(first).zip(status(last));
            match range.filter(|(first, last)| first <= last) {
                Some(range) => ranges.push(range),
                None if part == text.trim() => return Err(ParseError::new(FORM.to_owned())),
                None => return Err(ParseError::new(format!("`{part}` is none; {FORM}"))),
            }
        }
        if ranges.is_empty() && !text.trim().is_empty() {
            return Err(ParseError::new(FORM.to_owned()));
        }
        Ok(Statuses(ranges))
    }
}

fn status(text: &str) -> Option<u16> {
    let status = super::values::number::<u16>(text.trim())?;
    (100..=999).contains(&status).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_they_were() {
        for (text, written) in [
            ("200-399", "200-399"),
            ("200,201,204,301-399", "200,201,204,301-399"),
            (" 500 , 502 - 504,", "500,502-504"),
            ("200-200", "200"),
            ("", ""),
        ] {
            let statuses: Statuses = text.parse().unwrap();
            assert_eq!(statuses.to_string(), written);
            assert_eq!(statuses.is_empty(), written.is_empty());
            assert_eq!(written.parse(), Ok(statuses));
        }
    }

    #[test]
    fn ends_of_a_range_are_in_it() {
        let statuses: Statuses = "500,502-504".parse().unwrap();
        let all = (100..1000).map(|status| StatusCode::from_u16(status).unwrap());
        let within: Vec<_> = all.filter(|status| statuses.contains(*status)).collect();
        assert_eq!(within, [500, 502, 503, 504]);
    }

    #[test]
    fn what_is_no_status_is_an_error() {
        for text in [
            "5xx",
            "99",
            "1000",
            "504-502",
            "500-",
            "-500",
            "+500",
            "500-502-504",
            "all",
            ",",
        ] {
            let error = text.parse::<Statuses>().unwrap_err();
            assert_eq!(error.to_string(), FORM, "{text}");
        }
        let error = "200,oops".parse::<Statuses>().unwrap_err().to_string();
        assert!(error.starts_with("`oops` is none; "), "{error}");
    }
}
